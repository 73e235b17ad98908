{{- define "operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for the name of the Service, which has to be a DNS label: with -metrics it has 63 characters. */}}
{{- define "operator.fullname" -}}
{{- $name := include "operator.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 55 | trimSuffix "-" -}}
{{- end -}}

{{/* For what is not in the release's namespace. */}}
{{- define "operator.wideName" -}}
{{- printf "%s-%s" .Release.Namespace (include "operator.fullname" .) -}}
{{- end -}}

{{- define "operator.serviceAccountName" -}}
{{- default (ternary (include "operator.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "operator.labels" -}}
{{- $own := dict
  "app.kubernetes.io/version" .Chart.AppVersion
  "app.kubernetes.io/managed-by" .Release.Service
  "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_") -}}
{{- mergeOverwrite $own .Values.commonLabels (include "operator.selectorLabels" . | fromYaml) | toYaml -}}
{{- end -}}

{{/* The whole of `metadata:` out of (dict "root" $ "name" … ["namespace" …] ["labels" …] ["annotations" …]). */}}
{{- define "operator.metadata" -}}
{{- $metadata := dict "name" .name "labels" (mergeOverwrite (include "operator.labels" .root | fromYaml) (default dict .labels)) -}}
{{- with .namespace -}}
{{- $_ := set $metadata "namespace" . -}}
{{- end -}}
{{- with mergeOverwrite (dict) .root.Values.commonAnnotations (default dict .annotations) -}}
{{- $_ := set $metadata "annotations" . -}}
{{- end -}}
metadata:
  {{- toYaml $metadata | nindent 2 }}
{{- end -}}

{{- define "operator.testName" -}}
{{- printf "%s-test" (include "operator.name" . | trunc 58 | trimSuffix "-") -}}
{{- end -}}

{{- define "operator.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* The options of `run` by the names of their variables. */}}
{{- define "operator.options" -}}
{{- with .Values.operator }}
{{- with .eventQueues }}
EVENT_QUEUE: {{ join "," . | quote }}
{{- end }}
{{- if include "operator.policy" $ }}
POLICY: /etc/trusted-access/policy.yaml
{{- end }}
{{- with .notifyBus }}
NOTIFY_BUS: {{ . | quote }}
{{- end }}
{{- with .clusterName }}
CLUSTER_NAME: {{ . | quote }}
{{- end }}
{{- with .watchLabelSelector }}
WATCH_LABEL_SELECTOR: {{ . | quote }}
{{- end }}
MAX_CONCURRENT_RECONCILES: {{ .maxConcurrentReconciles | quote }}
CONTENTION_HOLD: {{ .contentionHold | quote }}
TAKE_OVER_GRACE: {{ .takeOverGrace | quote }}
LOG_LEVEL: {{ .logLevel | quote }}
LOG_FORMAT: {{ .logFormat | quote }}
{{- end }}
LEADER_ELECT: {{ .Values.leaderElection.enabled | quote }}
METRICS_BIND_ADDRESS: {{ printf ":%d" (int .Values.ports.metrics) | quote }}
HEALTH_PROBE_BIND_ADDRESS: {{ printf ":%d" (int .Values.ports.health) | quote }}
{{- end -}}

{{/* Checks of two values together or of the cluster, which the schema of the values cannot express. */}}
{{- define "operator.check" -}}
{{- if and (gt (int .Values.replicas) 1) (not .Values.leaderElection.enabled) -}}
{{- fail (printf "replicas is %d and leaderElection.enabled is false, so every replica would change AWS at the same time. Set replicas=1 or leaderElection.enabled=true." (int .Values.replicas)) -}}
{{- end -}}
{{- if and .Values.aws.roleArn (not .Values.serviceAccount.create) -}}
{{- fail "aws.roleArn annotates the ServiceAccount of the chart, but serviceAccount.create is false. Leave aws.roleArn empty, and set the annotation eks.amazonaws.com/role-arn on your own ServiceAccount." -}}
{{- end -}}
{{- if eq (int .Values.ports.metrics) (int .Values.ports.health) -}}
{{- fail "ports.metrics and ports.health are the same, and two servers cannot share a port. Set two different ports." -}}
{{- end -}}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.service.enabled) -}}
{{- fail "metrics.serviceMonitor.enabled is true and metrics.service.enabled is false, but a ServiceMonitor selects its targets through a Service. Set metrics.service.enabled=true." -}}
{{- end -}}
{{- if and (has "Deny" .Values.admissionPolicy.actions) (has "Warn" .Values.admissionPolicy.actions) -}}
{{- fail "admissionPolicy.actions has both Deny and Warn, which Kubernetes does not accept together. Remove one of them; Audit can stay." -}}
{{- end -}}
{{- if and .Values.admissionPolicy.enabled (include "operator.policy" .) (not (semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version)) -}}
{{- fail (printf "the admission policy needs Kubernetes 1.30 or newer, but the cluster has %s. Upgrade the cluster, or set admissionPolicy.enabled=false so that only the operator enforces the policy." .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- end -}}

{{/* As src/kubernetes/connection.ts names it: shards do not share a lease. */}}
{{- define "operator.leaseName" -}}
{{- with .Values.operator.watchLabelSelector -}}
trusted-access-operator-{{ sha256sum . | trunc 8 }}
{{- else -}}
trusted-access-operator
{{- end -}}
{{- end }}
