package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

var functions = map[string]function.Function{
	"concat":     stdlib.ConcatFunc,
	"contains":   stdlib.ContainsFunc,
	"flatten":    stdlib.FlattenFunc,
	"jsonencode": stdlib.JSONEncodeFunc,
	"keys":       stdlib.KeysFunc,
	"length":     stdlib.LengthFunc,
	"lookup":     stdlib.LookupFunc,
	"merge":      stdlib.MergeFunc,
	"regexall":   stdlib.RegexAllFunc,
	"file":       file,
}

var file = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "path", Type: cty.String}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		text, err := os.ReadFile(args[0].AsString())
		return cty.StringVal(string(text)), err
	},
})

type module struct {
	scope *hcl.EvalContext
	vars  map[string]cty.Value
}

func newModule(folder string, data cty.Value) *module {
	path := cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal(folder)})
	return &module{
		scope: &hcl.EvalContext{Functions: functions, Variables: map[string]cty.Value{"path": path, "data": data}},
		vars:  map[string]cty.Value{},
	}
}

func (m *module) variables(blocks []*hclsyntax.Block, given json.RawMessage, result *report) error {
	values := map[string]json.RawMessage{}
	if err := json.Unmarshal(given, &values); err != nil {
		return err
	}
	for _, block := range blocks {
		value, err := m.variable(block, values[block.Labels[0]])
		if err != nil {
			return fmt.Errorf("variable %s: %w", block.Labels[0], err)
		}
		m.vars[block.Labels[0]] = value
		delete(values, block.Labels[0])
	}
	for name := range values {
		return fmt.Errorf("no variable is called %s", name)
	}
	m.scope.Variables["var"] = cty.ObjectVal(m.vars)
	for _, block := range blocks {
		for _, check := range block.Body.Blocks {
			holds, problems := check.Body.Attributes["condition"].Expr.Value(m.scope)
			if problems.HasErrors() {
				return problems
			}
			if holds.False() {
				result.Refused = append(result.Refused, block.Labels[0])
			}
		}
	}
	return nil
}

func (m *module) variable(block *hclsyntax.Block, given json.RawMessage) (cty.Value, error) {
	kind, defaults, problems := typeexpr.TypeConstraintWithDefaults(block.Body.Attributes["type"].Expr)
	if problems.HasErrors() {
		return cty.NilVal, problems
	}
	if given != nil {
		value, err := fromJSON(given)
		if err != nil {
			return cty.NilVal, err
		}
		if defaults != nil {
			value = defaults.Apply(value)
		}
		return convert.Convert(value, kind)
	}
	fallback, there := block.Body.Attributes["default"]
	if !there {
		return cty.NilVal, fmt.Errorf("is required")
	}
	value, problems := fallback.Expr.Value(nil)
	if problems.HasErrors() {
		return cty.NilVal, problems
	}
	return convert.Convert(value, kind)
}

// locals may name each other: those that can be known are, until all are.
func (m *module) locals(blocks []*hclsyntax.Block) error {
	known := map[string]cty.Value{}
	waiting := map[string]hclsyntax.Expression{}
	for _, block := range blocks {
		for name, attribute := range block.Body.Attributes {
			waiting[name] = attribute.Expr
		}
	}
	for len(waiting) > 0 {
		var last hcl.Diagnostics
		before := len(waiting)
		m.scope.Variables["local"] = cty.ObjectVal(known)
		for name, expression := range waiting {
			value, problems := expression.Value(m.scope)
			if problems.HasErrors() {
				last = problems
				continue
			}
			known[name] = value
			delete(waiting, name)
		}
		if len(waiting) == before {
			return last
		}
	}
	m.scope.Variables["local"] = cty.ObjectVal(known)
	return nil
}

// resources whose count is 0 are left out; references to a resource are known by its own attributes alone.
func (m *module) resources(blocks []*hclsyntax.Block, into map[string]json.RawMessage) error {
	byType := map[string]map[string]cty.Value{}
	for _, block := range blocks {
		value, err := m.resource(block)
		if err != nil {
			return err
		}
		kind, name := block.Labels[0], block.Labels[1]
		if byType[kind] == nil {
			byType[kind] = map[string]cty.Value{}
		}
		byType[kind][name] = value
		for each, made := range byType {
			m.scope.Variables[each] = cty.ObjectVal(made)
		}
		text, err := toJSON(value)
		if err != nil {
			return err
		}
		if value.Type().IsObjectType() {
			into[kind+"."+name] = text
			continue
		}
		if value.LengthInt() > 0 {
			into[kind+"."+name], err = toJSON(value.Index(cty.NumberIntVal(0)))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// resource gives an object, or a tuple of one or none when it has a count.
func (m *module) resource(block *hclsyntax.Block) (cty.Value, error) {
	count, counted := block.Body.Attributes["count"]
	if counted {
		number, problems := count.Expr.Value(m.scope)
		if problems.HasErrors() {
			return cty.NilVal, problems
		}
		if number.Equals(cty.Zero).True() {
			return cty.EmptyTupleVal, nil
		}
	}
	attributes := map[string]cty.Value{}
	for _, known := range []string{"arn", "id", "url"} {
		attributes[known] = cty.StringVal(known + " of " + block.Labels[1])
	}
	for name, attribute := range block.Body.Attributes {
		if name == "count" {
			continue
		}
		value, problems := attribute.Expr.Value(m.scope)
		if problems.HasErrors() {
			return cty.NilVal, problems
		}
		attributes[name] = value
	}
	value := cty.ObjectVal(attributes)
	if counted {
		return cty.TupleVal([]cty.Value{value}), nil
	}
	return value, nil
}

func (m *module) outputs(blocks []*hclsyntax.Block, into map[string]json.RawMessage) error {
	for _, block := range blocks {
		value, problems := block.Body.Attributes["value"].Expr.Value(m.scope)
		if err := orNil(problems); err != nil {
			return err
		}
		text, err := ctyjson.Marshal(value, value.Type())
		if err != nil {
			return err
		}
		into[block.Labels[0]] = text
	}
	return nil
}
