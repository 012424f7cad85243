/** Random sequences of commands, each on two machines: what helm takes, pkg takes, prints and leaves behind alike. */
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { RUNS } from '../support/generation.ts';
import { chartFiles, chartsIn, makeRepository, run } from './support.ts';

let server: ChartServer;
beforeAll(async () => {
  server = await startChartServer(
    await makeRepository([
      ['web', '1.0.0', 'description: "a web: thing"\nappVersion: "9"\nkeywords: [http]\n'],
      ['web', '1.2.0+build.1', 'description: ünïcode 日本 text\n'],
      ['web', '2.0.0-rc.1'],
      ['db', '0.1.0', `description: ${'very long words '.repeat(8)}\n`],
      ['old', '3.0.0', 'deprecated: true\n'],
    ]),
  );
});
afterAll(() => server.close());

const one = fc.constantFrom;
const words = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string[]> =>
  fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)));
const repository = one('a', 'a', 'b', 'none');
const chart = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(repository, one('web', 'web', 'db', 'old', 'x')).map(([r, name]) => [`${r}/${name}`]),
  },
  { weight: 2, arbitrary: one('web', 'db').map((name) => [name, '--repo', 'SERVER']) },
  { weight: 1, arbitrary: one('SERVER/web-1.0.0.tgz', './web', './top', 'web-1.0.0.tgz', './x').map((path) => [path]) },
);
const version = one('1.0.0', '^1', '>0.0.0-0', '9', '1.2.0+build.1', '2.0.0-rc.1', '1.x', '').map(
  (text) => `--version=${text}`,
);
const output = one('-ojson', '-o=yaml', '-o', '--output=table').map((flag) =>
  flag === '-o' ? ['-o', 'json'] : [flag],
);
const flag = (text: string): fc.Arbitrary<string[]> => one([text]);
const folder = one('-dout', '--destination=', '-d=.', '-dnew').map((text) => [text]);

/** Commands, and the flags of which each may be given with some. */
const COMMANDS: [weight: number, command: fc.Arbitrary<string[]>, flags: fc.Arbitrary<string[]>[]][] = [
  [
    3,
    words('repo', 'add', one('a', 'b', 'c'), one('SERVER', 'SERVER', 'SERVER/', 'SERVER/none')),
    [flag('--force-update'), flag('--username=ada'), flag('--password=x')],
  ],
  [1, words('repo', one('update', 'up')), [words(repository)]],
  [2, words('repo', one('list', 'ls')), [output, flag('--no-headers')]],
  [1, words('repo', one('remove', 'rm'), repository), []],
  [
    1,
    words('repo', 'index', one('out', '.', 'web')),
    [flag('--url=https://x.example.com/a'), flag('--merge=old.yaml'), flag('--merge='), flag('--json')],
  ],
  [
    3,
    words('search', 'repo'),
    [
      words(one('web', 'A/', 'text', '日本', 'zzz')),
      flag('-l'),
      flag('--devel'),
      version.map((text) => [text]),
      output,
      flag('--max-col-width=9'),
      flag('--fail-on-no-result'),
    ],
  ],
  [
    3,
    chart.map((ref) => ['pull', ...ref]),
    [version.map((text) => [text]), flag('--devel'), folder, flag('--untar'), flag('--untardir=u')],
  ],
  [
    3,
    fc.tuple(one('chart', 'values', 'all'), chart).map(([what, ref]) => ['show', what, ...ref]),
    [version.map((text) => [text]), flag('--devel')],
  ],
  [2, chart.map((ref) => ['template', 'r', ...ref]), [flag('--set=of=x'), flag('-n=y'), version.map((text) => [text])]],
  [
    2,
    words('package', one('web', 'top', '.')),
    [version.map((text) => [text]), flag('--app-version=7'), flag('--app-version='), folder, flag('-u')],
  ],
  [3, words('dependency', one('update', 'build', 'list'), one('top', './top/', 'web')), [flag('--skip-refresh')]],
];

const command = fc.oneof(
  ...COMMANDS.map(([weight, arbitrary, flags]) => ({
    weight,
    arbitrary: fc
      .tuple(
        arbitrary,
        fc.subarray(flags, { maxLength: Math.min(2, flags.length) }).chain((some) => fc.tuple(...some)),
        fc.boolean(),
      )
      .map(([line, more, first]) => {
        const at = /^(?:repo|search|show|dependency)$/.test(line[0] ?? '') ? 2 : 1;
        return first ? [...line.slice(0, at), ...more.flat(), ...line.slice(at)] : [...line, ...more.flat()];
      }),
  })),
);

const dependency = fc
  .tuple(
    one('web', 'web', 'db', 'own'),
    one('1.0.0', '^1', '*', '0.1.0', '7'),
    one('SERVER', 'SERVER/', '@a', 'alias:b', 'file://../own', ''),
    one('', ', alias: other', ', condition: of'),
  )
  .map(([name, wanted, from, more]) => `- {name: ${name}, version: "${wanted}", repository: "${from}"${more}}\n`);

const sequences = fc.sample(
  fc.tuple(fc.array(dependency, { minLength: 1, maxLength: 3 }), fc.array(command, { minLength: 6, maxLength: 12 })),
  { numRuns: 14 * RUNS },
);

test.each(sequences)('%#', async (dependencies, lines) => {
  const text = (line: string): string => line.replaceAll('SERVER', server.url);
  const homes = { helm: temporaryFolder(), pkg: temporaryFolder() };
  const folders = { helm: temporaryFolder(), pkg: temporaryFolder() };
  const files = {
    web: chartFiles('web', '1.0.0', 'appVersion: "9"\n'),
    own: chartFiles('own', '1.0.0'),
    top: chartFiles('top', '0.3.0', `dependencies:\n${dependencies.map(text).join('')}`),
    out: { 'old.txt': '' },
  };
  for (const program of ['helm', 'pkg'] as const) chartsIn(files, folders[program]);
  const told: string[][] = [];
  for (const line of [['repo', 'add', 'a', 'SERVER'], ...lines]) {
    told.push(line);
    const before = contents(folders.pkg, homes.pkg);
    const on = (program: 'helm' | 'pkg') =>
      run(program, line.map(text), {
        cwd: folders[program],
        home: homes[program],
        env: { SOURCE_DATE_EPOCH: '1700000000' },
      });
    const [helm, pkg] = await Promise.all([on('helm'), on('pkg')]);
    const context = `${dependencies.join('')}${told.map((one) => one.join(' ')).join('\n')}\nhelm: ${helm.stderr}\npkg: ${pkg.stderr}`;
    const after = contents(folders.pkg, homes.pkg);
    if (helm.status === 0) {
      expect(pkg.status, context).toBe(0);
      expect(printed(pkg.stdout, folders.pkg), context).toBe(printed(helm.stdout, folders.helm));
      expect(after, context).toEqual(contents(folders.helm, homes.helm));
      continue;
    }
    // A command that fails changes nothing; helm leaves files behind.
    if (pkg.status !== 0) {
      expect(after, context).toEqual(before);
      expect(pkg.stderr, context).toMatch(/code: PKG_(?!INTERNAL)[A-Z_]+ /);
    }
    for (const [from, to] of [
      [folders.pkg, folders.helm],
      [homes.pkg, homes.helm],
    ] as const) {
      rmSync(to, { recursive: true });
      cpSync(from, to, { recursive: true });
    }
  }
});

/** Without the folder, and without what is told of repositories that an update of dependencies does not need. */
function printed(stdout: string, at: string): string {
  return stdout
    .replaceAll(at, 'FOLDER')
    .split('\n')
    .filter((line) => !/^(?:Hang tight|Getting updates for|Update Complete|\.\.\.Successfully got)/.test(line))
    .join('\n');
}

/** The files of the folder, archives as what is in them, and the known repositories. */
function contents(at: string, home: string): Record<string, string> {
  const paths = readdirSync(at, { recursive: true, encoding: 'utf8' }).map((path) => join(at, path));
  const all = [...paths.filter((path) => statSync(path).isFile()).sort(), join(home, 'config', 'repositories.yaml')];
  return Object.fromEntries(
    all.filter((path) => existsSync(path)).map((path) => [path.replace(at, '').replace(home, ''), readable(path)]),
  );
}

function readable(path: string): string {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.tgz') ? gunzipSync(bytes) : bytes).toString('latin1');
  // The digest of an archive that was packed here is one of compressed bytes, which differ.
  return text.replaceAll(/\b(created|generated|digest)"?: *"?[\w:.+-]*/g, '$1');
}
