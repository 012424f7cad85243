/** Command lines are read as by pflag, which Helm uses. */
import { spawnSync } from 'node:child_process';
import type { FlagInput } from '@oclif/core/interfaces';
import { parse } from '@oclif/core/parser';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Flags from '../../src/commands/support/flag-types.ts';
import { oclifWords, splitLine } from '../../src/commands/support/pflag.ts';
import { pflagBinary } from '../pflag/binary.ts';
import { RUNS } from '../support/generation.ts';
import { pkg } from '../support/pkg.ts';

const oracle: string = await pflagBinary();

/** One flag of each kind, as in test/pflag/main.go. */
const FLAGS: FlagInput = {
  all: Flags.boolean({ char: 'A' }),
  quiet: Flags.boolean({ char: 'q' }),
  name: Flags.string({ char: 'n', default: '' }),
  'dry-run': Flags.string({ char: 'd', default: 'none', bare: 'client' }),
  max: Flags.integer({ char: 'm', default: 256 }),
  set: Flags.strings({ char: 's' }),
  values: Flags.csv({ char: 'f' }),
  labels: Flags.pairs({ char: 'l' }),
};

/** What a line gives; the same for every line that is refused. */
type Read = { flags: Record<string, unknown>; args: string[] } | 'refused';

async function ours(words: readonly string[]): Promise<Read> {
  try {
    const line = splitLine(words, FLAGS);
    const { flags } = await parse(oclifWords({ ...line, args: [] }, FLAGS), { flags: FLAGS, args: {} });
    const values: Record<string, unknown> = { ...flags, labels: Flags.recordOf(flags['labels']) };
    delete values['json'];
    return { flags: values, args: line.args };
  } catch {
    return 'refused';
  }
}

function theirs(lines: readonly string[][]): Read[] {
  const input = lines.map((words) => `${JSON.stringify(words)}\n`).join('');
  const { stdout } = spawnSync(oracle, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { error, flags, args } = JSON.parse(line);
      return error === undefined ? { flags, args } : 'refused';
    });
}

const text = fc.oneof(
  fc.constantFrom(
    '',
    '-',
    '--',
    '-f',
    '--set',
    '-Aq',
    'a',
    'a b',
    'a,b',
    '"a,b"',
    '"a',
    'a"b',
    '""',
    'é',
    '0',
    '3',
    '-7',
  ),
  fc.constantFrom(
    'a=b',
    'a=b,c=d',
    '"a=b,c"=d',
    'a=',
    '=b',
    'a=b=c',
    't',
    'True',
    'FALSE',
    'yes',
    '0x10',
    '010',
    '09',
    '+5',
  ),
  fc.string({ unit: fc.constantFrom('a', ',', '"', '=', ' ', '-', '1'), maxLength: 6 }),
);
const long = fc.constantFrom('all', 'quiet', 'name', 'dry-run', 'max', 'set', 'values', 'labels', 'nam', '');
const letters = fc.string({
  unit: fc.constantFrom('A', 'q', 'n', 'd', 'm', 's', 'f', 'l', 'x', '='),
  minLength: 1,
  maxLength: 4,
});
const words = fc.oneof(
  { weight: 3, arbitrary: long.map((name) => [`--${name}`]) },
  { weight: 3, arbitrary: fc.tuple(long, text).map(([name, value]) => [`--${name}=${value}`]) },
  { weight: 3, arbitrary: fc.tuple(long, text).map(([name, value]) => [`--${name}`, value]) },
  { weight: 3, arbitrary: fc.tuple(letters, text).map(([name, value]) => [`-${name}`, value]) },
  { weight: 2, arbitrary: fc.tuple(letters, text).map(([name, value]) => [`-${name}${value}`]) },
  { weight: 2, arbitrary: text.map((value) => [value]) },
);
const line = fc
  .array(words, { maxLength: 5 })
  .map((parts) => parts.flat())
  // Of a flag that is given twice pflag checks the first value too, which pkg does not look at.
  .filter((parts) => parts.filter((word) => /^-(?:-max|\w*m)/.test(word)).length < 2);

test('pflag reads generated lines the same way', async () => {
  const lines = fc.sample(line, 4000 * RUNS);
  const expected = theirs(lines);
  const read = await Promise.all(lines.map(ours));
  for (const [at, one] of lines.entries()) expect([one, read[at]]).toEqual([one, expected[at]]);
  const taken = expected.filter((one) => one !== 'refused').length;
  // Most generated cases must be valid, or the test would say little.
  expect(taken).toBeGreaterThan(lines.length / 5);
  expect(taken).toBeLessThan((lines.length * 4) / 5);
});

describe('flags before the command', () => {
  const target = ['--target', 'dir:nowhere'];
  const list = (args: readonly string[]): string => {
    const { stdout, stderr } = pkg(args);
    return stdout + stderr;
  };
  const empty = list(['list', '-o', 'json', ...target]);

  test.each<string[][]>([
    [['-o', 'json', ...target, 'list']],
    [['-ojson', '--target=dir:nowhere', 'list']],
    [['--output=json', 'list', ...target]],
    [['--output', 'json', '--all-namespaces=True', 'list', ...target]],
    [['--debug=false', ...target, 'ls', '-o=json']],
  ])('%j', (args) => {
    expect(list(args)).toBe(empty);
    expect(empty).toBe('[]\n');
  });

  test('of a command within a topic, before and between its words', () => {
    const expected = pkg(['get', 'values', 'x', '-o', 'json', ...target]).stderr;
    expect(expected).toContain('PKG_RELEASE_NOT_FOUND');
    for (const args of [
      ['-o', 'json', 'get', ...target, 'values', 'x'],
      [...target, 'get', '-o', 'json', 'values', '--', 'x'],
    ]) {
      expect(pkg(args).stderr).toBe(expected);
    }
  });

  test('that no command has are refused by the named command', () => {
    expect(pkg(['--nothing', 'x', 'list']).stderr).toContain('unknown flag --nothing\n');
    expect(pkg(['--outptu=json', 'list']).stderr).toContain('did you mean --output?');
    expect(pkg(['--nothing']).stderr).toContain('unknown flag --nothing\n');
    expect(pkg(['get', '--nothing']).stderr).toContain('unknown flag --nothing\n');
  });

  test('--help works at any position', () => {
    const expected = pkg(['help', 'get', 'values']).stdout;
    expect(expected).toContain('Usage: pkg get values NAME [flags]\n');
    for (const args of [
      ['get', 'values', '-h'],
      ['--help', 'get', 'values'],
      ['get', '--help', 'values', 'x', 'y', '-o', 'nothing'],
    ]) {
      expect(pkg(args)).toEqual({ status: 0, stdout: expected, stderr: '' });
    }
    expect(pkg(['get', 'values', '--help=false', 'x', ...target]).stderr).toContain('PKG_RELEASE_NOT_FOUND');
    expect(pkg(['list', '--filter', '--help', ...target]).stdout).toMatch(/^NAME/);
  });
});

describe('invalid command lines', () => {
  test.each([
    ['list -o xml', '--output takes table, json or yaml, not "xml"'],
    ['list --max x', '--max takes a whole number, not "x"'],
    ['list --offset -1', '--offset takes 0 or more, not -1'],
    ['list --debug=maybe', '--debug takes true or false, not "maybe"'],
    ['list -o', '-o (--output) needs a value'],
    ['list x y', 'pkg list takes no arguments, not also "x" "y"'],
    ['install', 'pkg install needs CHART'],
    ['upgrade x', 'pkg upgrade needs CHART'],
    ['upgrade', 'pkg upgrade needs NAME and CHART'],
    ['install a b c', 'pkg install takes NAME and CHART, not also "c"'],
    ['completion tcsh', 'pkg completion takes bash, zsh, fish or powershell, not "tcsh"'],
    ['install x ./charts/web --labels a', '--labels takes KEY=VALUE, not "a"'],
    ['publish ./charts/web . --version 1.0.0 --bump minor', '--version cannot be given together with --bump'],
    ['lst', 'unknown command "lst"'],
    ['get vlues', 'unknown command "get vlues"'],
  ])('%s', (words, message) => {
    const { status, stdout, stderr } = pkg(words.split(' '));
    expect({ status, stdout, first: stderr.split('\n')[0] }).toEqual({
      status: 1,
      stdout: '',
      first: `Error: ${message}`,
    });
    expect(stderr).toContain('  code: PKG_USAGE ');
  });

  test('no password is printed', () => {
    const { stderr } = pkg(['pull', 'acme/web', '--password=hunter2', '--password-stdin']);
    expect(stderr).toContain('--password cannot be given together with --password-stdin');
    expect(stderr).not.toContain('hunter2');
  });
});

test.each([
  [['upgrade', 'x', '.', '--cleanup-on-fail'], 'give --rollback-on-failure'],
  [['install', 'x', '.', '--server-side=true'], 'leave it out'],
  [['rollback', 'x', '--force-replace'], 'objects are never replaced'],
  [['template', 'x', '.', '--post-renderer', 'kustomize'], 'there are no post-renderers'],
])('%j: a hint for a flag of Helm that does not exist', (words, hint) => {
  const { status, stderr } = pkg(words);
  expect(status).toBe(1);
  expect(stderr).toContain('unknown flag --');
  expect(stderr).toContain(`hint: ${hint}`);
});

test('a command that applies nothing has no hints for flags of operations', () => {
  expect(pkg(['list', '--force']).stderr).not.toContain('--force-conflicts');
});
