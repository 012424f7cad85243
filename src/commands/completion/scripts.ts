/** Completion scripts: everything that can be completed is written into them, so that no pkg runs for a key press. */
import { GLOBAL_FLAGS } from '../support/command.ts';
import type { Command, FlagSpec } from '../support/command.ts';

/** The shells for which there are scripts. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

type Known = { id: string; summary: string; command: Command };

/** The script for a shell. */
export function completionScript(shell: Shell, commands: readonly Known[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands);
    case 'zsh':
      return `#compdef pkg\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
    case 'fish':
      return fish(commands);
    case 'powershell':
      return powershell(commands);
  }
}

function flagsOf(command: Command): [string, FlagSpec][] {
  return Object.entries({ ...command.flags, ...GLOBAL_FLAGS } as Record<string, FlagSpec>).filter(
    ([, spec]) => spec.hidden !== true,
  );
}

function words(command: Command): string {
  return flagsOf(command)
    .flatMap(([name, spec]) => (spec.char === undefined ? [`--${name}`] : [`--${name}`, `-${spec.char}`]))
    .join(' ');
}

function choicesOf(spec: FlagSpec): readonly string[] {
  return 'choices' in spec && spec.choices !== undefined ? spec.choices : [];
}

function firstWords(commands: readonly Known[]): string[] {
  return [...new Set(commands.map(({ id }) => id.split(' ')[0] ?? id))];
}

function secondWords(commands: readonly Known[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { id } of commands) {
    const [first = '', second] = id.split(' ');
    if (second !== undefined) groups.set(first, [...(groups.get(first) ?? []), second]);
  }
  return groups;
}

function bash(commands: readonly Known[]): string {
  const choices = new Map<string, string>();
  for (const { command } of commands) {
    for (const [name, spec] of flagsOf(command)) {
      if (choicesOf(spec).length > 0)
        choices.set(spec.char === undefined ? `--${name}` : `--${name}|-${spec.char}`, choicesOf(spec).join(' '));
    }
  }
  const groups = secondWords(commands);
  return `# Completion of pkg for bash.
_pkg() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} id="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      -*) ;;
      *) if [ -z "$id" ]; then id=$word; else case $id in ${[...groups.keys()].join('|')}) id="$id $word" ;; esac; break; fi ;;
    esac
  done
  case $prev in
${[...choices].map(([flag, list]) => `    ${flag}) COMPREPLY=($(compgen -W "${list}" -- "$cur")); return ;;`).join('\n')}
  esac
  case $id in
    "") COMPREPLY=($(compgen -W "${firstWords(commands).join(' ')}" -- "$cur")); return ;;
${[...groups].map(([group, list]) => `    ${group}) COMPREPLY=($(compgen -W "${list.join(' ')}" -- "$cur")); return ;;`).join('\n')}
  esac
  case $cur in
    -*)
      case $id in
${commands.map(({ id, command }) => `        "${id}") COMPREPLY=($(compgen -W "${words(command)}" -- "$cur")) ;;`).join('\n')}
      esac ;;
    *) COMPREPLY=($(compgen -f -- "$cur")) ;;
  esac
}
complete -o filenames -F _pkg pkg
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}

function fish(commands: readonly Known[]): string {
  const lines = ['# Completion of pkg for fish.'];
  const groups = secondWords(commands);
  for (const word of firstWords(commands)) {
    const summary = commands.find(({ id }) => id === word)?.summary ?? 'more commands';
    lines.push(`complete -c pkg -n __fish_use_subcommand -f -a ${word} -d ${quoted(summary)}`);
  }
  for (const [group, list] of groups) {
    lines.push(
      `complete -c pkg -n '__fish_seen_subcommand_from ${group}; and not __fish_seen_subcommand_from ${list.join(' ')}' -f -a '${list.join(' ')}'`,
    );
  }
  for (const { id, command } of commands) {
    const seen = id
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ');
    for (const [name, spec] of flagsOf(command)) {
      const short = spec.char === undefined ? '' : ` -s ${spec.char}`;
      const list = choicesOf(spec);
      const value = spec.type === 'boolean' ? '' : list.length > 0 ? ` -x -a '${list.join(' ')}'` : ' -r';
      lines.push(`complete -c pkg -n '${seen}' -l ${name}${short}${value} -d ${quoted(spec.summary)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function powershell(commands: readonly Known[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const table = commands.map(
    ({ id, command }) =>
      `    ${quote(id)} = @(${words(command)
        .split(' ')
        .map((word) => quote(word))
        .join(', ')})`,
  );
  const groups = [...secondWords(commands)].map(
    ([group, list]) => `    ${quote(group)} = @(${list.map((word) => quote(word)).join(', ')})`,
  );
  return `# Completion of pkg for PowerShell.
Register-ArgumentCompleter -Native -CommandName pkg -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $flags = @{
${table.join('\n')}
  }
  $groups = @{
${groups.join('\n')}
  }
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() } | Where-Object { $_ -notlike '-*' -and $_ -ne $wordToComplete })
  $found = if ($words.Count -eq 0) { @(${firstWords(commands)
    .map((word) => quote(word))
    .join(', ')}) }
    elseif ($groups.ContainsKey($words[0]) -and $words.Count -eq 1) { $groups[$words[0]] }
    elseif ($groups.ContainsKey($words[0])) { $flags["$($words[0]) $($words[1])"] }
    else { $flags[$words[0]] }
  $found | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`;
}
