// Reads command lines, one JSON array of words a line, and prints what pflag makes of each.
package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"

	"github.com/spf13/pflag"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var words []string
		if err := json.Unmarshal(lines.Bytes(), &words); err != nil {
			panic(err)
		}
		if err := out.Encode(parse(words)); err != nil {
			panic(err)
		}
	}
}

func parse(words []string) map[string]any {
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	values := map[string]any{
		"all":     flags.BoolP("all", "A", false, ""),
		"quiet":   flags.BoolP("quiet", "q", false, ""),
		"name":    flags.StringP("name", "n", "", ""),
		"dry-run": flags.StringP("dry-run", "d", "none", ""),
		"max":     flags.IntP("max", "m", 256, ""),
		"set":     flags.StringArrayP("set", "s", []string{}, ""),
		"values":  flags.StringSliceP("values", "f", []string{}, ""),
		"labels":  flags.StringToStringP("labels", "l", map[string]string{}, ""),
	}
	flags.Lookup("dry-run").NoOptDefVal = "client"
	if err := flags.Parse(words); err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{"flags": values, "args": flags.Args()}
}
