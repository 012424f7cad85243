/** Scripts by which shells call `pkg __complete`. The numbers in them are the directives of `directive.ts`. */

/**
 * Bash, the old one of macOS included. It parts words at `=` and `:`, and replaces only what is behind the last one.
 */
const bash = `# Completion of pkg for bash.
_pkg() {
  local line=\${COMP_LINE#*"$1"} cur="" flag="" word i directive=0 endings IFS=$'\\n'
  local -a before=() found=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ((i == 1)); then
      cur=$word
    elif [[ $line == [[:space:]]* ]]; then
      before+=("\${cur//[\\\\\\"\\']/}")
      cur=$word
    else
      cur+=$word
    fi
    line=\${line#*"$word"}
  done
  cur=\${cur//[\\\\\\"\\']/}
  word=\${word//[\\\\\\"\\']/}
  [[ -n $word && $COMP_WORDBREAKS == *"\${word:0:1}"* ]] && word=""
  local fixed=\${cur%"$word"}
  [[ $cur == --*=* || $cur == -?=* ]] && flag=\${cur%%=*}=
  while read -r word; do
    case $word in
      :*) directive=\${word#:} ;;
      *) found+=("$word") ;;
    esac
  done < <("$1" __completeNoDesc "\${before[@]}" "$cur" 2>/dev/null </dev/null)
  cur=\${cur#"$flag"}
  if ((directive & 24 || (!(directive & 4) && \${#found[@]} == 0))); then
    endings=("\${found[@]}")
    found=($(compgen -d -- "$cur"))
    for word in "\${endings[@]}"; do found+=($(compgen -f -X "!*.$word" -- "$cur")); done
    ((directive & 24)) || found=($(compgen -f -- "$cur"))
    compopt -o filenames 2>/dev/null
  fi
  ((directive & 2)) && compopt -o nospace 2>/dev/null
  ((directive & 32)) && compopt -o nosort 2>/dev/null
  COMPREPLY=()
  for word in "\${found[@]}"; do
    if [[ $word == "$cur"* ]]; then
      word=$flag$word
      COMPREPLY+=("\${word#"$fixed"}")
    fi
  done
}
complete -F _pkg pkg
`;

/** Zsh. Source it after compinit, or put it as `_pkg` into a folder of `fpath`. */
const zsh = `#compdef pkg
# Completion of pkg for zsh.
_pkg() {
  local line directive=0 cur=\${(Q)words[CURRENT]}
  local -a found options order
  while IFS= read -r line; do
    case $line in
      :*) directive=\${line#:} ;;
      *$'\\t'*) found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      *) found+=("\${line//:/\\\\:}") ;;
    esac
  done < <($words[1] __complete "\${(@Q)words[2,CURRENT-1]}" "$cur" 2>/dev/null </dev/null)
  [[ $cur == --*=* || $cur == -?=* ]] && compset -P '*='
  ((directive & 2)) && options=(-S '')
  ((directive & 32)) && order=(-V)
  if ((directive & 16)); then
    _files -/
  elif ((directive & 8)); then
    _files -g "*.(\${(j:|:)found})"
  elif ((\${#found})); then
    _describe $order -t pkg pkg found "\${(@)options}"
  elif ((!(directive & 4))); then
    _files
  fi
}
if [[ \${funcstack[1]} == _pkg ]]; then _pkg "$@"; else compdef _pkg pkg; fi
`;

/** Fish 3 and newer. */
const fish = `# Completion of pkg for fish.
function __pkg_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l cur (commandline -ct)
    set -l flag (string match -r -- '^(?:--[^=]+|-[^-=])=' "$cur")
    set -l value (string replace -- "$flag" '' "$cur")
    set -l found (pkg __complete $words "$cur" 2>/dev/null </dev/null)
    set -l directive (string sub -s 2 -- $found[-1])
    set -e found[-1]
    if test (math "floor($directive / 8) % 4") != 0
        for ending in $found
            for file in $value*.$ending
                echo "$flag$file"
            end
        end
        set found (__fish_complete_directories "$value" '')
    else if test (math "floor($directive / 4) % 2") = 0; and test -z "$found"
        set found (__fish_complete_path "$value" '')
    end
    for line in $found
        echo "$flag$line"
    end
end
complete -c pkg -f -k -a '(__pkg_complete)'
`;

/** PowerShell, including Windows PowerShell, which drops empty arguments. With no result it completes files. */
const powershell = `# Completion of pkg for PowerShell.
Register-ArgumentCompleter -Native -CommandName pkg -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition -or $wordToComplete -eq '' } |
    ForEach-Object { $_.ToString().Trim('"', "'") })
  $last = "$wordToComplete".Trim('"', "'")
  if ($last -eq '' -and $PSVersionTable.PSVersion -lt [version]'7.3') { $last = '""' }
  $lines = @(& $commandAst.CommandElements[0].ToString() __complete @before $last 2>$null)
  if ($lines.Count -eq 0) { return }
  $directive = [int]$lines[-1].Substring(1)
  $found = @($lines | Select-Object -SkipLast 1)
  if (($directive -band 24) -or (-not ($directive -band 4) -and $found.Count -eq 0)) { return }
  $prefix = ''
  $value = $wordToComplete
  if ($value -match '^(--[^=]+=|-[^-=]=)(.*)$') { $prefix = $Matches[1]; $value = $Matches[2] }
  $results = $found | ForEach-Object {
    $word, $says = $_ -split "\`t", 2
    if ($word.StartsWith($value)) {
      if (-not $says) { $says = $word }
      [System.Management.Automation.CompletionResult]::new("$prefix$word", $word, 'ParameterValue', $says)
    }
  }
  if ($results) { $results } else { '' }
}
`;

/** The script of each shell. */
export const SCRIPTS: Readonly<Record<string, string>> = { bash, zsh, fish, powershell };
