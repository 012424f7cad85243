{{- define "language.override" }}from _again{{ end -}}
