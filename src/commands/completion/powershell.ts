/** The script for PowerShell. */
import type { Candidates, CompletionModel, FlagModel } from './model.ts';

/** The script for PowerShell, Windows' own included. */
export function powershellScript(model: CompletionModel): string {
  const steps = model.steps
    .filter(({ to }) => to !== 'help')
    .flatMap(({ from, words, to }) => words.map((word) => `    ${quote(`${from} ${word}`)} = ${quote(to)}`));
  const nexts = [...model.names].map(([from, names]) => `    ${quote(from)} = ${list(names.map(({ word }) => word))}`);
  const flags = model.commands.map((command) => `    ${quote(command.id)} = ${list(spellings(command.flags))}`);
  const takes = model.commands.map(
    (command) => `    ${quote(command.id)} = ${list(spellings(command.flags.filter((flag) => flag.takesValue)))}`,
  );
  const values = model.commands.flatMap(({ id, flags: own, args }) => [
    ...own.flatMap((flag) => flag.names.flatMap((name) => valueLine(`${id} ${name}`, flag.values))),
    ...args.flatMap((candidates, at) => valueLine(`${id} ${at}`, candidates)),
  ]);
  const globals = model.globals;
  return `# Completion of pkg for PowerShell.
Register-ArgumentCompleter -Native -CommandName pkg -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $steps = @{
${steps.join('\n')}
  }
  $nexts = @{
${nexts.join('\n')}
  }
  $flags = @{
${flags.join('\n')}
  }
  $takes = @{
${takes.join('\n')}
  }
  $values = @{
${globals.flatMap((flag) => flag.names.flatMap((name) => valueLine(`* ${name}`, flag.values))).join('\n')}
${values.join('\n')}
  }
  $globals = ${list(spellings(globals))}
  $id = ''
  $at = 0
  $flag = ''
  $help = $false
  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
    if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete -ne '') { break }
    $word = $element.ToString()
    if ($flag -ne '') { $flag = ''; continue }
    if ($word -like '-*') {
      $waits = ${list(spellings(globals.filter(({ takesValue }) => takesValue)))} + @($takes[$id])
      if ($waits -ccontains $word) { $flag = $word }
    }
    elseif (-not $nexts.ContainsKey($id)) {
      if ($at -eq 0 -and $steps.ContainsKey("$id $word")) { $id = $steps["$id $word"] } else { $at++ }
    }
    elseif ($id -eq '' -and $word -eq 'help') { $help = $true }
    elseif ($steps.ContainsKey("$id $word")) { $id = $steps["$id $word"] }
    else { $id = '?' }
  }
  $prefix = ''
  $word = $wordToComplete
  if ($flag -eq '' -and $word -match '^(--[^=]+|-[^-=])=(.*)$') {
    $flag = $Matches[1]
    $word = $Matches[2]
    $prefix = "$flag="
  }
  $found = if ($flag -ne '') { if ($values.ContainsKey("$id $flag")) { $values["$id $flag"] } else { $values["* $flag"] } }
    elseif ($nexts.ContainsKey($id) -and $word -notlike '-*') { $nexts[$id] }
    elseif ($help) { }
    elseif ($word -like '-*') { @($flags[$id]) + $globals }
    else { $values["$id $at"] }
  $found | Where-Object { $_ -and $_ -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new("$prefix$_", $_, 'ParameterValue', $_)
  }
}
`;
}

function valueLine(key: string, candidates: Candidates): string[] {
  return candidates === undefined || 'path' in candidates ? [] : [`    ${quote(key)} = ${list(candidates.words)}`];
}

function spellings(flags: readonly FlagModel[]): string[] {
  return flags.flatMap(({ names }) => names);
}

function list(words: readonly string[]): string {
  return `@(${words.map((word) => quote(word)).join(', ')})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
