{{/* A define with blanks around */}}
{{- define "language.label" -}}
label-{{ .x | default "none" }}
{{- end -}}

{{ define "language.spaced" }}
  spaced {{ . }}
{{ end }}

{{- define "language.recursive" -}}
{{- if gt (int .n) 0 -}}
{{ .n }},{{ include "language.recursive" (dict "n" (sub (int .n) 1)) }}
{{- else -}}
end
{{- end -}}
{{- end -}}

{{- define "language.override" }}from _helpers{{ end -}}
{{- define "language.nested" }}{{ template "language.label" . }}/{{ block "language.block" .x }}block of {{ . }}{{ end }}{{ end -}}
Text outside of defines in a partial is not printed.
