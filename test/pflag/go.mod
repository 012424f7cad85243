// Pflag, which reads Helm's command lines: what pkg's are held against.
module kubepkg/pflag

go 1.26.0

require github.com/spf13/pflag v1.0.10
