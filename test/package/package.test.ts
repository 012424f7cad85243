/** What a user gets: the packed tarball, installed with npm, run and imported. Needs a build (`npm run build`). */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { compareSync } from 'bcryptjs';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const windows: boolean = process.platform === 'win32';
const chart: string = join(root, 'charts/web');
let folder: string;
let tarball: string;
let prefix: string;

type Run = { status: number | null; stdout: string; stderr: string };

function run(program: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Run {
  const result = spawnSync(program, args, { encoding: 'utf8', shell: windows, env: cleanEnv(), ...options });
  if (result.error) throw result.error;
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

/** The environment without what npm and the tests' own runner put there; our Node comes first on the PATH. */
function cleanEnv(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_|VITEST|HELM_|PKG_|FORCE_COLOR)/i.test(name),
  );
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  return { ...Object.fromEntries(kept), PATH: path, ...extra };
}

function pkg(args: readonly string[], env: NodeJS.ProcessEnv = {}): Run {
  return run(join(prefix, windows ? 'pkg.cmd' : 'bin/pkg'), args, { env: cleanEnv(env) });
}

function npm(args: readonly string[], cwd: string): Run {
  const result = run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error', '--cache', join(folder, 'npm')], {
    cwd,
  });
  expect(result, result.stderr).toMatchObject({ status: 0 });
  return result;
}

beforeAll(() => {
  if (!existsSync(join(root, 'dist/main.cjs'))) throw new Error('there is no dist: run npm run build first');
  folder = mkdtempSync(join(tmpdir(), 'pkg-package-'));
  prefix = join(folder, 'global');
  const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root).stdout);
  tarball = join(folder, packed.filename);
  // No registry can be reached: all that is installed is the tarball.
  npm(['install', '--global', '--offline', '--prefix', prefix, tarball], folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the installed program', () => {
  const installed = (): string => join(prefix, windows ? '' : 'lib', 'node_modules/kubepkg');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

  test('is one package, with its licences and without sources, tests and tools', () => {
    expect(existsSync(join(installed(), 'node_modules'))).toBe(false);
    const { files } = JSON.parse(npm(['pack', '--dry-run', '--json', '--ignore-scripts'], root).stdout)[0];
    const names: string[] = files.map(({ path }: { path: string }) => path);
    const expected =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/(pkg\.js|package\.json)|dist\/.+\.(js|cjs|d\.ts|txt))$/;
    expect(names.filter((name) => !expected.test(name))).toEqual([]);
    expect(names).toContain('dist/THIRD-PARTY-NOTICES.txt');
    expect(readFileSync(join(installed(), 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8')).toContain('js-yaml');
  });

  test('prints its version', () => {
    const result = pkg(['version']);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(result.stdout).toContain(version);
  });

  test('renders a chart', () => {
    const result = pkg(['template', 'web', chart]);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(result.stdout).toContain('# Source: web/templates/deployment.yaml');
  });

  test('hashes passwords also where npm could not install the compiled bcrypt', () => {
    const hashing = join(folder, 'hashing');
    mkdirSync(join(hashing, 'templates'), { recursive: true });
    writeFileSync(join(hashing, 'Chart.yaml'), 'apiVersion: v2\nname: hashing\nversion: 1.0.0\n');
    writeFileSync(join(hashing, 'templates/all.yaml'), 'hash: {{ bcrypt "pässword" }}\n');
    const result = pkg(['template', 'x', hashing]);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    const [hash = ''] = /\$2a\$10\$\S{53}$/m.exec(result.stdout) ?? [];
    expect(compareSync('pässword', hash)).toBe(true);
  });

  test.skipIf(windows)('works without a home folder, and with one that is not writable', () => {
    const home = join(folder, 'home');
    mkdirSync(home);
    chmodSync(home, 0o500);
    for (const env of [
      { HOME: undefined, XDG_CACHE_HOME: undefined },
      { HOME: home, XDG_CACHE_HOME: undefined },
      { HOME: '/dev/null', XDG_CACHE_HOME: undefined },
      { HOME: undefined, XDG_CACHE_HOME: '/proc/nowhere' },
    ]) {
      expect(pkg(['version'], env)).toMatchObject({ status: 0, stderr: '' });
    }
  });
});

test.skipIf(windows)(
  'long output arrives completely, also through a non-blocking pipe that is read slowly',
  async () => {
    const large = join(folder, 'large');
    mkdirSync(join(large, 'templates'), { recursive: true });
    writeFileSync(join(large, 'Chart.yaml'), 'apiVersion: v2\nname: large\nversion: 1.0.0\n');
    const lines = '{{ range $i, $_ := until 40000 }}\n  key{{ $i }}: a value of some length{{ end }}\n';
    writeFileSync(
      join(large, 'templates/all.yaml'),
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: all\ndata:${lines}`,
    );
    // Node makes a pipe non-blocking for all who share it, for as long as it runs.
    const ready = join(folder, 'ready');
    const sharing = `process.stdout; fs.writeFileSync('${ready}', ''); setTimeout(() => {}, 60_000)`;
    const script = `"$0" --eval "$1" & until [ -e '${ready}' ]; do sleep 0.1; done; "$2" template "$3"; kill $!`;
    const args = ['-c', script, process.execPath, sharing, join(prefix, 'bin/pkg'), large];
    const child = spawn('sh', args, { env: cleanEnv(), stdio: ['ignore', 'pipe', 'inherit'] });
    await setTimeout(2000);
    let text = '';
    for await (const part of child.stdout.setEncoding('utf8')) text += part;
    expect(text.match(/^  key\d+: a value of some length$/gm)).toHaveLength(40000);
  },
);

describe('the compiled code that is cached', () => {
  test('is private, and is written again when it is damaged', () => {
    const cache = join(folder, 'cache');
    const render = (): unknown => pkg(['template', 'web', chart], { XDG_CACHE_HOME: cache });
    const first = render();
    expect(first).toMatchObject({ status: 0, stderr: '' });
    const code = join(cache, 'kubepkg/code');
    const [build] = readdirSync(code);
    // In an environment where every run is the first, no cache is written for nothing.
    expect(readdirSync(join(code, build ?? ''))).toEqual([]);
    expect(render()).toEqual(first);
    const file = join(code, build ?? '', 'main.template.bin');
    if (!windows) expect(statSync(join(code, build ?? '')).mode & 0o077).toBe(0);
    const good = readFileSync(file);
    const flipped = Buffer.from(good);
    // The file holds the code twice: only the first copy is damaged, since the same damage in both could not be seen.
    for (let at = 200; at < flipped.length / 2; at += 997) flipped[at] = (flipped[at] ?? 0) ^ 0xff;
    for (const damaged of [flipped, good.subarray(0, 50_000), good.subarray(0, 1), Buffer.alloc(0)]) {
      writeFileSync(file, damaged);
      expect(render()).toEqual(first);
      expect(readFileSync(file).length).toBeGreaterThan(50_000);
    }
  });
});

test.skipIf(windows)('a cache folder that cannot be entered is not used', () => {
  const circle = join(folder, 'circle');
  symlinkSync('circle', circle);
  expect(pkg(['template', 'web', chart], { XDG_CACHE_HOME: circle })).toMatchObject({ status: 0, stderr: '' });
});

test('the cache of a run with a large chart is used by the next run', () => {
  const cache = join(folder, 'tuned');
  const large = join(folder, 'many-templates');
  mkdirSync(join(large, 'templates'), { recursive: true });
  writeFileSync(join(large, 'Chart.yaml'), 'apiVersion: v2\nname: large\nversion: 1.0.0\n');
  writeFileSync(join(large, 'templates', 'a.yaml'), `{{/* ${'x'.repeat(200_000)} */}}\na: 1\n`);
  const keptAt = (): number => {
    expect(pkg(['template', 'x', large], { XDG_CACHE_HOME: cache })).toMatchObject({ status: 0 });
    const code = join(cache, 'kubepkg/code');
    return statSync(join(code, readdirSync(code)[0] ?? '', 'main.template.bin')).mtimeMs;
  };
  pkg(['version'], { XDG_CACHE_HOME: cache });
  // The second of these runs needs what the first had no use for: it reads what the first found out.
  keptAt();
  const kept = keptAt();
  expect(keptAt()).toBe(kept);
});

test('a run that needs more chunks than earlier ones adds them to the cache', () => {
  const cache = join(folder, 'growing');
  const keptAfter = (...args: string[]): number => {
    pkg(args, { XDG_CACHE_HOME: cache });
    const code = join(cache, 'kubepkg/code');
    return statSync(join(code, readdirSync(code)[0] ?? '', 'main.template.bin')).size;
  };
  pkg(['version'], { XDG_CACHE_HOME: cache });
  const failed = keptAfter('template', 'web', join(folder, 'nowhere'));
  const rendered = keptAfter('template', 'web', chart);
  expect(rendered).toBeGreaterThan(failed * 1.2);
  // What the first run cached stays when another run uses less.
  expect(keptAfter('template', 'web', join(folder, 'nowhere'))).toBe(rendered);
});

test('code that only some commands need is not in the main script', () => {
  // An import across the groups of scripts/build.ts brings all that both share into the main script, as `convert`
  // brought 340 KB of native templates. Each 100 KB more is 0.1 ms of every run, and 1.5 ms of one without cached code.
  expect(statSync(join(root, 'dist/main.cjs')).size).toBeLessThan(1_000_000);
});

test('a chart of Go templates on this machine is rendered by the main script alone', () => {
  const cache = join(folder, 'scripts');
  const goChart = join(folder, 'go-chart');
  mkdirSync(join(goChart, 'templates'), { recursive: true });
  writeFileSync(join(goChart, 'Chart.yaml'), 'apiVersion: v2\nname: go-chart\nversion: 1.0.0\n');
  writeFileSync(join(goChart, 'templates/a.yaml'), 'a: {{ .Release.Name }}\n');
  // The second run writes what it loaded. A module of the trust policy brought the script of repositories, 2 ms of 53.
  for (let run = 0; run < 2; run++)
    expect(pkg(['template', 'x', goChart], { XDG_CACHE_HOME: cache })).toMatchObject({ status: 0, stderr: '' });
  const code = join(cache, 'kubepkg/code');
  const names = readdirSync(join(code, readdirSync(code)[0] ?? ''));
  expect(names.filter((name) => name.endsWith('.bin'))).toEqual(['main.template.bin']);
});

test('the scripts, which the launcher reads as Latin-1, are in ASCII', () => {
  const dist = join(root, 'dist');
  const scripts = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.cjs'));
  expect(scripts.length).toBeGreaterThan(5);
  for (const name of scripts) expect(readFileSync(join(dist, name), 'latin1').search(/[^\0-\x7f]/), name).toBe(-1);
});

describe('on an old Node', () => {
  const launcher = join(root, 'bin/pkg.js');

  test('one sentence names the required version', () => {
    const older = `Object.defineProperty(process.versions,'node',{value:'18.20.0'})`;
    const result = run(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(older)}`, launcher]);
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(result.stderr).toMatch(/^pkg needs Node\.js 24 or newer, and this is 18\.20\.0 \(.+\)\n$/);
  });

  test('the launcher has no syntax that an old Node cannot parse', () => {
    const source = readFileSync(launcher, 'utf8');
    expect(source).not.toMatch(/^\s*import\s[^(]/m);
    // What esbuild would print shorter by itself says nothing about the source.
    const supported = { 'object-extensions': false };
    const asOld = transformSync(source, { target: 'es2015', supported });
    expect(asOld.code).toBe(transformSync(source, { target: 'esnext', supported }).code);
  });
});

describe('the library', () => {
  let project: string;

  beforeAll(() => {
    project = join(folder, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{"name":"project","type":"module","private":true}');
    npm(['install', '--offline', tarball], project);
    cpSync(join(root, 'test/package/fixtures/consumer.ts'), join(project, 'consumer.ts'));
  });

  test('is typed, for a strict project that knows no Node types', () => {
    const options = ['--strict', '--module', 'nodenext', '--target', 'es2024', '--types', '', '--outDir', 'out'];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const result = run(process.execPath, [tsc, ...options, 'consumer.ts'], { cwd: project });
    expect(result).toMatchObject({ stdout: '', status: 0 });
  });

  test('renders a chart', () => {
    const result = run(process.execPath, [join(project, 'consumer.ts'), chart], { cwd: project });
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(result.stdout.trim().split('\n')).toEqual(
      expect.arrayContaining(['Deployment web', 'Service web', 'PKG_CHART_NOT_FOUND']),
    );
  });
});
