/** Flags with empty values, such as those of variables that are not set in a pipeline: whatever helm takes, pkg takes alike. */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { helm } from '../support/helm.ts';
import { chartFiles, chartsIn, makeRepository, run } from './support.ts';

/** What a command is given besides the flag. */
const COMMANDS: Record<string, string[]> = {
  package: ['web'],
  lint: ['web'],
  template: ['web'],
  'repo index': ['archives'],
  'search repo': [],
  'dependency update': ['top', '--skip-refresh'],
  'dependency build': ['top', '--skip-refresh'],
  'show chart': ['web'],
  'show values': ['web'],
};

/** Flags for which pkg takes an empty value that helm refuses, or which pkg does not have. */
const OTHERS = new Set(['post-renderer', 'post-renderer-args', 'timeout']);

let cwd: string;
let home: string;
beforeAll(async () => {
  const archives = await makeRepository([['web', '1.0.0', 'appVersion: "9"\n']]);
  cwd = chartsIn({
    web: chartFiles('web', '1.0.0', 'appVersion: "9"\nicon: https://example.com/i.png\n'),
    top: chartFiles('top', '1.0.0', 'dependencies:\n- {name: web, version: 1.x, repository: "file://../web"}\n'),
  });
  cpSync(archives, join(cwd, 'archives'), { recursive: true });
  home = temporaryFolder();
  writeFiles(home, {
    'config/repositories.yaml': '{"repositories": [{"name": "r", "url": "http://127.0.0.1:1"}]}',
    'cache/repository/r-index.yaml': readFileSync(join(archives, 'index.yaml')),
  });
});

test.each(Object.entries(COMMANDS))('%s', async (command, args) => {
  const words = command.split(' ');
  const [own = ''] = helm([...words, '--help']).stdout.split('Global Flags:');
  const flags = [...own.matchAll(/^ +(?:-\w, )?--([\w-]+) [a-z]\w*/gim)].map(([, name = '']) => name);
  let taken = 0;
  for (const flag of flags.filter((one) => !OTHERS.has(one))) {
    const line = [...words, ...args, `--${flag}=`];
    const [theirs, ours] = await Promise.all((['helm', 'pkg'] as const).map((program) => outcome(program, line)));
    if (theirs?.status !== 0) continue;
    taken += 1;
    expect({ line, ...ours, stderr: '' }, String(ours?.['stderr'])).toEqual({ line, ...theirs, stderr: '' });
  }
  expect(taken).toBeGreaterThan(0);
});

async function outcome(program: 'helm' | 'pkg', line: readonly string[]): Promise<Record<string, unknown>> {
  const [folder, own] = [temporaryFolder(), temporaryFolder()];
  cpSync(cwd, folder, { recursive: true });
  cpSync(home, own, { recursive: true });
  const env = { SOURCE_DATE_EPOCH: '1700000000' };
  const { status, stdout, stderr } = await run(program, line, { cwd: folder, home: own, env });
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
    .map((path) => [path.slice(folder.length), textOf(path)]);
  // Lint has messages of its own.
  return { status, stdout: line[0] === 'lint' ? '' : stdout.replaceAll(folder, ''), stderr, files };
}

function textOf(path: string): string {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.tgz') ? gunzipSync(bytes) : bytes).toString('latin1');
  return text.replaceAll(/\b(created|generated): .*/g, '$1');
}
