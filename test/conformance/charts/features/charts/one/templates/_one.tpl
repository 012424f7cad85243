{{ define "one.name" }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
