/** Completion scripts, run by the shells that they are for. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completionModel } from '../../src/commands/completion/model.ts';
import type { CompletionModel, Shell } from '../../src/commands/completion/model.ts';
import { completionScript } from '../../src/commands/completion/scripts.ts';
import { loadAllCommands } from '../../src/commands/registry.ts';

let folder = '';
let model: CompletionModel;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pkg-completion-'));
  for (const name of ['chart', 'chest of charts', 'list']) mkdirSync(join(folder, name));
  for (const name of ['chart-1.0.tgz', 'chart.txt', 'values.yaml']) writeFileSync(join(folder, name), '');
  model = completionModel(await loadAllCommands());
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    writeFileSync(join(folder, `.pkg.${shell}`), completionScript(shell, model));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;
const sorted = (words: Iterable<string>): string[] => [...new Set(words)].sort();

function run(command: string, args: string[], input = ''): string {
  const env = { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8', TERM: 'dumb' };
  const done = spawnSync(command, args, { cwd: folder, env, input, encoding: 'utf8' });
  expect(done.stderr).toBe('');
  return done.stdout;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** What bash offers at the end of each line. Readline parts words at blanks, and at runs of `=` and `:`. */
function bash(lines: readonly string[], breaks = '=:'): string[][] {
  const asks = lines.map((line) => {
    const words = line.split(' ').flatMap((word, at, all) => {
      const parts = word.split(new RegExp(`([${breaks}]+)`)).filter((part) => part !== '');
      if (at === all.length - 1 && word === '') return [''];
      return parts;
    });
    return `COMP_LINE=${quoted(line)} COMP_CWORD=${words.length - 1}
COMP_WORDS=(${words.map(quoted).join(' ')}) COMPREPLY=()
_pkg pkg
printf '%s\\n' "\${COMPREPLY[@]}"
echo ----`;
  });
  const script = `. ./.pkg.bash\nCOMP_WORDBREAKS=${quoted(` ${breaks}`)}\n${asks.join('\n')}\n`;
  const answers = run('bash', ['--norc', '--noprofile', '-s'], script).split('----\n');
  expect(answers).toHaveLength(lines.length + 1);
  return answers.slice(0, -1).map((answer) => sorted(answer.split('\n').filter((word) => word !== '')));
}

/** What fish offers; it repeats `--flag=` before a value, and marks folders and flags that take one. */
function fish(lines: readonly string[]): string[][] {
  const asks = lines.map((line) => `complete -C ${quoted(line)}\necho ----`);
  const answers = run('fish', ['--no-config', '-c', `source ./.pkg.fish\n${asks.join('\n')}`]).split('----\n');
  return answers.slice(0, -1).map((answer) => {
    const words = answer.split('\n').filter((word) => word !== '');
    return sorted(
      words.map((word) =>
        word
          .replace(/\t.*/, '')
          .replace(/^--[a-z-]+=(?=.)/, '')
          .replace(/[=/]$/, ''),
      ),
    );
  });
}

const GROUP_GET = ['all', 'hooks', 'manifest', 'metadata', 'notes', 'values'];
const FORMATS = ['json', 'table', 'yaml'];

const CASES: [string, string[]][] = [
  ['pkg li', ['lint', 'list']],
  ['pkg -n prod li', ['lint', 'list']],
  ['pkg --namespace prod --debug li', ['lint', 'list']],
  ['pkg --namespace=prod li', ['lint', 'list']],
  ['pkg --target dir:./out li', ['lint', 'list']],
  ['pkg --color ', ['always', 'auto', 'never']],
  ['pkg --colour al', ['always']],
  ['pkg --color=n', ['never']],
  ['pkg get ', GROUP_GET],
  ['pkg -n prod get -n prod m', ['manifest', 'metadata']],
  ['pkg inspect va', ['values']],
  ['pkg ls -o ', FORMATS],
  ['pkg ls --offs', ['--offset']],
  ['pkg hist --ma', ['--max']],
  ['pkg list --output=j', ['json']],
  ['pkg list --output ', FORMATS],
  ['pkg list --output=', FORMATS],
  ['pkg get -n prod values --output y', ['yaml']],
  ['pkg completion ', ['bash', 'fish', 'powershell', 'zsh']],
  ['pkg completion bash ', []],
  ['pkg docs PKG_USA', ['PKG_USAGE']],
  ['pkg docs PKG_USAGE ', []],
  ['pkg help dif', ['diff']],
  ['pkg help get me', ['metadata']],
  ['pkg help list ', []],
  ['pkg nothing ', []],
  ['pkg list ', []],
  ['pkg install --dry-run=c', ['client']],
  ['pkg install --dry-run -f val', ['values.yaml']],
  ['pkg install --description --set -f val', ['values.yaml']],
  ['pkg install --values val', ['values.yaml']],
  ['pkg install -- x ch', ['chart', 'chart-1.0.tgz', 'chest of charts']],
  ['pkg install ch', ['chart', 'chart-1.0.tgz', 'chest of charts']],
  ['pkg upgrade name -f values.yaml ch', ['chart', 'chart-1.0.tgz', 'chest of charts']],
  ['pkg upgrade ch', []],
  ['pkg lint chart ch', ['chart', 'chart-1.0.tgz', 'chest of charts']],
  ['pkg bundle ch', ['chart', 'chart-1.0.tgz', 'chest of charts']],
  ['pkg bundle chart ch', ['chart', 'chart-1.0.tgz', 'chest of charts']],
  ['pkg bundle push chart.tar oci://x --out', ['--output']],
  ['pkg bundle chart push --from', ['--from-layout']],
  ['pkg package -d ch', ['chart', 'chest of charts']],
];

/** Every command with a dash after it, and every flag of it that takes one of some words. */
function allLines(): [string, string[]][] {
  const { commands, globals } = model;
  return commands.flatMap(({ id, flags }): [string, string[]][] => [
    [
      `pkg ${id} --`,
      sorted([...flags, ...globals].flatMap(({ names }) => names.filter((name) => name.startsWith('--')))),
    ],
    ...flags.flatMap(({ names, values, takesValue }): [string, string[]][] =>
      values === undefined || 'path' in values || !takesValue
        ? []
        : names.map((name) => [`pkg ${id} ${name} `, sorted(values.words)]),
    ),
  ]);
}

const isHelp = (line: string): boolean => line.startsWith('pkg help -');

describe('bash', () => {
  test('offers what fits', () => {
    const answers = bash(CASES.map(([line]) => line));
    expect(CASES.map(([line], at) => [line, answers[at]])).toEqual(CASES);
  });

  test('offers every flag of every command, and their values', () => {
    const lines = allLines().filter(([line]) => !isHelp(line));
    const answers = bash(lines.map(([line]) => line));
    expect(lines.map(([line], at) => [line, answers[at]])).toEqual(lines);
  });

  test('keeps the flag before a value where "=" parts no words', () => {
    expect(bash(['pkg list --output=j', 'pkg list -o=t'], ':')).toEqual([['--output=json'], ['-o=table']]);
  });

  test.skipIf(!has('script') || process.platform !== 'linux')('completes in a session', () => {
    expect(session('bash --norc --noprofile -i', '. ./.pkg.bash')).toEqual(SESSION_ANSWERS);
  });
});

/** What is typed, and what the shell makes of it: each has one completion, or one beginning. */
const SESSION: [string, string][] = [
  ['pkg hist\t', 'history'],
  ['pkg -n prod ls --output=js\t', '-n prod ls --output=json'],
  ['pkg docs PKG_USA\t', 'docs PKG_USAGE'],
  ['pkg lint lis\t', 'lint list'],
  ['pkg lis\t', 'list'],
  ['pkg install x -f va\t', 'install x -f values.yaml'],
  ['pkg show chart che\t', 'show chart chest of charts'],
];
const SESSION_ANSWERS: string[] = SESSION.map(([, answer]) => answer);

/** Types into a shell on a terminal; `pkg` prints the words that it is given. Shells differ in the slash after a folder. */
function session(shell: string, setUp: string): string[] {
  const typed = [`${setUp}; pkg() { echo "<$*>"; }; PS1=`, ...SESSION.map(([keys]) => keys), 'exit', ''].join('\n');
  const screen = run('script', ['-qec', shell, '/dev/null'], typed);
  return [...screen.matchAll(/^<(.*?)\/?>\r?$/gm)].map(([, words]) => words ?? '');
}

describe.skipIf(!has('fish'))('fish', () => {
  test('offers what fits', () => {
    const answers = fish(CASES.map(([line]) => line));
    expect(CASES.map(([line], at) => [line, answers[at]])).toEqual(CASES);
  });

  test('offers every flag of every command, and their values', () => {
    const lines = allLines().filter(([line]) => !isHelp(line));
    const answers = fish(lines.map(([line]) => line));
    expect(lines.map(([line], at) => [line, answers[at]])).toEqual(lines);
  });
});

describe.skipIf(!has('zsh') || !has('script') || process.platform !== 'linux')('zsh', () => {
  test('completes in a session', () => {
    expect(session('zsh -f -i', 'autoload -U compinit; compinit -u -D; . ./.pkg.zsh')).toEqual(SESSION_ANSWERS);
  });

  test('completes from a folder of functions, the first time too', () => {
    mkdirSync(join(folder, 'functions'), { recursive: true });
    writeFileSync(join(folder, 'functions', '_pkg'), completionScript('zsh', model));
    const setUp = 'fpath=(./functions $fpath); autoload -U compinit; compinit -u -D';
    expect(session('zsh -f -i', setUp)).toEqual(SESSION_ANSWERS);
  });
});

test.each<Shell>(['bash', 'zsh', 'fish', 'powershell'])('the script for %s names every command and flag', (shell) => {
  const script = completionScript(shell, model);
  for (const { id, flags } of model.commands) {
    for (const word of [...id.split(' '), ...flags.map(({ names }) => names[0]?.slice(2) ?? '')]) {
      expect(script).toContain(word);
    }
  }
});
