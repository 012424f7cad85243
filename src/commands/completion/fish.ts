/** The script for fish. */
import type { Candidates, CompletionModel, FlagModel } from './model.ts';

/** The script for fish 3 and newer. */
export function fishScript(model: CompletionModel): string {
  const lines = [HEAD, walk(model), 'complete -c pkg -f'];
  for (const [from, names] of model.names) {
    for (const { word, summary } of names) {
      lines.push(`complete -c pkg -n "__pkg_at '${from}' 0" -a ${word} -d ${quote(summary)}`);
    }
  }
  lines.push(...model.globals.map((flag) => flagLine(flag, '')));
  for (const { id, flags, args, rest } of model.commands) {
    const places = args.map((candidates, at) => argLine(id, String(at), candidates));
    lines.push(...places, argLine(id, '', rest));
    lines.push(...flags.map((flag) => flagLine(flag, ` -n "__pkg_at '${id}'"`)));
  }
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

const HEAD = `# Completion of pkg for fish.
# Is this the command before the cursor, and the number of the argument at it?
function __pkg_at
    set -l state (__pkg_state)
    test "$state[1]" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; or test "$state[2]" = "$argv[2]"
end
# Chart folders and archives.
function __pkg_charts
    set -l token (commandline -ct)
    string match -q -- '-*' "$token"; and return
    __fish_complete_directories "$token"
    for file in $token*.tgz
        echo $file
    end
end`;

function walk({ steps, globals, commands, both }: CompletionModel): string {
  const takes = (flags: readonly FlagModel[]): string =>
    flags
      .filter(({ takesValue }) => takesValue)
      .flatMap(({ names }) => names)
      .join(' ');
  return `# The command that the words before the cursor name, and how many arguments follow it.
function __pkg_state
    set -l words (commandline -opc)
    set -l id ''
    set -l at 0
    set -l open 1
    set -l help 0
    set -l awaits 0
    set -l rest ''
    set -l takes ${takes(globals)}
    for word in $words[2..-1]
        if test $awaits = 1
            set awaits 0
            continue
        end
        switch "$rest$word"
            case --
                set rest +
            case '--*=*'
            case '-*'
                contains -- "$word" $takes; and set awaits 1
            case '*'
                if test $open = 0
                    set at (math $at + 1)
                    continue
                end
                switch "$id $word"
                    case ' help'
                        set help 1
${steps
  .filter(({ to }) => to !== 'help')
  .map(({ from, words, to, isGroup }) =>
    [
      `                    case ${words.map((word) => quote(`${from} ${word}`)).join(' ')}`,
      `                        set id ${quote(to)}`,
      ...(isGroup ? [] : ['                        set open 0']),
    ].join('\n'),
  )
  .join('\n')}
                    case '*'
                        if contains -- "$id" ${both.join(' ')}
                            set at 1
                        else
                            set id '?'
                        end
                        set open 0
                end
                switch "$id"
${commands
  .flatMap(({ id, flags }) => {
    const own = takes(flags);
    return own === '' ? [] : [`                    case ${quote(id)}\n                        set -a takes ${own}`];
  })
  .join('\n')}
                end
        end
    end
    test $help = 1 -a $open = 0; and set id '?'
    printf '%s\\n' $id $at
end`;
}

function argLine(id: string, at: string, candidates: Candidates): string {
  if (candidates === undefined) return '';
  return `complete -c pkg -n "__pkg_at '${id}' ${at}"${offer(candidates)}`;
}

function flagLine({ names, summary, takesValue, values }: FlagModel, condition: string): string {
  const spellings = names.map((name) => (name.startsWith('--') ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`));
  const value = values === undefined ? '' : offer(values);
  // `-F` lets files in again, which `-x` would shut out.
  const needs = takesValue ? (value === ' -F' ? ' -r' : ' -x') : ' -f';
  return `complete -c pkg${condition}${spellings.join('')}${needs}${value} -d ${quote(summary)}`;
}

function offer(candidates: Exclude<Candidates, undefined>): string {
  if ('words' in candidates) return ` -a '${candidates.words.join(' ')}'`;
  if (candidates.path === 'directory') return " -a '(__fish_complete_directories (commandline -ct))'";
  return candidates.path === 'chart' ? " -a '(__pkg_charts)'" : ' -F';
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
