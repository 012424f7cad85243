{{ define "language.late" }}late {{ . }}{{ end }}
