{{/* The policy as the operator reads it: `policy` of the values without what is absent. Empty: no policy. */}}
{{- define "operator.policy" -}}
{{- $policy := dict -}}
{{- if not (kindIs "invalid" .Values.policy.rules) -}}
{{- $_ := set $policy "rules" .Values.policy.rules -}}
{{- end -}}
{{- if .Values.policy.approval.required -}}
{{- $_ := set $policy "approval" .Values.policy.approval -}}
{{- end -}}
{{- if $policy -}}
{{- toYaml $policy -}}
{{- end -}}
{{- end -}}

{{/* The users that may write the status and the finalizer, as a CEL list. */}}
{{- define "operator.statusWriters" -}}
{{- $own := printf "system:serviceaccount:%s:%s" .Release.Namespace (include "operator.serviceAccountName" .) -}}
{{- concat (list $own) .Values.admissionPolicy.statusWriters | uniq | toJson -}}
{{- end -}}

{{/* CEL: whether the labels of the resource match this label selector. */}}
{{- define "operator.cel.selector" -}}
{{- $terms := list "true" -}}
{{- range $key, $value := .matchLabels -}}
{{- $terms = append $terms (printf "variables.labels[?%s] == optional.of(%s)" (toJson $key) (toJson $value)) -}}
{{- end -}}
{{- range .matchExpressions -}}
{{- $has := printf "%s in variables.labels" (toJson .key) -}}
{{- $in := printf "(%s && variables.labels[%s] in %s)" $has (toJson .key) (toJson (default list .values)) -}}
{{- $byOperator := dict "In" $in "NotIn" (printf "!%s" $in) "Exists" (printf "(%s)" $has) "DoesNotExist" (printf "!(%s)" $has) -}}
{{- $terms = append $terms (get $byOperator .operator) -}}
{{- end -}}
{{- join " && " $terms -}}
{{- end -}}

{{/* CEL: whether the rule permits the service principal. */}}
{{- define "operator.cel.principal" -}}
{{- if or (not (hasKey . "servicePrincipals")) (has "*" .servicePrincipals) -}}
true
{{- else -}}
variables.principal in {{ toJson .servicePrincipals }}
{{- end -}}
{{- end -}}

{{/* CEL: whether the rule permits every declared administrator. */}}
{{- define "operator.cel.administrators" -}}
{{- if hasKey . "administrators" -}}
variables.administrators.all(account, account in {{ toJson .administrators }})
{{- else -}}
true
{{- end -}}
{{- end -}}

{{/* CEL: whether the rule permits the role and the external id. No role: the credentials of the operator. */}}
{{- define "operator.cel.role" -}}
{{- if hasKey . "roles" -}}
{{- $pairs := list "variables.role == ''" -}}
{{- range .roles -}}
{{- $arn := printf "variables.role == %s" (toJson .arn) -}}
{{- if .externalId -}}
{{- $arn = printf "(%s && variables.externalId in ['', %s])" $arn (toJson .externalId) -}}
{{- end -}}
{{- $pairs = append $pairs $arn -}}
{{- end -}}
{{- join " || " $pairs -}}
{{- else -}}
true
{{- end -}}
{{- end -}}

{{/* CEL: whether the rule permits an action that is off by default: (dict "rule" … "action" … "declared" variable). */}}
{{- define "operator.cel.allow" -}}
{{- if dig "allow" .action false .rule -}}
true
{{- else -}}
!{{ .declared }}
{{- end -}}
{{- end -}}

{{/* The variables with one boolean for each rule, and `permitted`. */}}
{{- define "operator.ruleVariables" -}}
{{- $aspects := dict "selected" list "principalPermitted" list "administratorsPermitted" list "rolePermitted" list "disablePermitted" list "revokePermitted" list "inUsePermitted" list -}}
{{- range .Values.policy.rules -}}
{{- $each := dict
  "selected" (include "operator.cel.selector" (default dict .selector))
  "principalPermitted" (include "operator.cel.principal" .)
  "administratorsPermitted" (include "operator.cel.administrators" .)
  "rolePermitted" (include "operator.cel.role" .)
  "disablePermitted" (include "operator.cel.allow" (dict "rule" . "action" "disable" "declared" "variables.disables"))
  "revokePermitted" (include "operator.cel.allow" (dict "rule" . "action" "revoke" "declared" "variables.revokes"))
  "inUsePermitted" (include "operator.cel.allow" (dict "rule" . "action" "whileInUse" "declared" "variables.inUse")) -}}
{{- range $aspect, $expression := $each -}}
{{- $_ := set $aspects $aspect (append (get $aspects $aspect) $expression) -}}
{{- end -}}
{{- end -}}
{{- $all := list -}}
{{- range $aspect, $expressions := $aspects }}
{{- $expression := printf "[%s]" (join ", " $expressions) }}
{{- if gt (len $expression) 100000 }}
{{- fail "policy.rules is too large for an admission policy: the API server accepts 100000 characters for the services, the accounts or the roles of all rules. Shorten the lists, or set admissionPolicy.enabled=false so that only the operator enforces the policy." }}
{{- end }}
- name: {{ $aspect }}
  expression: {{ $expression | toJson }}
{{- $all = append $all (printf "variables.%s[rule]" $aspect) }}
{{- end }}
- name: rules
  expression: {{ until (len .Values.policy.rules) | toJson | quote }}
- name: permitted
  expression: {{ printf "variables.rules.exists(rule, %s)" (join " && " $all) | toJson }}
{{- end -}}
