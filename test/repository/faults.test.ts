/** Servers that fail and commands that are killed: the same command succeeds afterwards. */
import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import type { Cut } from '../support/cutting-proxy.ts';
import { findRegistries, startRegistry } from '../support/registry.ts';
import type { Registry } from '../support/registry.ts';
import { chartFiles, chartsIn, makeRepository, run, startPkg } from './support.ts';
import type { Run } from './support.ts';

const registries = await findRegistries();
const program = registries[0]?.program;

let registry: Registry;
let charts: string;
beforeAll(async () => {
  charts = await makeRepository([
    ['small', '1.0.0'],
    ['sub', '1.0.0'],
    ['sub', '1.1.0'],
  ]);
  if (program === undefined) return;
  registry = await startRegistry(program, 'none', true);
  const sources = chartsIn({ big: chartFiles('big', '1.0.0') });
  for (const part of [1, 2]) writeFileSync(join(sources, 'big', `${part}.bin`), randomBytes(9 << 20));
  await run('pkg', ['package', join(sources, 'big'), '-d', charts], { cwd: sources, home: sources });
});
afterAll(() => registry?.close());

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** All files below a folder. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
}

/** What is in the content cache is what its name says. */
function expectRightCache(home: string): void {
  const kept = filesIn(join(home, 'cache', 'content')).filter((name) => name.endsWith('.chart'));
  for (const name of kept) expect(`${hashOf(join(home, 'cache', 'content', name))}.chart`).toBe(basename(name));
}

const temporaries = (folder: string): string[] =>
  filesIn(folder).filter((name) => /\.tmp(?:\/|$)|tmpcharts/.test(name));

/** A fault at one request, however often it is sent. */
const once =
  (at: number, fault: Cut) =>
  (number: number): Cut | undefined =>
    number === at ? fault : undefined;

/** Runs a command through a proxy, with a fault. */
async function through(
  upstream: string,
  cut: (number: number, request: IncomingMessage) => Cut | undefined,
  command: (host: string) => Promise<Run>,
): Promise<Run & { requests: string[] }> {
  const proxy = await startCuttingProxy(upstream, cut);
  try {
    return { ...(await command(proxy.host)), requests: proxy.requests };
  } finally {
    proxy.close();
  }
}

const options = (): { cwd: string; home: string } => ({ cwd: charts, home: temporaryFolder() });
const push =
  (place: string, file = 'big-1.0.0.tgz') =>
  (host: string) =>
    run('pkg', ['push', file, `oci://${host}/${place}`, '--plain-http'], options());

/** The registry checks blobs and what a manifest names: it has the archive if the manifest names it. */
async function expectPushed(place: string, name = 'big', { host } = registry): Promise<void> {
  const accept = 'application/vnd.oci.image.manifest.v1+json';
  const url = `http://${host}/v2/${place}/${name}/manifests/1.0.0`;
  const { layers } = (await (await fetch(url, { headers: { accept } })).json()) as { layers: { digest: string }[] };
  expect(layers.map(({ digest }) => digest)).toEqual([`sha256:${hashOf(join(charts, `${name}-1.0.0.tgz`))}`]);
}

describe.each(registries)('uploads to $name', ({ program: uploaded }) => {
  let to: Registry;
  beforeAll(async () => {
    to = await startRegistry(uploaded, 'none', true);
  });
  afterAll(() => to.close());

  test.each([
    ['reset', 'reset'],
    ['answered, and the answer lost', 'lose-answer'],
    ['answered with 502', { status: 502 }],
    ['answered with 429 and a pause', { status: 429, headers: { 'retry-after': '1' } }],
  ] as const)('push: each request in turn is %s', { timeout: 240_000 }, async (kind, fault) => {
    const place = kind.replaceAll(/\W+/g, '-');
    const whole = await through(to.host, () => undefined, push(`${place}/whole`));
    expect(whole.status, whole.stderr).toBe(0);
    const parts = whole.requests.filter((request) => request.startsWith('PATCH'));
    expect(parts.length).toBeGreaterThan(1);
    for (let at = 1; at <= whole.requests.length; at++) {
      const { status, stderr, requests } = await through(to.host, once(at, fault), push(`${place}/${at}`));
      expect(status, `${requests[at - 1]}: ${stderr}`).toBe(0);
      await expectPushed(`${place}/${at}`, 'big', to);
    }
  });

  // 201 and 204 are wrong answers to a part, but helm, which sends none, does not see them.
  test.each([201, 204, 400, 403, 405, 409, 411, 413, 422, 501])(
    'push: parts of a blob are refused with %i',
    async (status) => {
      const refuse = (_number: number, { method }: IncomingMessage): Cut | undefined =>
        method === 'PATCH' ? { status } : undefined;
      const { status: ended, stderr, requests } = await through(to.host, refuse, push(`whole-${status}`));
      expect(ended, stderr).toBe(0);
      expect(requests.filter((request) => request.startsWith('PATCH'))).toHaveLength(1);
      await expectPushed(`whole-${status}`, 'big', to);
    },
  );

  test.each([400, 416])('push: only the first part of a blob is taken, the next gets %i', async (status) => {
    let parts = 0;
    const refuse = (_number: number, { method }: IncomingMessage): Cut | undefined =>
      method === 'PATCH' && parts++ > 0 ? { status } : undefined;
    const { status: ended, stderr } = await through(to.host, refuse, push(`one-${status}`));
    expect(ended, stderr).toBe(0);
    await expectPushed(`one-${status}`, 'big', to);
  });

  test.each([
    ['the question how much has arrived', 'GET', 0],
    ['the last part', 'PUT', 1e5],
  ])('push: a part of a blob is taken, and %s is refused', async (_what, refused, minLength) => {
    let parts = 0;
    let isRefused = false;
    const refuse = (_number: number, { method, headers }: IncomingMessage): Cut | undefined => {
      if (method === 'PATCH') return parts++ > 0 && refused === 'GET' ? { status: 416 } : undefined;
      const isLong = Number(headers['content-length'] ?? 0) >= minLength;
      if (method !== refused || parts === 0 || !isLong || isRefused) return undefined;
      isRefused = true;
      return { status: 403 };
    };
    const place = `after-${refused.toLowerCase()}`;
    const { status: ended, stderr } = await through(to.host, refuse, push(place));
    expect([ended, isRefused], stderr).toEqual([0, true]);
    await expectPushed(place, 'big', to);
  });

  test('push: every third request is cut off', { timeout: 60_000 }, async () => {
    const cut = (number: number): Cut | undefined => (number % 3 === 0 ? 'reset' : undefined);
    const { status, stderr } = await through(to.host, cut, push('third'));
    expect(status, stderr).toBe(0);
    await expectPushed('third', 'big', to);
  });
});

describe.skipIf(program === undefined)('a registry', () => {
  test('a registry that is busy for a minute is reported early', async () => {
    const begun = Date.now();
    const busy: Cut = { status: 429, headers: { 'retry-after': '60' } };
    for (const command of [
      push('busy', 'small-1.0.0.tgz'),
      (host: string) => run('pkg', ['pull', `oci://${host}/busy/small`, '--plain-http'], options()),
    ]) {
      const { status, stderr } = await through(registry.host, () => busy, command);
      expect(status).toBe(1);
      expect(stderr).toContain('code: PKG_REPOSITORY_UNREACHABLE');
      expect(stderr).toContain('it asks for a pause of 60 s');
    }
    expect(Date.now() - begun).toBeLessThan(60_000);
  });

  test.each(['reset', 'truncate', 'lose-answer'] as const)('pull: each request in turn is cut (%s)', async (fault) => {
    const pushed = await push(`pull-${fault}`)(registry.host);
    expect(pushed.status, pushed.stderr).toBe(0);
    const pull = (home: string, into: string) => (host: string) =>
      run('pkg', ['pull', `oci://${host}/pull-${fault}/big`, '--plain-http', '-d', into], { cwd: charts, home });
    const whole = await through(registry.host, () => undefined, pull(temporaryFolder(), temporaryFolder()));
    expect(whole.status, whole.stderr).toBe(0);
    for (let at = 1; at <= whole.requests.length; at++) {
      const [home, into] = [temporaryFolder(), temporaryFolder()];
      const { status, stderr } = await through(registry.host, once(at, fault), pull(home, into));
      expect(status, stderr).toBe(0);
      expect(hashOf(join(into, 'big-1.0.0.tgz'))).toBe(hashOf(join(charts, 'big-1.0.0.tgz')));
      expectRightCache(home);
    }
  });

  test('push and pull: each request in turn gets no answer', { timeout: 240_000 }, async () => {
    const file = 'small-1.0.0.tgz';
    const whole = await through(registry.host, () => undefined, push('silent/whole', file));
    /** What was begun is not gone on with; a blob whose end was not confirmed is asked for again. */
    const pushed = async (at: number, fault: Cut): Promise<void> => {
      const place = `silent/${String(fault)}-${at}`;
      const { status, stderr, requests } = await through(registry.host, once(at, fault), push(place, file));
      if (status === 0) await expectPushed(place, 'small');
      else expect(stderr, requests[at - 1]).toContain('does not answer in time');
      const again = await push(place, file)(registry.host);
      expect(again.status, again.stderr).toBe(0);
      await expectPushed(place, 'small');
    };
    const pulled = async (at: number, fault: Cut): Promise<void> => {
      const [home, into] = [temporaryFolder(), temporaryFolder()];
      const args = (host: string): string[] => ['pull', `oci://${host}/silent/whole/small:1.0.0`, '--plain-http'];
      const pull = (host: string): Promise<Run> => run('pkg', [...args(host), '-d', into], { cwd: charts, home });
      const { status, stderr } = await through(registry.host, once(at, fault), pull);
      expect(status).toBe(1);
      expect(stderr).toContain('does not answer in time');
      expect(filesIn(into)).toEqual([]);
      expectRightCache(home);
      const again = await pull(registry.host);
      expect(again.status, again.stderr).toBe(0);
      expect(hashOf(join(into, file))).toBe(hashOf(join(charts, file)));
    };
    // All at once: each takes the half minute that a server may be silent.
    const faults = ['hang', 'stall'] as const;
    await Promise.all(
      faults.flatMap((fault) => [
        ...whole.requests.map((_, at) => pushed(at + 1, fault)),
        ...[1, 2].map((at) => pulled(at, fault)),
      ]),
    );
  });

  test.each(['damage', 'shorten'] as const)('pull: each answer in turn is replaced (%s)', async (fault) => {
    expect((await push(`other-${fault}`, 'small-1.0.0.tgz')(registry.host)).status).toBe(0);
    for (const at of [1, 2]) {
      const [home, into] = [temporaryFolder(), temporaryFolder()];
      const pull = (host: string): Promise<Run> =>
        run('pkg', ['pull', `oci://${host}/other-${fault}/small:1.0.0`, '--plain-http', '-d', into], {
          cwd: charts,
          home,
        });
      const { status, stderr } = await through(registry.host, once(at, fault), pull);
      expect(status).toBe(1);
      expect(stderr).toContain('code: PKG_DIGEST_MISMATCH');
      expect([...filesIn(into), ...filesIn(join(home, 'cache', 'content'))]).toEqual([]);
      const again = await pull(registry.host);
      expect(again.status, again.stderr).toBe(0);
    }
  });

  test('a tag that moves between two requests: manifest, archive and provenance belong together', async () => {
    const home = temporaryFolder();
    const [first, second] = ['first', 'second'].map((of) => {
      const folder = chartsIn({ moving: { ...chartFiles('moving', '1.0.0'), 'values.yaml': `of: ${of}\n` } });
      return folder;
    });
    const place = 'moved/moving';
    const pushed = async (folder = ''): Promise<string> => {
      expect((await run('pkg', ['package', 'moving'], { cwd: folder, home })).status).toBe(0);
      writeFileSync(join(folder, 'moving-1.0.0.tgz.prov'), `of ${folder}`);
      const args = ['push', 'moving-1.0.0.tgz', `oci://${registry.host}/moved`, '--plain-http'];
      // Of helm, which does not look at the provenance.
      const { status, stdout, stderr } = await run('helm', args, { cwd: folder, home });
      expect(status, stderr).toBe(0);
      return /Digest: (\S+)/.exec(stdout)?.[1] ?? '';
    };
    const digest = await pushed(first);
    const into = temporaryFolder();
    const proxy = await startCuttingProxy(registry.host, async (number) => {
      if (number === 2) await pushed(second);
      return undefined;
    });
    const args = ['pull', `oci://${proxy.host}/${place}:1.0.0`, '--plain-http', '--prov', '-d', into];
    const { status, stdout, stderr } = await run('pkg', args, { cwd: into, home: temporaryFolder() });
    proxy.close();
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(`Digest: ${digest}\n`);
    expect(hashOf(join(into, 'moving-1.0.0.tgz'))).toBe(hashOf(join(first ?? '', 'moving-1.0.0.tgz')));
    expect(readFileSync(join(into, 'moving-1.0.0.tgz.prov'), 'utf8')).toBe(`of ${first}`);
    expect(proxy.requests.length).toBe(3);
  });

  test('what a tag named before is not used once it names something else, nor if it is damaged', async () => {
    const [home, cwd] = [temporaryFolder(), temporaryFolder()];
    const pushed = async (of: string): Promise<void> => {
      const folder = chartsIn({ mutable: { ...chartFiles('mutable', '1.0.0'), 'README.md': of } });
      const object = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {of: "${of}"}\n`;
      writeFileSync(join(folder, 'mutable', 'templates', 'object.yaml'), object);
      expect((await run('pkg', ['package', 'mutable'], { cwd: folder, home })).status).toBe(0);
      const args = ['push', 'mutable-1.0.0.tgz', `oci://${registry.host}/mutable`, '--plain-http'];
      expect((await run('pkg', args, { cwd: folder, home })).status).toBe(0);
    };
    const expectRendered = async (of: string): Promise<void> => {
      const args = ['template', `oci://${registry.host}/mutable/mutable:1.0.0`, '--plain-http'];
      const { status, stdout, stderr } = await run('pkg', args, { cwd, home });
      expect([status, /of: "?(\w+)/.exec(stdout)?.[1]], stderr).toEqual([0, of]);
    };
    await pushed('first');
    await expectRendered('first');
    await expectRendered('first');
    await pushed('second');
    await expectRendered('second');
    const content = join(home, 'cache', 'content');
    for (const name of readdirSync(content, { recursive: true, encoding: 'utf8' })) {
      // An archive that can be unpacked, and is another one.
      if (name.endsWith('.chart')) copyFileSync(join(charts, 'small-1.0.0.tgz'), join(content, name));
    }
    await expectRendered('second');
    for (const name of readdirSync(content, { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.chart')) writeFileSync(join(content, name), Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]));
    }
    await expectRendered('second');
  });

  test('a version is requested once, a digest once for all, and cached content never', async () => {
    expect((await push('asked', 'small-1.0.0.tgz')(registry.host)).status).toBe(0);
    const home = temporaryFolder();
    const asked = async (reference: string, ...more: string[]): Promise<string[]> => {
      const args = (host: string): string[] => ['template', `oci://${host}/asked/small${reference}`, '--plain-http'];
      const { status, stderr, requests } = await through(
        registry.host,
        () => undefined,
        (host) => run('pkg', [...args(host), ...more], { cwd: charts, home }),
      );
      expect(status, stderr).toBe(0);
      return requests.map((request) => request.replace(/sha256:\w+/, 'DIGEST').replace('/v2/asked/small/', ''));
    };
    expect(await asked('', '--version', '1.0.0')).toEqual(['GET manifests/1.0.0', 'GET blobs/DIGEST']);
    expect(await asked('', '--version', '1.0.0')).toEqual(['GET manifests/1.0.0']);
    expect(await asked(':1.0.0')).toEqual(['GET manifests/1.0.0']);
    expect(await asked('', '--version', '^1')).toEqual(['GET tags/list', 'GET manifests/1.0.0']);
    // A range that looks like a version, and a version that is not there.
    expect(await asked('', '--version', '1.0')).toEqual(['GET manifests/1.0', 'GET tags/list', 'GET manifests/1.0.0']);
    const shown = await run('pkg', ['pull', `oci://${registry.host}/asked/small:1.0.0`, '--plain-http'], {
      cwd: temporaryFolder(),
      home,
    });
    const digest = /Digest: (\S+)/.exec(shown.stdout)?.[1] ?? '';
    expect(await asked(`@${digest}`)).toEqual([]);
    // The tag has to name the same, so that it is asked for.
    expect(await asked(`:1.0.0@${digest}`)).toEqual(['GET manifests/1.0.0']);
    // A tag that is gone, or never was, keeps nobody from a digest, as with Helm.
    expect(await asked(`:9.9.9@${digest}`)).toEqual(['GET manifests/9.9.9']);
  });

  test('two processes pull one chart into one folder', async () => {
    expect((await push('twice')(registry.host)).status).toBe(0);
    const [home, cwd] = [temporaryFolder(), temporaryFolder()];
    const pull = (...more: string[]): Promise<Run> =>
      run('pkg', ['pull', `oci://${registry.host}/twice/big`, '--plain-http', ...more], { cwd, home });
    const runs = await Promise.all([pull(), pull(), pull()]);
    expect(runs.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(hashOf(join(cwd, 'big-1.0.0.tgz'))).toBe(hashOf(join(charts, 'big-1.0.0.tgz')));
    const unpacked = await Promise.all([pull('--untar'), pull('--untar')]);
    expect(unpacked.map(({ status }) => status).sort()[0]).toBe(0);
    expect(filesIn(join(cwd, 'big')).sort()).toEqual(
      ['1.bin', '2.bin', 'Chart.yaml', 'templates/object.yaml', 'values.yaml'].sort(),
    );
    expectRightCache(home);
    expect([...temporaries(cwd), ...temporaries(home)]).toEqual([]);
  });

  test('kill -9 at each request of push, then again', { timeout: 120_000 }, async () => {
    const total = (await through(registry.host, () => undefined, push('kill/whole'))).requests.length;
    for (let at = 1; at <= total; at++) {
      await killedAt(
        registry.host,
        at,
        (host) => ['push', 'big-1.0.0.tgz', `oci://${host}/kill/${at}`, '--plain-http'],
        options(),
      );
      const again = await push(`kill/${at}`)(registry.host);
      expect(again.status, again.stderr).toBe(0);
      await expectPushed(`kill/${at}`);
    }
  });

  test('kill -9 at each request of pull, then again', { timeout: 120_000 }, async () => {
    expect((await push('killed-pull')(registry.host)).status).toBe(0);
    const [cwd, home] = [temporaryFolder(), temporaryFolder()];
    const args = (host: string): string[] => ['pull', `oci://${host}/killed-pull/big`, '--plain-http'];
    for (let at = 1; await killedAt(registry.host, at, args, { cwd, home }); at++) expectRightCache(home);
    const again = await run('pkg', args(registry.host), { cwd, home });
    expect(again.status, again.stderr).toBe(0);
    expect(hashOf(join(cwd, 'big-1.0.0.tgz'))).toBe(hashOf(join(charts, 'big-1.0.0.tgz')));
    expect([...temporaries(cwd), ...temporaries(home)]).toEqual([]);
  });

  test('kill -9 at each request of publish, then again', { timeout: 120_000 }, async () => {
    const cwd = chartsIn({ web: chartFiles('web', '1.0.0') });
    const home = temporaryFolder();
    const args = (host: string, at: number): string[] => [
      'publish',
      'web',
      `oci://${host}/published/${at}`,
      './pages',
      '--plain-http',
      '--skip-lint',
      '-o',
      'json',
    ];
    let at = 1;
    for (; await killedAt(registry.host, at, (host) => args(host, at), { cwd, home }); at++) {
      const again = await run('pkg', args(registry.host, at), { cwd, home });
      expect(again.status, again.stderr).toBe(0);
      const from = ['show', 'chart', `oci://${registry.host}/published/${at}/web`, '--plain-http'];
      expect((await run('helm', from, { cwd, home })).stdout).toContain('version: 1.0.0');
      const index = await run('helm', ['show', 'chart', 'pages/web-1.0.0.tgz'], { cwd, home });
      expect(index.status, index.stderr).toBe(0);
    }
    expect(at).toBeGreaterThan(4);
    expect(temporaries(cwd)).toEqual([]);
  });
});

/** Runs pkg and kills it as its request of that number arrives; false when it had fewer. */
async function killedAt(
  upstream: string,
  at: number,
  args: (host: string) => string[],
  options: { cwd: string; home: string },
): Promise<boolean> {
  let kill: () => void = () => undefined;
  const proxy = await startCuttingProxy(upstream, (number) => {
    if (number !== at) return undefined;
    kill();
    return 'hang';
  });
  try {
    const { child, ended } = startPkg(args(proxy.host), options);
    kill = () => child.kill('SIGKILL');
    const { status, stderr } = await ended;
    if (status !== null) expect(status, stderr).toBe(0);
    return status === null;
  } finally {
    proxy.close();
  }
}

test('kill -9 at each request of dependency update, then again', { timeout: 120_000 }, async () => {
  const server = await startChartServer(charts);
  try {
    const upstream = `127.0.0.1:${server.port}`;
    let at = 1;
    for (let isKilled = true; isKilled; at++) {
      const [cwd, home] = [temporaryFolder(), temporaryFolder()];
      const update = (host: string): string[] => {
        const dependencies = ['small', 'sub'].map(
          (name) => `- {name: ${name}, version: 1.x, repository: "http://${host}"}\n`,
        );
        chartsIn({ web: chartFiles('web', '1.0.0', `dependencies:\n${dependencies.join('')}`) }, cwd);
        return ['dependency', 'update', 'web'];
      };
      isKilled = await killedAt(upstream, at, update, { cwd, home });
      const before = filesIn(join(cwd, 'web', 'charts'));
      if (isKilled) expect(before).toEqual([]);
      const again = await run('pkg', update(upstream), { cwd, home });
      expect(again.status, again.stderr).toBe(0);
      expect(filesIn(join(cwd, 'web', 'charts')).sort()).toEqual(['small-1.0.0.tgz', 'sub-1.1.0.tgz']);
      for (const name of ['small-1.0.0.tgz', 'sub-1.1.0.tgz']) {
        expect(hashOf(join(cwd, 'web', 'charts', name))).toBe(hashOf(join(charts, name)));
      }
      expect(readdirSync(join(cwd, 'web')).filter((name) => name.startsWith('tmp'))).toEqual([]);
      expectRightCache(home);
      expect(temporaries(home)).toEqual([]);
    }
    expect(at).toBeGreaterThan(3);
  } finally {
    server.close();
  }
});

test('temporary files of killed runs are removed after an hour', async () => {
  const server = await startChartServer(charts);
  try {
    const [cwd, home] = [temporaryFolder(), temporaryFolder()];
    const digest = hashOf(join(charts, 'small-1.0.0.tgz'));
    chartsIn({ cache: { [`content/${digest.slice(0, 2)}/${digest}.chart.4242-00000000.tmp`]: 'half' } }, home);
    chartsIn(
      { '.': { 'small-1.0.0.tgz.4242-00000000.tmp': 'half', 'other-1.0.0.tgz.4242-11111111.tmp': 'half' } },
      cwd,
    );
    const left = [
      join(home, `cache/content/${digest.slice(0, 2)}/${digest}.chart.4242-00000000.tmp`),
      join(cwd, 'small-1.0.0.tgz.4242-00000000.tmp'),
    ];
    for (const path of left) utimesSync(path, 1_700_000_000, 1_700_000_000);
    const pulled = await run('pkg', ['pull', 'small', '--repo', server.url], { cwd, home });
    expect(pulled.status, pulled.stderr).toBe(0);
    expect(left.filter((path) => existsSync(path))).toEqual([]);
    expect(readdirSync(cwd).sort()).toEqual(['other-1.0.0.tgz.4242-11111111.tmp', 'small-1.0.0.tgz']);
  } finally {
    server.close();
  }
});

test('a cache that cannot be written does not matter', async () => {
  const server = await startChartServer(charts);
  try {
    const home = temporaryFolder();
    writeFileSync(join(home, 'cache'), 'a file where the folder should be');
    const at = { cwd: temporaryFolder(), home };
    for (const args of [
      ['pull', 'small', '--repo', server.url],
      ['template', 'small', '--repo', server.url],
      ['show', 'chart', `${server.url}/small-1.0.0.tgz`],
    ]) {
      const { status, stderr } = await run('pkg', args, at);
      expect(status, stderr).toBe(0);
    }
    const add = await run('pkg', ['repo', 'add', 'r', server.url], at);
    expect(add.stderr).toContain('code: PKG_FILE_UNWRITABLE');
    // As with helm, the index of a known repository need not be stored to update dependencies.
    const known = `apiVersion: ""\nrepositories:\n- {name: r, url: "${server.url}"}\n`;
    writeFiles(join(home, 'config'), { 'repositories.yaml': known });
    const dependency = `{name: small, version: ^1.0.0, repository: "${server.url}"}`;
    chartsIn({ web: chartFiles('web', '1.0.0', `dependencies:\n- ${dependency}\n`) }, at.cwd);
    const update = await run('pkg', ['dependency', 'update', 'web'], at);
    expect(update.status, update.stderr).toBe(0);
    expect((await run('pkg', ['repo', 'update'], at)).status).toBe(1);
  } finally {
    server.close();
  }
});
