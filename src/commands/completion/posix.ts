/** The scripts for bash and zsh: they share how a line is read, and differ in how they are asked. */
import type { Candidates, CommandModel, CompletionModel, FlagModel } from './model.ts';

/** The script for bash, the old one of macOS included. */
export function bashScript(model: CompletionModel): string {
  return `# Completion of pkg for bash.
${shared(model)}
_pkg() {
  local id at flag help open flags takes kind list
  local cur="" prefix="" line=\${COMP_LINE#*"\${COMP_WORDS[0]}"} word i
  local -a before=()
  # Bash parts words at "=" and ":", which belong to them here.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ((i == 1)); then
      cur=$word
    elif [[ $line == [[:space:]]* ]]; then
      before+=("$cur")
      cur=$word
    else
      cur+=$word
    fi
    line=\${line#*"$word"}
  done
  __pkg_walk "\${before[@]}"
  if [[ -z $flag && ($cur == --*=* || $cur == -?=*) ]]; then
    flag=\${cur%%=*}
    cur=\${cur#*=}
    [[ $COMP_WORDBREAKS == *=* ]] || prefix=$flag=
  fi
  __pkg_spec "$id" "$at" "$flag"
  if [[ -z $flag && $cur == -* ]]; then list=$flags kind=""; fi
  if [[ -z $kind ]]; then
    COMPREPLY=($(compgen -P "$prefix" -W "$list" -- "$cur"))
    return
  fi
  local IFS=$'\\n'
  case $kind in
    file) COMPREPLY=($(compgen -P "$prefix" -f -- "$cur")) ;;
    directory) COMPREPLY=($(compgen -P "$prefix" -d -- "$cur")) ;;
    chart) COMPREPLY=($(compgen -P "$prefix" -d -- "$cur"; compgen -P "$prefix" -f -X '!*.tgz' -- "$cur")) ;;
  esac
  if type compopt >/dev/null 2>&1; then compopt -o filenames 2>/dev/null; fi
}
complete -F _pkg pkg
`;
}

/** The script for zsh: to be sourced after compinit, or to lie as \`_pkg\` in a folder of \`fpath\`. */
export function zshScript(model: CompletionModel): string {
  return `#compdef pkg
# Completion of pkg for zsh.
${shared(model)}
_pkg() {
  local id at flag help open flags takes kind list cur=\${words[CURRENT]}
  __pkg_walk "\${(@)words[2,CURRENT-1]}"
  if [[ -z $flag && ($cur == --*=* || $cur == -?=*) ]]; then
    flag=\${cur%%=*}
    compset -P '*='
  fi
  __pkg_spec "$id" "$at" "$flag"
  if [[ -z $flag && $cur == -* ]]; then list=$flags kind=""; fi
  case $kind in
    file) _files ;;
    directory) _files -/ ;;
    chart) _files -g '*.tgz' ;;
    *) compadd -- \${=list} ;;
  esac
}
if [[ \${funcstack[1]} == _pkg ]]; then _pkg "$@"; else compdef _pkg pkg; fi
`;
}

function shared(model: CompletionModel): string {
  const groups = [...model.names].map(([group, names]) => {
    const list = names.map(({ word }) => word).join(' ');
    return `    ${JSON.stringify(group)}) [ -n "$3" ] || list="${list}" ;;`;
  });
  return `# What may follow in command $1 as argument number $2, or as the value of flag $3.
__pkg_spec() {
  kind="" list=""
  flags="${names(model.globals)}"
  takes=" ${names(model.globals.filter(({ takesValue }) => takesValue))} "
  case $3 in
${cases(model.globals, '    ')}
  esac
  case $1 in
${groups.join('\n')}
${model.commands.map((command) => commandCase(command)).join('\n')}
  esac
}
# Reads the words before the cursor: which command, which argument, which flag awaits its value.
__pkg_walk() {
  id="" at=0 flag="" help="" open=1
  local word rest=""
  for word in "$@"; do
    if [ -n "$flag" ]; then
      flag=""
      continue
    fi
    __pkg_spec "$id" 0 ""
    case $rest$word in
      --) rest=+ ;;
      --*=*) ;;
      -*) case "$takes" in *" $word "*) flag=$word ;; esac ;;
      *)
        if [ -z "$open" ]; then
          at=$((at + 1))
          continue
        fi
        case "$id $word" in
          " help") help=1 ;;
${model.steps
  .filter(({ to }) => to !== 'help')
  .map(
    ({ from, words, to, isGroup }) =>
      `          ${words.map((word) => `"${from} ${word}"`).join('|')}) id="${to}"${isGroup ? '' : ' open=""'} ;;`,
  )
  .join('\n')}
          *)
            case $id in
              ${model.both.join('|')}) at=1 open="" ;;
              *) id="?" open="" ;;
            esac ;;
        esac ;;
    esac
  done
  # Help is asked for about a command; nothing follows its name.
  if [ -n "$help" ] && [ -z "$open" ]; then id="?"; fi
}`;
}

function commandCase({ id, flags, args, rest }: CommandModel): string {
  const places = args.flatMap((candidates, at) =>
    candidates === undefined ? [] : [`          ${at}) ${offer(candidates)} ;;`],
  );
  if (rest !== undefined) places.push(`          *) ${offer(rest)} ;;`);
  const at = places.length === 0 ? [] : ['        "") case $2 in', ...places, '        esac ;;'];
  return [
    `    "${id}")`,
    `      flags="${names(flags)} $flags"`,
    `      takes=" ${names(flags.filter(({ takesValue }) => takesValue))}$takes"`,
    '      case $3 in',
    ...at,
    cases(flags, '        '),
    '      esac ;;',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** A case for each flag whose values can be told. */
function cases(flags: readonly FlagModel[], indent: string): string {
  return flags
    .flatMap(({ names: all, values }) =>
      values === undefined ? [] : [`${indent}${all.join('|')}) ${offer(values)} ;;`],
    )
    .join('\n');
}

function names(flags: readonly FlagModel[]): string {
  return flags.flatMap((flag) => flag.names).join(' ');
}

function offer(candidates: Exclude<Candidates, undefined>): string {
  return 'path' in candidates ? `kind=${candidates.path}` : `list="${candidates.words.join(' ')}"`;
}
