// kstatus reads a stream of Kubernetes objects in JSON from standard input, as `kubectl get -o json` and
// `kubectl get --watch -o json` print them, and writes one line of JSON for each: what the kstatus library makes of it,
// and which of the rules for conditions it breaks.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

type verdict struct {
	Kind            string   `json:"kind"`
	Namespace       string   `json:"namespace,omitempty"`
	Name            string   `json:"name"`
	ResourceVersion string   `json:"resourceVersion"`
	Generation      int64    `json:"generation"`
	Status          string   `json:"status"`
	Message         string   `json:"message"`
	Violations      []string `json:"violations"`
}

func judge(object *unstructured.Unstructured) (verdict, error) {
	result, err := status.Compute(object)
	if err != nil {
		return verdict{}, fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
	}
	return verdict{
		Kind:            object.GetKind(),
		Namespace:       object.GetNamespace(),
		Name:            object.GetName(),
		ResourceVersion: object.GetResourceVersion(),
		Generation:      object.GetGeneration(),
		Status:          result.Status.String(),
		Message:         result.Message,
		Violations:      violations(object),
	}, nil
}

func judgeAll(in io.Reader, out io.Writer) error {
	decoder, encoder := json.NewDecoder(in), json.NewEncoder(out)
	each := func(object *unstructured.Unstructured) error {
		result, err := judge(object)
		if err != nil {
			return err
		}
		return encoder.Encode(result)
	}
	for {
		var text json.RawMessage
		if err := decoder.Decode(&text); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("standard input is not a stream of JSON objects: %w", err)
		}
		// Its own reader keeps whole numbers whole, as the library expects them.
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(text); err != nil {
			return err
		}
		if !object.IsList() {
			if err := each(object); err != nil {
				return err
			}
			continue
		}
		list, err := object.ToList()
		if err != nil {
			return err
		}
		for i := range list.Items {
			if err := each(&list.Items[i]); err != nil {
				return err
			}
		}
	}
}

func main() {
	if err := judgeAll(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
