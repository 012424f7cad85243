{{- define "shared.label" }}overridden by {{ .Chart.Name }}{{ end }}
{{- define "features.values" }}
{{- toYaml .Values | nindent 4 }}
{{- end }}
