/** `pkg __complete`, called directly and by the shells, compared with helm. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PkgConfig } from '../../src/commands/support/config.ts';
import { GLOBAL_FLAGS } from '../../src/commands/support/global-flags.ts';
import { spokenName } from '../../src/commands/support/usage.ts';
import { TABLE } from '../../src/commands/table.ts';
import { writeFiles } from '../chart/support.ts';
import { helm } from '../support/helm.ts';
import { pkg, pkgStarted } from '../support/pkg.ts';

const bin: string = join(dirname(fileURLToPath(import.meta.url)), '../../bin/pkg.js');
let folder = '';
/** What pkg and helm are run with. */
let env: Record<string, string> = {};

const INDEX = `apiVersion: v1
entries:
  web:
    - { name: web, version: 2.0.0, appVersion: "7.1", created: "2026-01-02T03:04:05Z", urls: [web-2.0.0.tgz] }
    - { name: web, version: 1.10.0, created: "2026-01-01T03:04:05Z", urls: [web-1.10.0.tgz] }
    - { name: web, version: 1.9.0, created: "2026-01-01T03:04:05Z", urls: [web-1.9.0.tgz] }
  worker:
    - { name: worker, version: 0.1.0, created: "2026-01-02T03:04:05Z", urls: [worker-0.1.0.tgz] }
`;

const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: dev
clusters:
  - { name: east, cluster: { server: "http://127.0.0.1:1" } }
contexts:
  - { name: dev, context: { cluster: east, user: ada } }
  - { name: prod, context: { cluster: east, user: ada } }
users:
  - { name: ada, user: {} }
`;

const CHART = {
  'Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n',
  'values.yaml':
    'image:\n  tag: "1.2"\n  pull: {}\nports:\n  - name: http\n    port: 80\nreplicas: 2\nempty: []\n"a.b": 1\nglobal: {}\n',
  'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
  'charts/db/values.yaml': 'size: 1Gi\n',
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pkg-completion-'));
  writeFiles(join(folder, 'chart'), CHART);
  for (const name of ['chest of charts', 'list', 'bin']) mkdirSync(join(folder, name));
  for (const name of ['chart-1.0.tgz', 'chart.txt', 'values.yaml']) writeFileSync(join(folder, name), '');
  writeFiles(folder, {
    kubeconfig: KUBECONFIG,
    'helm/repositories.yaml': 'repositories:\n  - { name: acme, url: "https://charts.example.com" }\n',
    'helm/acme-index.yaml': INDEX,
    'helm/acme-charts.txt': 'web\nworker',
  });
  env = {
    HELM_REPOSITORY_CONFIG: join(folder, 'helm/repositories.yaml'),
    HELM_REPOSITORY_CACHE: join(folder, 'helm'),
    KUBECONFIG: join(folder, 'kubeconfig'),
  };
  for (const shell of ['bash', 'zsh', 'fish']) {
    writeFileSync(join(folder, `.pkg.${shell}`), pkg(['completion', shell]).stdout);
  }
  writeFileSync(join(folder, 'bin/pkg'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  chmodSync(join(folder, 'bin/pkg'), 0o755);
  for (const [verb, name] of [
    ['install', 'one'],
    ['install', 'two'],
    ['upgrade', 'one'],
  ] as const) {
    const { status, stderr } = pkg([verb, name, './chart', '--target', 'dir:out', '-n', 'shop'], { cwd: folder });
    if (status !== 0) throw new Error(stderr);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is offered for the last word of a line, and the directive. Nothing may be written on standard error. */
function complete(line: string, more: Record<string, string> = {}): string[] {
  const words = line.split(' ').slice(1);
  const run = pkg(['__complete', ...words], { cwd: folder, env: { ...env, ...more } });
  expect([line, run.status, run.stderr]).toEqual([line, 0, '']);
  return run.stdout.trimEnd().split('\n');
}

describe('what is offered', () => {
  test.each<[string, string[]]>([
    ['pkg li', ['lint\tcheck a chart for mistakes and risks', 'list\tlist releases', ':4']],
    ['pkg -n prod --debug li', ['lint\tcheck a chart for mistakes and risks', 'list\tlist releases', ':4']],
    ['pkg repo up', ['update\tdownload the indexes of chart repositories', ':4']],
    ['pkg list -o ', ['table', 'json', 'yaml', ':4']],
    ['pkg list --output=j', ['json', ':4']],
    ['pkg list -o=', ['table', 'json', 'yaml', ':4']],
    ['pkg list --offs', ['--offset\tskip the first N releases', ':4']],
    ['pkg list --offset 1 --offs', [':4']],
    ['pkg install --wait-for-jobs=t', ['true', ':4']],
    ['pkg list -- --off', [':4']],
    ['pkg list --nothing ', [':4']],
    ['pkg nothing ', [':4']],
    ['pkg version x ', [':4']],
    ['pkg help get me', ["metadata\tshow a release's chart, version and labels", ':4']],
    ['pkg completion ', ['bash', 'zsh', 'fish', 'powershell', ':4']],
    ['pkg docs PKG_USA', ['PKG_USAGE', ':4']],
    ['pkg bundle pu', ['push\tcopy the charts and images of a bundle into a registry', ':4']],
    ['pkg install -f ', [':0']],
    ['pkg package -d ', [':16']],
    ['pkg install c', ['tgz', 'tar', ':8']],
    ['pkg install a', ['acme/\thttps://charts.example.com', ':6']],
    ['pkg install acme/', ['acme/web', 'acme/worker', ':4']],
    ['pkg install x acme/web --version ', ['2.0.0\tApp: 7.1', '1.10.0', '1.9.0', ':36']],
    ['pkg install acme/web --version ', ['2.0.0\tApp: 7.1', '1.10.0', '1.9.0', ':36']],
    ['pkg install oci://', [':6']],
    ['pkg pull ', ['acme/\thttps://charts.example.com', 'oci://\ta chart in an OCI registry', ':6']],
    ['pkg lint ', ['tgz', 'tar', ':8']],
    ['pkg repo remove ', ['acme\thttps://charts.example.com', ':4']],
    ['pkg repo remove acme ', [':4']],
    ['pkg --kube-context ', ['dev\teast', 'prod\teast', ':4']],
    ['pkg --target dir:out -n shop status ', ['one\trevision 2, deployed', 'two\trevision 1, deployed', ':4']],
    ['pkg status --target dir:out ', [':4']],
    ['pkg --target dir:out -n shop uninstall one ', ['two\trevision 1, deployed', ':4']],
    ['pkg --target dir:out -n shop rollback one ', ['1\tsuperseded', '2\tdeployed', ':36']],
    ['pkg --target dir:out -n shop get values one --revision ', ['1\tsuperseded', '2\tdeployed', ':36']],
    ['pkg --target dir:out -n ', ['shop', ':4']],
    [
      'pkg install x ./chart --set ',
      ['image.', 'ports[', 'replicas=\t2', 'empty=\t[]', 'a\\.b=\t1', 'global=\t{}', 'db.', ':6'],
    ],
    ['pkg install ./chart --set im', ['image.', ':6']],
    ['pkg template ./chart --set=image.', ['image.tag=\t"1.2"', 'image.pull=\t{}', ':6']],
    ['pkg template x ./chart --set-string replicas=3,ports[', ['replicas=3,ports[0].', ':6']],
    ['pkg upgrade x ./chart --set ports[0].p', ['ports[0].port=\t80', ':6']],
    ['pkg upgrade x ./chart --set db.', ['db.global=\t{}', 'db.size=\t"1Gi"', ':6']],
    ['pkg upgrade x ./chart --set image.tag=', [':6']],
    ['pkg upgrade x --set ', [':6']],
    ['pkg upgrade x ./nothing --set ', [':4']],
  ])('%s', (line, offered) => {
    expect(complete(line)).toEqual(offered);
  });

  test('without descriptions', () => {
    expect(pkg(['__completeNoDesc', 'li']).stdout).toBe('lint\nlist\n:4\n');
  });

  test('every flag of every command, and its values', async () => {
    for (const entry of new PkgConfig(TABLE).commands) {
      const { flags = {} } = await entry.load();
      const visible = Object.entries({ ...flags, ...GLOBAL_FLAGS }).filter(([, flag]) => flag.hidden !== true);
      const lines = complete(`pkg ${spokenName(entry.id)} --`);
      expect([entry.id, lines.at(-1)]).toEqual([entry.id, ':4']);
      expect(lines.slice(0, -1).sort()).toEqual(visible.map(([name, { summary }]) => `--${name}\t${summary}`).sort());
    }
  });

  test('a name or description with line breaks is one candidate, or none', () => {
    const file = join(folder, 'strange.yaml');
    writeFileSync(file, KUBECONFIG.replaceAll('east', '"e\\ta\\nst"').replace('prod', '"pr\\nod"'));
    expect(complete('pkg --kube-context ', { KUBECONFIG: file })).toEqual(['dev\te a st', ':4']);
  });
});

test('completion ends if the cluster does not answer', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const file = join(folder, 'silent.yaml');
  writeFileSync(file, KUBECONFIG.replace('127.0.0.1:1"', `127.0.0.1:${(server.address() as AddressInfo).port}"`));
  try {
    for (const line of [['status'], ['rollback', 'x'], ['status', '-n']]) {
      const run = await pkgStarted(['__complete', '--kubeconfig', file, ...line, '']).done;
      expect(run).toEqual({ status: 0, stdout: ':4\n', stderr: '' });
    }
  } finally {
    server.close();
  }
});

/**
 * The candidates that a shell would show of an answer, without what describes them, and whether it would add files.
 * Helm gives all formats and charts, whatever was typed; shells leave out what does not fit.
 */
function answer(stdout: string, word: string): { words: string[]; noFiles: boolean } {
  const lines = stdout.trimEnd().split('\n');
  const words = lines.slice(0, -1).map((line) => line.replace(/\t.*/, ''));
  const typed = word.replace(/^--[^=]+=/, '');
  const fitting = words.filter((candidate) => candidate.startsWith(typed)).sort();
  // Files are offered only if there are no other candidates.
  return { words: fitting, noFiles: fitting.length > 0 || (Number(lines.at(-1)?.slice(1)) & 4) === 4 };
}

describe('helm offers the same', () => {
  test.each([
    '--kube-context ',
    'list -o ',
    'list --output j',
    'list --output=y',
    'history x -o t',
    'install x acme/',
    'install x acme/w',
    'show chart acme/wo',
    'pull acme/',
    'repo remove ',
    'repo update acme ',
    'repo add ',
    'get m',
    'show c',
    'list x ',
    'version ',
    'status a b ',
    'install --no-h',
    'install x -f ',
    'list -- -',
  ])('%s', (line) => {
    const words = line.split(' ');
    const ours = pkg(['__complete', ...words], { cwd: folder, env });
    const theirs = helm(['__complete', ...words], { cwd: folder, env: { ...env, HELM_ACTIVE_HELP: '0' } });
    expect(answer(ours.stdout, words.at(-1) ?? '')).toEqual(answer(theirs.stdout, words.at(-1) ?? ''));
  });

  test('the versions of a chart, in the same order', () => {
    const words = ['install', 'x', 'acme/web', '--version', ''];
    const listed = (stdout: string): string[] => stdout.split('\n').map((line) => line.replace(/\t.*/, ''));
    const ours = listed(pkg(['__complete', ...words], { env }).stdout).slice(0, 3);
    expect(ours).toEqual(listed(helm(['__complete', ...words], { env }).stdout).slice(0, 3));
  });
});

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;
const sorted = (words: Iterable<string>): string[] => [...new Set(words)].sort();

function run(command: string, args: string[], input = ''): string {
  const path = `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`;
  const done = spawnSync(command, args, {
    cwd: folder,
    env: { PATH: path, HOME: folder, LC_ALL: 'C.UTF-8', TERM: 'dumb' },
    input,
    encoding: 'utf8',
  });
  expect(done.stderr).toBe('');
  return done.stdout;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** What bash offers at the end of each line. Readline parts words at blanks, and at runs of `=` and `:`. */
function bash(lines: readonly string[], breaks = '=:'): string[][] {
  const asks = lines.map((line) => {
    const words = line.split(' ').flatMap((word, at, all) => {
      const parts = word.split(new RegExp(`([${breaks}]+)`)).filter((part) => part !== '');
      return at === all.length - 1 && word === '' ? [''] : parts;
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
  return answers.slice(0, -1).map((words) => sorted(words.split('\n').filter((word) => word !== '')));
}

/** What fish offers; it repeats `--flag=` before a value, and marks folders. */
function fish(lines: readonly string[]): string[][] {
  const asks = lines.map((line) => `complete -C ${quoted(line)}\necho ----`);
  const answers = run('fish', ['--no-config', '-c', `source ./.pkg.fish\n${asks.join('\n')}`]).split('----\n');
  return answers.slice(0, -1).map((offered) => {
    const words = offered.split('\n').filter((word) => word !== '');
    return sorted(
      words.map((word) =>
        word
          .replace(/\t.*/, '')
          .replace(/^--[a-z-]+=(?=.)/, '')
          .replace(/\/$/, ''),
      ),
    );
  });
}

const FORMATS = ['json', 'table', 'yaml'];

const CASES: [string, string[]][] = [
  ['pkg li', ['lint', 'list']],
  ['pkg --namespace prod --debug li', ['lint', 'list']],
  ['pkg --target dir:./out li', ['lint', 'list']],
  ['pkg --target dir:./out -n shop status ', ['one', 'two']],
  ['pkg --target=dir:./out -n shop rollback one ', ['1', '2']],
  ['pkg --colour al', ['always']],
  ['pkg --color=n', ['never']],
  ['pkg inspect va', ['values']],
  ['pkg ls --offs', ['--offset']],
  ['pkg list --output=j', ['json']],
  ['pkg list --output ', FORMATS],
  ['pkg list --output=', FORMATS],
  ['pkg completion bash ', []],
  ['pkg docs PKG_USA', ['PKG_USAGE']],
  ['pkg nothing ', []],
  ['pkg list ', []],
  ['pkg install --dry-run=c', ['client']],
  ['pkg install --dry-run -f val', ['values.yaml']],
  ['pkg install --description --set -f val', ['values.yaml']],
  ['pkg install --values=val', ['values.yaml']],
  ['pkg install -- x ch', ['chart', 'chart-1.0.tgz', 'chest of charts']],
  ['pkg install ch', ['chart', 'chart-1.0.tgz', 'chest of charts']],
  ['pkg upgrade name -f values.yaml ch', ['chart', 'chart-1.0.tgz', 'chest of charts']],
  ['pkg lint chart ch', ['chart', 'chart-1.0.tgz', 'chest of charts']],
  ['pkg package -d ch', ['chart', 'chest of charts']],
  ['pkg install x ./chart --set image.', ['image.pull=', 'image.tag=']],
  ['pkg bundle push chart.tar oci://x --out', ['--output']],
];

describe('bash', () => {
  test('offers what fits', () => {
    const answers = bash(CASES.map(([line]) => line));
    expect(CASES.map(([line], at) => [line, answers[at]])).toEqual(CASES);
  });

  test('keeps the flag before a value if "=" does not split words', () => {
    expect(bash(['pkg list --output=j', 'pkg list -o=t'], ':')).toEqual([['--output=json'], ['-o=table']]);
  });

  test('runs no code of the line', () => {
    expect(bash(['pkg status $(touch${IFS}trap) `touch${IFS}trap` '])).toEqual([[]]);
    expect(run('ls', [])).not.toContain('trap');
  });

  test.skipIf(!has('script') || process.platform !== 'linux')('completes in a session', () => {
    expect(session('bash --norc --noprofile -i', '. ./.pkg.bash')).toEqual(SESSION_ANSWERS);
  });
});

/** What is typed, and what the shell makes of it: each has one completion, or one beginning. */
const SESSION: [string, string][] = [
  ['pkg hist\t', 'history'],
  ['pkg -n prod ls --output=js\t', '-n prod ls --output=json'],
  ['pkg --target dir:out -n shop status tw\t', '--target dir:out -n shop status two'],
  ['pkg docs PKG_USA\t', 'docs PKG_USAGE'],
  ['pkg lint lis\t', 'lint list'],
  ['pkg install x -f va\t', 'install x -f values.yaml'],
  ['pkg install x chart --set rep\t3', 'install x chart --set replicas=3'],
  ['pkg show chart che\t', 'show chart chest of charts'],
];
const SESSION_ANSWERS: string[] = SESSION.map(([, words]) => words);

/**
 * Types into a shell on a terminal; `pkg` prints the words that it is given. Shells differ in the slash after a folder.
 */
function session(shell: string, setUp: string): string[] {
  const echoing = 'pkg() { if [[ $1 == __* ]]; then command pkg "$@"; else echo "<$*>"; fi }';
  const typed = [`${setUp}; ${echoing}; PS1=`, ...SESSION.map(([keys]) => keys), 'exit', ''].join('\n');
  const screen = run('script', ['-qec', shell, '/dev/null'], typed);
  return [...screen.matchAll(/^<(.*?)\/?>\r?$/gm)].map(([, words]) => words ?? '');
}

test.skipIf(!has('fish'))('fish offers what fits', () => {
  const answers = fish(CASES.map(([line]) => line));
  expect(CASES.map(([line], at) => [line, answers[at]])).toEqual(CASES);
});

describe.skipIf(!has('zsh') || !has('script') || process.platform !== 'linux')('zsh', () => {
  test('completes in a session', () => {
    expect(session('zsh -f -i', 'autoload -U compinit; compinit -u -D; . ./.pkg.zsh')).toEqual(SESSION_ANSWERS);
  });

  test('completes from a folder of functions, the first time too', () => {
    writeFiles(folder, { 'functions/_pkg': pkg(['completion', 'zsh']).stdout });
    const setUp = 'fpath=(./functions $fpath); autoload -U compinit; compinit -u -D';
    expect(session('zsh -f -i', setUp)).toEqual(SESSION_ANSWERS);
  });
});
