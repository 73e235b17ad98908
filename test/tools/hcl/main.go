// Command hcl evaluates a Terraform folder with HashiCorp's own language library, without providers: it reads
// {"var": …, "data": …} from standard input and prints what the resources and outputs come to, which files the
// formatter would change, and which variable validations fail. `hcl fmt FOLDER` looks at the formatting alone.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

type report struct {
	Unformatted []string                   `json:"unformatted"`
	Refused     []string                   `json:"refused"`
	Resources   map[string]json.RawMessage `json:"resources"`
	Outputs     map[string]json.RawMessage `json:"outputs"`
}

func main() {
	result := &report{Unformatted: []string{}, Refused: []string{}, Resources: map[string]json.RawMessage{}, Outputs: map[string]json.RawMessage{}}
	var err error
	if os.Args[1] == "fmt" {
		_, err = read(os.Args[2], result)
	} else {
		err = evaluate(os.Args[1], result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(result)
}

func evaluate(folder string, result *report) error {
	blocks, err := read(folder, result)
	if err != nil {
		return err
	}
	given := struct {
		Var  json.RawMessage `json:"var"`
		Data json.RawMessage `json:"data"`
	}{}
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		return err
	}
	data, err := fromJSON(given.Data)
	if err != nil {
		return err
	}
	module := newModule(folder, data)
	if err := module.variables(blocks["variable"], given.Var, result); err != nil {
		return err
	}
	if err := module.locals(blocks["locals"]); err != nil {
		return err
	}
	if err := module.resources(blocks["resource"], result.Resources); err != nil {
		return err
	}
	return module.outputs(blocks["output"], result.Outputs)
}

func read(folder string, result *report) (map[string][]*hclsyntax.Block, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.tf"))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	parser := hclparse.NewParser()
	blocks := map[string][]*hclsyntax.Block{}
	for _, path := range files {
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(hclwrite.Format(source), source) {
			result.Unformatted = append(result.Unformatted, filepath.Base(path))
		}
		file, problems := parser.ParseHCL(source, filepath.Base(path))
		if problems.HasErrors() {
			return nil, problems
		}
		for _, block := range file.Body.(*hclsyntax.Body).Blocks {
			blocks[block.Type] = append(blocks[block.Type], block)
		}
	}
	return blocks, nil
}

func fromJSON(source []byte) (cty.Value, error) {
	kind, err := ctyjson.ImpliedType(source)
	if err != nil {
		return cty.NilVal, err
	}
	return ctyjson.Unmarshal(source, kind)
}

func toJSON(value cty.Value) (json.RawMessage, error) {
	return ctyjson.Marshal(value, value.Type())
}

// orNil keeps a typed nil of hcl.Diagnostics from becoming an error.
func orNil(problems hcl.Diagnostics) error {
	if problems.HasErrors() {
		return problems
	}
	return nil
}
