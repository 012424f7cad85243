/** `repo`, `search repo`, `pull`, `dependency` and `show`, compared with helm: each with its own home folder. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { helm } from '../support/helm.ts';
import { startChartServer } from '../support/chart-server.ts';
import { helmPath } from '../support/helm.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { startTcpServer } from '../support/tcp-server.ts';
import { bin, chartFiles, chartsIn, makeRepository, run } from './support.ts';
import type { Run } from './support.ts';

let folder: string;
let server: ChartServer;
beforeAll(async () => {
  folder = await makeRepository([
    ['web', '1.0.0', 'description: a web thing\nappVersion: "9"\nkeywords: [http, server]\n'],
    ['web', '1.2.0', 'description: a web thing, newer\n'],
    ['web', '2.0.0-rc.1'],
    ['db', '0.1.0', 'description: keeps what the web has\n'],
    ['longer', '3.0.0', `description: ${'very long words '.repeat(8)}\n`],
  ]);
  server = await startChartServer(folder);
});
afterAll(() => server.close());

type Both = { helm: Run; pkg: Run };

/** A machine for each program. */
class Machines {
  readonly homes: Record<'helm' | 'pkg', string> = { helm: temporaryFolder(), pkg: temporaryFolder() };
  readonly folders: Record<'helm' | 'pkg', string> = { helm: temporaryFolder(), pkg: temporaryFolder() };

  async run(args: readonly string[], env: Record<string, string> = {}): Promise<Both> {
    const on = (program: 'helm' | 'pkg'): Promise<Run> =>
      run(program, args, { cwd: this.folders[program], home: this.homes[program], env });
    const [helm, pkg] = await Promise.all([on('helm'), on('pkg')]);
    return { helm, pkg };
  }
}

/** Both print the same and end alike; errors in words of their own. */
async function expectSameRun(machines: Machines, ...args: string[]): Promise<Both> {
  const both = await machines.run(args);
  const told = `${args.join(' ')}\nhelm: ${both.helm.stderr}\npkg: ${both.pkg.stderr}`;
  expect(both.pkg.status, told).toBe(both.helm.status);
  expect(both.pkg.stdout, told).toBe(both.helm.stdout);
  if (both.pkg.status !== 0) expect(both.pkg.stderr).toMatch(/code: PKG_(?!INTERNAL)[A-Z_]+ /);
  return both;
}

/** The same for commands that print the path of an archive. */
async function expectPackaged(machines: Machines, ...args: string[]): Promise<void> {
  const { helm: theirs, pkg: ours } = await machines.run(args);
  expect(ours.status, ours.stderr).toBe(0);
  expect(ours.stdout.replaceAll(machines.folders.pkg, 'FOLDER')).toBe(
    theirs.stdout.replaceAll(machines.folders.helm, 'FOLDER'),
  );
}

/** Machines that know the repository as `foo`. */
async function withRepository(): Promise<Machines> {
  const machines = new Machines();
  await expectSameRun(machines, 'repo', 'add', 'foo', server.url);
  return machines;
}

describe('repo', () => {
  test('add, list, update and remove, in the words of helm', async () => {
    const machines = new Machines();
    await expectSameRun(machines, 'repo', 'list');
    await expectSameRun(machines, 'repo', 'list', '-o', 'json');
    await expectSameRun(machines, 'repo', 'update');
    await expectSameRun(machines, 'repo', 'add', 'foo', server.url);
    await expectSameRun(machines, 'repo', 'add', 'foo', server.url);
    await expectSameRun(machines, 'repo', 'add', 'foo', `${server.url}/other`);
    await expectSameRun(machines, 'repo', 'add', 'a/b', server.url);
    await expectSameRun(machines, 'repo', 'add', 'none', `${server.url}/nowhere`);
    await expectSameRun(
      machines,
      'repo',
      'add',
      'bar',
      server.url,
      '--username',
      'ada',
      '--password',
      'x',
      '--pass-credentials',
    );
    for (const more of [[], ['-o', 'yaml'], ['-o', 'json'], ['--no-headers']]) {
      await expectSameRun(machines, 'repo', 'list', ...more);
    }
    await expectSameRun(machines, 'repo', 'update', 'foo');
    await expectSameRun(machines, 'repo', 'update', 'nope');
    await expectSameRun(machines, 'repo', 'remove', 'bar', 'nope');
    await expectSameRun(machines, 'repo', 'rm', 'foo');
  });

  test('a repository is replaced at its place', async () => {
    const machines = new Machines();
    for (const name of ['c', 'a', 'b']) await expectSameRun(machines, 'repo', 'add', name, server.url);
    await expectSameRun(machines, 'repo', 'add', 'a', `${server.url}/`, '--force-update');
    const { pkg } = await expectSameRun(machines, 'repo', 'list');
    expect(pkg.stdout.match(/^\w/gm)).toEqual(['N', 'c', 'a', 'b']);
  });

  test('a name without a password is not added where nobody can be asked for it', async () => {
    const machines = new Machines();
    for (const more of [[], ['--password', '']]) {
      const { helm: theirs, pkg } = await machines.run(['repo', 'add', 'a', server.url, '--username', 'ada', ...more]);
      expect([theirs.status, pkg.status, pkg.stdout]).toEqual([1, 1, '']);
      expect(pkg.stderr).toContain('the password is required');
    }
  });

  test('--timeout ends the download of a slow index', async () => {
    const slow = await startTcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\napiVersion: v1\n');
      const timer = setInterval(() => socket.write('#'), 100);
      socket.on('close', () => clearInterval(timer));
    });
    const home = temporaryFolder();
    const url = `http://127.0.0.1:${slow.port}`;
    const added = await run('pkg', ['repo', 'add', 'slow', url, '--timeout', '500ms'], { cwd: home, home });
    expect(added.status).toBe(1);
    expect(added.stderr).toContain(`${url}/index.yaml cannot be reached: its whole answer does not come in time`);
    writeFiles(home, { 'config/repositories.yaml': `repositories: [{name: slow, url: '${url}'}]\n` });
    const updated = await run('pkg', ['repo', 'update', '--timeout', '500ms'], { cwd: home, home });
    expect(updated.status).toBe(1);
    expect(updated.stderr).toContain('its whole answer does not come in time');
    const wrong = await run('pkg', ['repo', 'update', '--timeout', '5'], { cwd: home, home });
    expect(wrong.stderr).toContain('--timeout takes a duration such as 90s or 1h30m, not "5"');
    slow.close();
  });

  test('pkg and helm read and write the same files', async () => {
    const machines = new Machines();
    const file = (program: 'helm' | 'pkg'): string =>
      readFileSync(join(machines.homes[program], 'config', 'repositories.yaml'), 'utf8');
    const args = ['repo', 'add', 'foo', server.url, '--username', 'ada', '--password', 'no'];
    await expectSameRun(machines, ...args);
    expect(file('pkg')).toBe(file('helm'));
    const home = machines.homes.pkg;
    const options = { cwd: home, home };
    const search = await run('helm', ['search', 'repo', 'web', '--versions'], options);
    expect(search.stdout).toBe((await run('pkg', ['search', 'repo', 'web', '--versions'], options)).stdout);
    expect(search.stdout).toContain('foo/web\t1.2.0');
    expect((await run('helm', ['pull', 'foo/web'], options)).status).toBe(0);
  });

  test('any name and password in repositories.yaml is written as helm writes it', async () => {
    const texts = [
      'a: b',
      '# x',
      "it's",
      '"q"',
      'ü€😀',
      'a\tb',
      'end ',
      '-',
      '&x',
      '*x',
      '!x',
      '%x',
      '{a}',
      '[a]',
      '=',
      '<<',
    ];
    const more = [
      'yes',
      '1e3',
      '0x1F',
      '12:30',
      '~',
      '',
      '2026-01-01',
      'a\nb\n',
      '\u2028x',
      '?',
      ': a',
      'a #b',
      '>-',
      'ab '.repeat(40),
    ];
    const repositories = [...texts, ...more].map((text, at) => ({
      name: `r${at}`,
      url: 'http://127.0.0.1:1',
      username: text,
      password: `${text}${text}`,
      caFile: text,
    }));
    const machines = new Machines();
    const file = (program: 'helm' | 'pkg'): string => join(machines.homes[program], 'config', 'repositories.yaml');
    for (const program of ['helm', 'pkg'] as const) {
      writeFiles(machines.homes[program], { 'config/repositories.yaml': JSON.stringify({ repositories }) });
    }
    await expectSameRun(machines, 'repo', 'add', 'foo', server.url);
    expect(readFileSync(file('pkg'), 'utf8')).toBe(readFileSync(file('helm'), 'utf8'));
  });

  test('an unchanged index is not sent again', async () => {
    const asked: (string | undefined)[] = [];
    const tagged = await startChartServer(folder, {
      serve: (request, response) => {
        if (request.url !== '/index.yaml') return false;
        asked.push(request.headers['if-none-match']);
        if (request.headers['if-none-match'] === '"one"') response.writeHead(304).end();
        else response.writeHead(200, { etag: '"one"' }).end(readFileSync(join(folder, 'index.yaml')));
        return true;
      },
    });
    try {
      const home = temporaryFolder();
      const options = { cwd: home, home };
      await run('pkg', ['repo', 'add', 'foo', tagged.url], options);
      expect((await run('pkg', ['repo', 'update'], options)).status).toBe(0);
      expect(asked).toEqual([undefined, '"one"']);
      // A file that was changed on the disk is downloaded again.
      writeFileSync(join(home, 'cache', 'repository', 'foo-index.yaml'), 'apiVersion: v1\nentries: {}\n');
      await run('pkg', ['repo', 'update'], options);
      expect(asked).toEqual([undefined, '"one"', undefined]);
      expect((await run('pkg', ['search', 'repo', 'web'], options)).stdout).toContain('foo/web');
    } finally {
      tagged.close();
    }
  });

  test("the index of a folder equals helm's", async () => {
    const both = { helm: temporaryFolder(), pkg: temporaryFolder() };
    const texts: Record<string, unknown> = {};
    for (const program of ['helm', 'pkg'] as const) {
      const cwd = both[program];
      for (const name of readdirSync(folder).filter((one) => one.endsWith('.tgz'))) {
        writeFileSync(join(cwd, name), readFileSync(join(folder, name)));
      }
      const old =
        'apiVersion: v1\nentries:\n  old:\n  - {apiVersion: v2, name: old, version: 1.0.0, urls: [old-1.0.0.tgz], digest: "0", created: "2020-01-01T00:00:00Z"}\n';
      writeFileSync(join(cwd, 'old.yaml'), old);
      const args = ['repo', 'index', '.', '--url', 'https://charts.example.com/x/', '--merge', 'old.yaml', '--json'];
      const { status, stderr } = await run(program, args, { cwd, home: cwd });
      expect(status, stderr).toBe(0);
      const { generated: _generated, ...index } = JSON.parse(readFileSync(join(cwd, 'index.yaml'), 'utf8')) as Record<
        string,
        unknown
      >;
      texts[program] = JSON.parse(JSON.stringify(index).replaceAll(/"created":"(?!2020)[^"]*"/g, '"created":""'));
    }
    expect(texts['pkg']).toEqual(texts['helm']);
  });

  test.each([
    [[]],
    [['--url', 'https://charts.example.com']],
    [['--url', 'https://Charts.Example.com:443/a%20b/../c//?token=x&y#z']],
    [['--url', 'charts/./x']],
    [['--url', '/x y/']],
  ])("the text of the index of a folder equals helm's: %j", async (flags) => {
    const texts: Record<string, string> = {};
    for (const program of ['helm', 'pkg'] as const) {
      const cwd = temporaryFolder();
      const [web, other, db] = ['web-1.0.0.tgz', 'web-1.2.0.tgz', 'db-0.1.0.tgz'].map((name) =>
        readFileSync(join(folder, name)),
      );
      mkdirSync(join(cwd, "it's (a) folder"));
      writeFileSync(join(cwd, 'ü b+c@1,2;3:4=5&6~7!.tgz'), web ?? '');
      writeFileSync(join(cwd, "it's (a) folder", 'x%20#?.tgz'), db ?? '');
      writeFileSync(join(cwd, 'web.tgz'), other ?? '');
      // Several archives of one version, in folders whose names are in another order than their paths, and hidden ones.
      for (const name of ['.hidden', 'a', 'a-b', 'a/deeper', 'folder.tgz']) mkdirSync(join(cwd, name));
      for (const name of ['.web.tgz', '.hidden/web.tgz', 'a/web.tgz', 'a-b/web.tgz', 'a/.w.tgz', 'folder.tgz/web.tgz'])
        writeFileSync(join(cwd, name), web ?? '');
      writeFileSync(join(cwd, 'a', 'deeper', 'web.tgz'), other ?? '');
      writeFileSync(join(cwd, 'a', 'none.tgz'), 'this is no archive');
      symlinkSync('a', join(cwd, 'link'));
      symlinkSync('nowhere', join(cwd, 'dangling.tgz'));
      const { status, stderr } = await run(program, ['repo', 'index', '.', ...flags], { cwd, home: cwd });
      expect(status, stderr).toBe(0);
      texts[program] = readFileSync(join(cwd, 'index.yaml'), 'utf8').replace(/(created|generated): .*/g, '$1');
    }
    expect(texts['pkg']).toBe(texts['helm']);
  });
});

test('search repo', async () => {
  const machines = await withRepository();
  await expectSameRun(machines, 'repo', 'add', 'bar', server.url);
  const questions = [
    [],
    ['web'],
    ['WEB'],
    ['web', '--versions'],
    ['web', '-l', '--devel'],
    ['web', '--version', '>1.0'],
    ['web', '--version', '^1', '-l'],
    ['web', '--version', '9'],
    ['foo/web', '-o', 'json'],
    ['foo/', '-o', 'yaml'],
    ['-r', 'w.b'],
    ['-r', '^web'],
    ['server', 'http'],
    ['http', 'server'],
    ['thing, newer'],
    ['zzz'],
    ['zzz', '-o', 'json'],
    ['zzz', '--fail-on-no-result'],
    ['longer'],
    ['longer', '--max-col-width', '20'],
    ['-r', '('],
    ['web', '--version', 'x.y'],
  ];
  for (const question of questions) {
    await expectSameRun(machines, 'search', 'repo', ...question);
    // The second time the answer comes from the cache.
    await expectSameRun(machines, 'search', 'repo', ...question);
  }
});

test('search repo: charts whose entries have another name, and versions that an index has twice', async () => {
  const entries = ['1.0.0', '1.2.0', '1.2.0', '1.1.0'].map(
    (version, at) => `  - {name: other, version: ${version}, description: of ${at}, urls: [x.tgz]}\n`,
  );
  const place = temporaryFolder();
  writeFiles(place, { 'index.yaml': `apiVersion: v1\nentries:\n  web:\n${entries.join('')}` });
  const odd = await startChartServer(place);
  const machines = new Machines();
  await expectSameRun(machines, 'repo', 'add', 'odd', odd.url);
  for (const flags of [[], ['-l'], ['web'], ['other', '-l'], ['-l', '-o', 'json'], ['--version', '^1.1', '-l']]) {
    await expectSameRun(machines, 'search', 'repo', ...flags);
  }
  odd.close();
});

describe('pull', () => {
  test('archives, as helm names and writes them', async () => {
    const machines = await withRepository();
    const calls = [
      ['foo/web'],
      ['foo/web', '--version', '1.0.0'],
      ['foo/web', '--devel', '-d', '.'],
      ['foo/web', '--untar', '--untardir', 'x'],
      ['foo/web', '--untar', '--untardir', 'x'],
      ['foo/web', '--version', '7'],
      ['foo/none'],
      ['bar/web'],
      ['--repo', server.url, 'db'],
      [`${server.url}/web-1.0.0.tgz`],
      [`${server.url}/web-9.0.0.tgz`],
    ];
    for (const call of calls) await expectSameRun(machines, 'pull', ...call);
    const files = (program: 'helm' | 'pkg'): unknown =>
      readdirSync(machines.folders[program], { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path.slice(machines.folders[program].length), readFileSync(path, 'latin1')])
        .sort();
    expect(files('pkg')).toEqual(files('helm'));
  });

  // Helm does not compare the archive with its cached index.
  test('a version that was published again since the last update', async () => {
    const place = temporaryFolder();
    const publish = (description: string): void => {
      const sources = temporaryFolder();
      writeFiles(join(sources, 'web'), chartFiles('web', '1.0.0', `description: ${description}\n`));
      for (const args of [
        ['package', join(sources, 'web'), '-d', place],
        ['repo', 'index', place],
      ]) {
        const { status } = spawnSync(helmPath(), args);
        expect(status).toBe(0);
      }
    };
    const again = await startChartServer(place);
    const dependencies = `dependencies:\n- {name: web, version: 1.0.0, repository: "@foo"}\n`;
    const machines = new Machines();
    for (const [index, args] of [
      ['show', 'chart', 'foo/web'],
      ['dependency', 'build', 'app', '--skip-refresh'],
      ['pull', 'foo/web'],
    ].entries()) {
      publish(`before ${index}`);
      await expectSameRun(machines, 'repo', 'add', 'foo', again.url, '--force-update');
      for (const program of ['helm', 'pkg'] as const)
        writeFiles(join(machines.folders[program], 'app'), chartFiles('app', '1.0.0', dependencies));
      publish(`after ${index}`);
      await expectSameRun(machines, ...args);
    }
    for (const path of ['web-1.0.0.tgz', 'app/charts/web-1.0.0.tgz'])
      expect(readFileSync(join(machines.folders.pkg, path))).toEqual(readFileSync(join(machines.folders.helm, path)));
    // An archive that is not that of the index on the server either.
    publish('last');
    await expectSameRun(machines, 'repo', 'update');
    copyFileSync(join(machines.folders.pkg, 'web-1.0.0.tgz'), join(place, 'web-1.0.0.tgz'));
    const wrong = (await machines.run(['show', 'values', 'foo/web'])).pkg;
    expect(wrong.stderr).toContain('code: PKG_DIGEST_MISMATCH ');
    again.close();
  });

  // As kustomize calls it.
  test('--untardir with an absolute path is not below the destination', async () => {
    const machines = await withRepository();
    for (const program of ['helm', 'pkg'] as const) {
      const home = machines.homes[program];
      const cwd = machines.folders[program];
      const folder = join(temporaryFolder(), 'charts', 'web-1');
      const args = ['pull', 'foo/web', '--untar', '--untardir', folder, '-d', 'below'];
      expect(await run(program, args, { cwd, home, env: {} })).toMatchObject({ status: 0 });
      expect(existsSync(join(folder, 'web', 'Chart.yaml')), program).toBe(true);
      expect(existsSync(join(cwd, 'below', folder)), program).toBe(false);
    }
  });
});

describe('CHART arguments', () => {
  test('REPOSITORY/NAME, --repo and URLs give the same as with helm', async () => {
    const machines = await withRepository();
    for (const chart of [
      ['foo/web'],
      ['foo/web', '--version', '1.0.0'],
      ['foo/web', '--devel'],
      ['web', '--repo', server.url],
      [`${server.url}/db-0.1.0.tgz`],
      ['foo/none'],
      ['./nothing'],
    ]) {
      await expectSameRun(machines, 'template', 'x', ...chart);
      await expectSameRun(machines, 'show', 'chart', ...chart);
      await expectSameRun(machines, 'show', 'values', ...chart);
    }
  });

  test.runIf(process.platform === 'linux')('a folder below one whose name is not UTF-8', async () => {
    const cwd = chartsIn({ web: chartFiles('web', '1.0.0') });
    const inside = 'mkdir "$(printf "a\\377b")" && mv web a*b && cd a*b && exec "$@"';
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', inside, '', process.execPath, bin, 'template', 'x', 'web'],
      {
        cwd,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], HOME: cwd },
      },
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('# Source: web/templates/object.yaml');
  });

  test('a bare name is looked up in all repositories; a folder of that name has precedence', async () => {
    const machines = await withRepository();
    const [cwd, home] = [machines.folders.pkg, machines.homes.pkg];
    const pkg = (...args: string[]): Promise<Run> => run('pkg', args, { cwd, home });
    expect((await pkg('show', 'chart', 'web')).stdout).toContain('version: 1.2.0');
    await pkg('repo', 'add', 'bar', server.url);
    const both = await pkg('show', 'chart', 'web', '--version', '^1');
    expect(both.status).toBe(1);
    expect(both.stderr).toContain('PKG_CHART_AMBIGUOUS');
    expect(both.stderr).toContain('foo/web: 1.2.0');
    expect(both.stderr).toContain('bar/web: 1.2.0');
    chartsIn({ web: chartFiles('web', '0.0.1') }, cwd);
    expect((await pkg('show', 'chart', 'web')).stdout).toContain('version: 0.0.1');
    const none = await pkg('show', 'chart', 'wep');
    expect(none.status).toBe(1);
    expect(none.stderr).toContain('did you mean web?');
  });

  test('--offline uses the cache only', async () => {
    const machines = await withRepository();
    const [cwd, home] = [machines.folders.pkg, machines.homes.pkg];
    const pkg = (...args: string[]): Promise<Run> => run('pkg', args, { cwd, home });
    const first = await pkg('template', 'x', 'foo/web');
    const before = server.asked.length;
    expect((await pkg('template', 'x', 'foo/web', '--offline')).stdout).toBe(first.stdout);
    const other = await pkg('template', 'x', 'foo/db', '--offline');
    expect(server.asked.length).toBe(before);
    expect(other.status).toBe(1);
    expect(other.stderr).toContain('PKG_OFFLINE');
  });

  test('a damaged archive in the cache is downloaded again', async () => {
    const machines = await withRepository();
    const [cwd, home] = [machines.folders.pkg, machines.homes.pkg];
    const pkg = (...args: string[]): Promise<Run> => run('pkg', args, { cwd, home });
    const first = await pkg('template', 'x', 'foo/web');
    const content = join(home, 'cache', 'content');
    const [archive = ''] = readdirSync(content, { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.chart'));
    const good = readFileSync(join(content, archive));
    writeFileSync(join(content, archive), 'something else');
    expect((await pkg('template', 'x', 'foo/web')).stdout).toBe(first.stdout);
    expect(readFileSync(join(content, archive)).equals(good)).toBe(true);
  });

  test('a damaged index in the cache is downloaded again; offline the error names the file', async () => {
    const machines = await withRepository();
    const [cwd, home] = [machines.folders.pkg, machines.homes.pkg];
    const pkg = (...args: string[]): Promise<Run> => run('pkg', args, { cwd, home });
    const first = await pkg('template', 'x', 'foo/web');
    const file = join(home, 'cache', 'repository', 'foo-index.yaml');
    const good = readFileSync(file);
    chartsIn(
      { 'of-web': chartFiles('of-web', '1.0.0', `dependencies: [{name: web, version: '*', repository: '@foo'}]\n`) },
      cwd,
    );
    for (const damaged of ['', '\0\0', 'entries: [', '<html>', good.subarray(0, 20)]) {
      writeFileSync(file, damaged);
      const offline = await pkg('template', 'x', 'foo/web', '--offline');
      expect(offline.stderr).toContain('the cached index of a repository is damaged: ');
      expect(offline.stderr).toContain(`  at ${file}\n`);
      expect(offline.status).toBe(1);
      const again = await pkg('template', 'x', 'foo/web');
      expect(again.stdout, again.stderr).toBe(first.stdout);
      expect(readFileSync(file).equals(good)).toBe(true);
      writeFileSync(file, damaged);
      const update = await pkg('dependency', 'update', 'of-web', '--skip-refresh');
      expect(update.status, update.stderr).toBe(0);
    }
  });
});

describe('dependency', () => {
  const dependencies = (url: string): string =>
    `dependencies:\n- {name: web, version: ^1.0.0, repository: "${url}"}\n- {name: db, version: 0.1.0, repository: "@foo"}\n- {name: own, version: 1.0.0, repository: "file://../own"}\n`;

  test('list, update and build, in the words of helm', async () => {
    const machines = await withRepository();
    for (const program of ['helm', 'pkg'] as const) {
      // The same archive again, under an alias.
      const all = `${dependencies(server.url)}- {name: web, version: 1.x, repository: "${server.url}/", alias: again}\n`;
      const charts = { top: chartFiles('top', '1.0.0', all), own: chartFiles('own', '1.0.0') };
      chartsIn(charts, machines.folders[program]);
    }
    const lock = (program: 'helm' | 'pkg'): string =>
      readFileSync(join(machines.folders[program], 'top', 'Chart.lock'), 'utf8').replace(/^generated: .*$/m, '');
    await expectSameRun(machines, 'dependency', 'list', 'top');
    await expectSameRun(machines, 'dep', 'up', 'top', '--skip-refresh');
    expect(lock('pkg')).toBe(lock('helm'));
    await expectSameRun(machines, 'dep', 'ls', 'top');
    await expectSameRun(machines, 'dependency', 'build', 'top');
    await expectSameRun(machines, 'dependency', 'build', 'top', '--skip-refresh');
    await expectSameRun(machines, 'template', 'top');
    for (const program of ['helm', 'pkg'] as const) {
      const file = join(machines.folders[program], 'top', 'Chart.yaml');
      writeFileSync(file, readFileSync(file, 'utf8').replace('^1.0.0', '^1.1.0'));
    }
    const { pkg } = await expectSameRun(machines, 'dependency', 'build', 'top');
    expect(pkg.stderr).toContain('out of sync');
    await expectSameRun(machines, 'dependency', 'list', 'own');
    await expectSameRun(machines, 'dependency', 'list', 'nowhere');
  });

  test.each([
    ['no list', {}],
    ['null', { 'Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n' }],
    ['an empty list', { 'Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies: []\n' }],
    ['requirements.yaml without a list', { 'requirements.yaml': '{}\n' }],
    ['requirements.yaml with an empty list', { 'requirements.yaml': 'dependencies: []\n' }],
  ])('a chart with %s keeps manual additions to charts/ as helm does', async (_name, files) => {
    const packed = readFileSync(join(await makeRepository([['own', '1.0.0']]), 'own-1.0.0.tgz'));
    for (const command of ['update', 'build']) {
      const outcomes = await Promise.all(
        (['helm', 'pkg'] as const).map(async (program) => {
          const cwd = chartsIn({ app: { ...chartFiles('app', '1.0.0'), ...files } });
          mkdirSync(join(cwd, 'app', 'charts'));
          writeFileSync(join(cwd, 'app', 'charts', 'own.tgz'), packed);
          const { status, stdout, stderr } = await run(program, ['dependency', command, 'app'], { cwd, home: cwd });
          const has = ['charts/own.tgz', 'Chart.lock', 'requirements.lock'].map((name) =>
            existsSync(join(cwd, 'app', name)),
          );
          expect(status, stderr).toBe(0);
          return { stdout, has };
        }),
      );
      expect(outcomes[1]).toEqual(outcomes[0]);
    }
  });

  test('package --dependency-update downloads the newest matching versions, also over older ones in charts/', async () => {
    const machines = await withRepository();
    const files = (program: 'helm' | 'pkg'): unknown => {
      const { status, stdout, stderr } = helm(['show', 'all', join(machines.folders[program], 'top-1.0.0.tgz')]);
      expect(status, stderr).toBe(0);
      const folder = join(machines.folders[program], 'top');
      const lock = readFileSync(join(folder, 'Chart.lock'), 'utf8').replace(/^generated: .*$/m, '');
      return { stdout, lock, charts: readdirSync(join(folder, 'charts')).sort() };
    };
    for (const program of ['helm', 'pkg'] as const) {
      const pinned = dependencies(server.url).replace('^1.0.0', '1.0.0');
      const charts = { top: chartFiles('top', '1.0.0', pinned), own: chartFiles('own', '1.0.0') };
      chartsIn(charts, machines.folders[program]);
    }
    await expectPackaged(machines, 'package', 'top', '--dependency-update');
    expect(files('pkg')).toEqual(files('helm'));
    for (const program of ['helm', 'pkg'] as const) {
      const file = join(machines.folders[program], 'top', 'Chart.yaml');
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace('version: 1.0.0, repository: "h', 'version: ^1.0.0, repository: "h'),
      );
    }
    await expectPackaged(machines, 'package', 'top', '-u');
    expect(files('pkg')).toEqual(files('helm'));
    await expectPackaged(machines, 'template', 'top-1.0.0.tgz');
    await expectPackaged(machines, 'package', '-u', 'own');
    expect(existsSync(join(machines.folders.pkg, 'own', 'Chart.lock'))).toBe(false);
  });

  test('--frozen refuses to write a lock file', async () => {
    const cwd = chartsIn({ top: chartFiles('top', '1.0.0', dependencies(server.url)) });
    const { status, stderr } = await run('pkg', ['dependency', 'build', 'top', '--frozen'], { cwd, home: cwd });
    expect(status).toBe(1);
    expect(stderr).toContain('PKG_LOCK_OUTDATED');
    expect(existsSync(join(cwd, 'top', 'Chart.lock'))).toBe(false);
  });

  test('a folder is packaged with its own dependencies', async () => {
    const machines = await withRepository();
    const cwd = machines.folders.pkg;
    const inner = 'dependencies:\n- {name: db, version: 0.x, repository: "@foo"}\n';
    const outer = 'dependencies:\n- {name: own, version: 1.0.0, repository: "file://../own"}\n';
    chartsIn({ top: chartFiles('top', '1.0.0', outer), own: chartFiles('own', '1.0.0', inner) }, cwd);
    const options = { cwd, home: machines.homes.pkg };
    const update = await run('pkg', ['dependency', 'update', 'top'], options);
    expect(update.status, update.stderr).toBe(0);
    const { stdout } = await run('pkg', ['template', 'top'], options);
    expect(stdout).toContain('# Source: top/charts/own/charts/db/templates/object.yaml');
    expect(existsSync(join(cwd, 'own', 'charts'))).toBe(false);
  });
});
