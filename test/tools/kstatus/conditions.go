package main

import (
	"fmt"
	"regexp"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type condition struct {
	kind, status, reason, transition string
	observed                         int64
	hasObserved                      bool
}

var reasonForm = regexp.MustCompile(`^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$`)

func readConditions(object *unstructured.Unstructured) []condition {
	list, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	var found []condition
	for _, item := range list {
		fields, ok := item.(map[string]any)
		if !ok {
			continue
		}
		c := condition{}
		c.kind, _, _ = unstructured.NestedString(fields, "type")
		c.status, _, _ = unstructured.NestedString(fields, "status")
		c.reason, _, _ = unstructured.NestedString(fields, "reason")
		c.transition, _, _ = unstructured.NestedString(fields, "lastTransitionTime")
		c.observed, c.hasObserved, _ = unstructured.NestedInt64(fields, "observedGeneration")
		found = append(found, c)
	}
	return found
}

// violations holds an object that has a status to what the API conventions say of each condition and what kstatus
// readers rely on: Ready always there; Reconciling and Stalled only while they are True, never both, and Ready not
// True beside either; nothing observed that is newer than the object; no Ready for a generation not yet seen.
func violations(object *unstructured.Unstructured) []string {
	broken := []string{}
	say := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }
	state, found, _ := unstructured.NestedMap(object.Object, "status")
	if !found || len(state) == 0 {
		return broken
	}
	byKind := map[string]condition{}
	for _, c := range readConditions(object) {
		if _, twice := byKind[c.kind]; twice {
			say("%s is there twice", c.kind)
		}
		byKind[c.kind] = c
		wellFormed(c, object.GetGeneration(), say)
	}
	together(byKind, say)
	generations(object, byKind, say)
	return broken
}

func wellFormed(c condition, generation int64, say func(string, ...any)) {
	if c.status != "True" && c.status != "False" && c.status != "Unknown" {
		say("%s has status %q", c.kind, c.status)
	}
	if !reasonForm.MatchString(c.reason) {
		say("%s has reason %q", c.kind, c.reason)
	}
	if _, err := time.Parse(time.RFC3339, c.transition); err != nil {
		say("%s has lastTransitionTime %q", c.kind, c.transition)
	}
	if c.hasObserved && c.observed > generation {
		say("%s observed generation %d of %d", c.kind, c.observed, generation)
	}
}

func together(byKind map[string]condition, say func(string, ...any)) {
	ready, hasReady := byKind["Ready"]
	if !hasReady {
		say("Ready is missing")
	}
	for _, kind := range []string{"Reconciling", "Stalled"} {
		c, there := byKind[kind]
		if there && c.status != "True" {
			say("%s is there with status %s", kind, c.status)
		}
		if there && c.status == "True" && ready.status != "False" {
			say("%s is True and Ready is %s", kind, ready.status)
		}
	}
	if byKind["Reconciling"].status == "True" && byKind["Stalled"].status == "True" {
		say("Reconciling and Stalled are both True")
	}
}

func generations(object *unstructured.Unstructured, byKind map[string]condition, say func(string, ...any)) {
	observed, found, _ := unstructured.NestedInt64(object.Object, "status", "observedGeneration")
	if !found {
		return
	}
	if observed > object.GetGeneration() {
		say("status.observedGeneration is %d of %d", observed, object.GetGeneration())
	}
	ready := byKind["Ready"]
	if ready.status == "True" && ready.hasObserved && ready.observed > observed {
		say("Ready is True for generation %d while status.observedGeneration is %d", ready.observed, observed)
	}
}
