/** Texts of charts, values and records that a terminal would obey or show as something else. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, writeChart } from '../chart/support.ts';
import { pkg } from '../support/pkg.ts';

const root: string = fileURLToPath(new URL('../..', import.meta.url));
/** A bidirectional override, the end of an isolate, a tag beyond the basic plane, a hidden space. */
const HOSTILE = 'a\u202eb\u2069cd\u{e0041}e\ufefff';
/** The same as YAML can hold it. */
const QUOTED = '"a\\u202eb\\u2069cd\\U000E0041e\\ufefff"';
const UNSAFE = /(?![\n\r\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

let target: string;
let chart: string;

beforeAll(() => {
  target = `dir:${join(temporaryFolder(), 'out')}`;
  chart = writeChart({
    'Chart.yaml': `apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: ${QUOTED}\ndescription: ${QUOTED}\n`,
    'values.yaml': `plain: ${QUOTED}\n`,
    'templates/a.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  v: {{ .Values.plain | quote }}\n',
    'templates/NOTES.txt': `${HOSTILE}\n`,
    'README.md': `${HOSTILE}\n`,
  });
  pkg(['install', 'x', chart, '--target', target, '--set', `given=${HOSTILE}`, '--description', HOSTILE]);
});

/** Every command that prints what others wrote. */
const COMMANDS = [
  ...['json', 'yaml', 'table'].flatMap((format) =>
    [
      'get values x',
      'get values x --all',
      'get metadata x',
      'status x',
      'history x',
      'list',
      'diff upgrade x CHART --set plain=1',
      'upgrade x CHART --dry-run',
      'lint CHART',
    ].map((words) => `${words} -o ${format}`),
  ),
  ...[
    'get all x',
    'get manifest x',
    'get notes x',
    'template x CHART',
    'show all CHART',
    'show values CHART --origins',
  ],
].map((words) => [words]);

const words = (text: string): string[] => {
  const own = text.replace('CHART', chart).split(' ');
  return /^(?:show|template|lint)/.test(text) ? own : [...own, '--target', target];
};

test.each(COMMANDS.filter(([text]) => text?.includes('json')))(
  '%s prints JSON without control characters, also to pipes',
  (text) => {
    const { status, stdout, stderr } = pkg(words(text));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).not.toMatch(UNSAFE);
    if (!/history|list|lint|diff|metadata/.test(text)) expect(JSON.stringify(JSON.parse(stdout))).toContain(HOSTILE);
  },
);

test.each(['get values x -o yaml', 'get manifest x', 'template x CHART', 'status x -o yaml'])(
  '%s prints them unchanged to pipes',
  (text) => {
    const { stdout } = pkg(words(text));
    // YAML writes some of them as escapes of its own.
    expect(stdout).toMatch(/a(?:\u202e|\\u202e)b/);
  },
);

const hasTerminal = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

describe.skipIf(!hasTerminal)('onto a terminal', () => {
  test.each(COMMANDS)('%s shows them as escapes', (text) => {
    const command = [process.execPath, 'bin/pkg.js', ...words(text), '--color', 'never'].map((word) => `'${word}'`);
    const run = spawnSync('script', ['-qec', command.join(' '), '/dev/null'], {
      cwd: root,
      env: { PATH: process.env['PATH'], TERM: 'xterm' },
      input: '',
      encoding: 'utf8',
    });
    expect(run.status).toBe(0);
    expect(run.stdout.length).toBeGreaterThan(0);
    expect(run.stdout).not.toMatch(UNSAFE);
  });
});

test('values that YAML cannot contain are an error, and JSON contains them', () => {
  const own = `dir:${join(temporaryFolder(), 'out')}`;
  pkg(['install', 'x', chart, '--target', own, '--set', 'given=a\u009bb']);
  expect(pkg(['get', 'values', 'x', '--target', own]).stderr).toMatch(
    /control characters .*\n.*-o json\n.*PKG_VALUES_INVALID/,
  );
  expect(pkg(['get', 'values', 'x', '--target', own, '-o', 'json']).stdout).toBe('{"given":"a\\u009bb"}\n');
});
