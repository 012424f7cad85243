/** Bundles of charts and images in one file, and copying them into a real registry; helm and tar read them too. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTar, tarHeader } from '../../src/chart/tar.ts';
import { craftTar, temporaryFolder } from '../chart/support.ts';
import { Bundle } from '../../src/repository/bundle.ts';
import { Layout, MANIFEST } from '../support/image.ts';
import { findRegistries, startRegistry } from '../support/registry.ts';
import type { Registry } from '../support/registry.ts';
import { chartFiles, chartsIn, run } from './support.ts';
import type { Run } from './support.ts';

const registries = await findRegistries();

/** A chart with an image in every kind of place. */
function shopFiles(image: string): Record<string, string> {
  return {
    'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0+b.1\ndependencies:\n- {name: part, version: 0.1.0}\n',
    'Chart.lock': 'dependencies:\n- name: part\n  repository: ""\n  version: 0.1.0\ndigest: sha256:00\n',
    'values.yaml': `image: ${image}\ntag: 1\n`,
    'templates/all.yaml': `# kept
apiVersion: v1
kind: ConfigMap
metadata: {name: plain, annotations: {image: "not/an:image"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      initContainers: [{name: first, image: "{{ .Values.image }}"}]
      containers: [{name: web, image: "{{ .Values.image }}"}]
      ephemeralContainers: [{name: debug, image: "{{ .Values.image }}"}]
      volumes: [{name: data, image: {reference: "{{ .Values.image }}"}}]
---
apiVersion: acme.example/v1
kind: Shop
metadata: {name: shop}
spec:
  image: {{ .Values.image }}
  sidecarImage: {{ .Values.image }}
  parts: {registry: {{ .Values.image | splitList "/" | first }}, repository: app/web, tag: "{{ .Values.tag }}"}
`,
    'templates/hook.yaml': `apiVersion: batch/v1
kind: Job
metadata: {name: hook, annotations: {"helm.sh/hook": pre-install}}
spec: {template: {spec: {containers: [{name: hook, image: "{{ .Values.image }}"}]}}}
`,
    ...Object.fromEntries(
      Object.entries(chartFiles('part', '0.1.0')).map(([name, text]) => [`charts/part/${name}`, text]),
    ),
  };
}

const home = temporaryFolder();
const pkg = (cwd: string, ...args: string[]): Promise<Run> => run('pkg', args, { cwd, home });

/** The files of a bundle by name. */
function filesOf(path: string): Map<string, Buffer> {
  return new Map([...readTar(readFileSync(path), path)].map(({ name, data }) => [name, Buffer.from(data)]));
}

const tarOf = (files: readonly (readonly [name: string, data: Uint8Array, type?: string])[]): Buffer =>
  craftTar(files.map(([name, data, type]) => ({ name, data, ...(type !== undefined && { type }) })));

describe('without a network', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = chartsIn({ shop: shopFiles('registry.example/app/web:1'), other: chartFiles('other', '2.0.0-rc.1') });
    const layout = new Layout(join(cwd, 'layout'));
    layout.add('registry.example/app/web:1', 'web');
    const made = await pkg(cwd, 'bundle', 'shop', '-o', 'shop.tar', '--images', '--from-layout', 'layout');
    if (made.status !== 0) throw new Error(made.stderr);
  });

  test('the same charts and images give the same bytes, which tar and readers of OCI layouts read', async () => {
    const copy = temporaryFolder();
    for (const name of ['shop', 'layout']) cpSync(join(cwd, name), join(copy, name), { recursive: true });
    const again = await pkg(copy, 'bundle', 'shop', '-o', 'again.tar', '--images', '--from-layout', 'layout');
    expect(again.status, again.stderr).toBe(0);
    expect(again.stdout).toMatch(/^again\.tar holds 1 chart and 1 image, in \d+ bytes\n$/);
    expect(readFileSync(join(copy, 'again.tar')).equals(readFileSync(join(cwd, 'shop.tar')))).toBe(true);
    mkdirSync(join(copy, 'unpacked'));
    execFileSync('tar', ['-xf', join(copy, 'again.tar'), '-C', join(copy, 'unpacked')]);
    // What is unpacked is a layout itself.
    const from = ['bundle', 'shop', '-o', 'third.tar', '--images', '--from-layout', 'unpacked'];
    expect((await pkg(copy, ...from)).status).toBe(0);
    expect(readFileSync(join(copy, 'third.tar')).equals(readFileSync(join(cwd, 'shop.tar')))).toBe(true);
    const contents = JSON.parse(filesOf(join(cwd, 'shop.tar')).get('bundle.json')?.toString() ?? '') as {
      charts: { name: string; digest: string; lock: { digest: string }; file: string }[];
      images: { name: string }[];
    };
    expect(contents.images.map(({ name }) => name)).toEqual(['registry.example/app/web:1']);
    expect(contents.charts[0]).toMatchObject({ name: 'shop', lock: { digest: 'sha256:00' } });
    const archive = filesOf(join(cwd, 'shop.tar')).get(contents.charts[0]?.file ?? '') ?? Buffer.alloc(0);
    expect(contents.charts[0]?.digest).toBe(`sha256:${createHash('sha256').update(archive).digest('hex')}`);
  });

  test('a bundle is accepted as a CHART argument', async () => {
    const expected = await pkg(cwd, 'template', 'shop');
    const rendered = await pkg(cwd, 'template', 'shop.tar');
    expect(rendered.stdout, rendered.stderr).toBe(expected.stdout);
    expect((await pkg(cwd, 'show', 'chart', 'shop.tar')).stdout).toContain('name: shop');
    expect((await pkg(cwd, 'images', 'shop.tar#shop')).stdout).toContain('registry.example/app/web:1\n');
    const installed = await pkg(cwd, 'install', 'shop.tar', '--target', 'dir:out', '--offline');
    expect(installed.status, installed.stderr).toBe(0);
  });

  test('one of several charts has to be named', async () => {
    const made = await pkg(cwd, 'bundle', 'shop', 'other', '-o', 'two.tar');
    expect(made.status, made.stderr).toBe(0);
    const open = await pkg(cwd, 'template', 'two.tar');
    expect(open.stderr).toContain('PKG_CHART_AMBIGUOUS');
    expect(open.stderr).toContain('two.tar#other: 2.0.0-rc.1');
    expect((await pkg(cwd, 'template', 'two.tar#other')).stdout).toContain('name: other');
    expect((await pkg(cwd, 'template', 'two.tar#none')).stderr).toContain('PKG_CHART_NOT_FOUND');
    const old = await pkg(cwd, 'template', 'two.tar#other', '--version', '^1');
    expect(old.stderr).toContain('PKG_CHART_VERSION_NOT_FOUND');
    expect((await pkg(cwd, 'bundle', 'shop', 'shop', '-o', 'x.tar')).stderr).toContain('PKG_USAGE');
  });

  test('the names of a mirror are in the rendered objects and in the record', async () => {
    const mirror = ['--image-mirror', 'oci://mirror.example:5000/apps'];
    const { stdout, stderr } = await pkg(cwd, 'template', 'shop.tar', ...mirror);
    expect(stdout, stderr).toContain('# kept\n');
    expect(stdout.match(/mirror\.example:5000\/apps\/registry\.example\/app\/web:1/g)).toHaveLength(7);
    expect(stdout.match(/registry\.example\/app\/web:1/g)).toHaveLength(7);
    expect(stdout).toContain('registry: mirror.example:5000\n');
    expect(stdout).toContain('repository: apps/registry.example/app/web\n');
    expect(stdout).toContain('not/an:image');
    const installed = await pkg(cwd, 'install', 'mirrored', 'shop.tar', '--target', 'dir:mirrored', ...mirror);
    expect(installed.status, installed.stderr).toBe(0);
    const manifest = await pkg(cwd, 'get', 'manifest', 'mirrored', '--target', 'dir:mirrored');
    expect(manifest.stdout).toContain('mirror.example:5000/apps/registry.example/app/web:1');
    const again = await pkg(cwd, 'upgrade', 'mirrored', 'shop.tar', '--target', 'dir:mirrored', ...mirror);
    expect(again.status, again.stderr).toBe(0);
    expect((await pkg(cwd, 'template', 'shop', '--image-mirror', 'https://x')).stderr).toContain('PKG_USAGE');
  });

  test.each([
    'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
  ])('layers of Windows, which registries do not have, are left out: %s', async (mediaType) => {
    const folder = chartsIn({ shop: shopFiles('registry.example/app/web:1') });
    const layout = new Layout(join(folder, 'layout'));
    const config = layout.blob('application/vnd.oci.image.config.v1+json', Buffer.from('{"os":"windows"}'));
    const own = layout.blob('application/vnd.oci.image.layer.v1.tar', Buffer.from('own'));
    const digest = `sha256:${'f'.repeat(64)}`;
    const foreign = { mediaType, digest, size: 9, urls: ['https://layers.example.com/9'] };
    layout.name('registry.example/app/web:1', {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config,
      layers: [foreign, own],
    });
    const args = ['bundle', 'shop', '-o', 'windows.tar', '--images', '--from-layout', 'layout'];
    const made = await pkg(folder, ...args);
    expect(made.status, made.stderr).toBe(0);
    const names = [...filesOf(join(folder, 'windows.tar')).keys()];
    expect(names.filter((name) => name.startsWith('blobs/'))).toHaveLength(3);
    expect(names).toContain(`blobs/sha256/${own.digest.slice('sha256:'.length)}`);
    const bundle = new Bundle(join(folder, 'windows.tar'));
    await bundle.check(() => undefined);
    bundle.close();
  });

  test('all missing images are named, and nothing is written', async () => {
    const args = ['bundle', 'other', 'shop', '-o', 'none.tar', '--images', '--from-layout', 'layout'];
    const none = await pkg(cwd, ...args, '--set', 'image=registry.example/app/none:1');
    expect(none.status).toBe(1);
    expect(none.stderr).toContain('PKG_IMAGE_NOT_FOUND');
    expect(none.stderr).toContain('registry.example/app/none:1');
    const offline = await pkg(cwd, 'images', 'shop', '--resolve', '--offline');
    expect(offline.stderr).toContain('PKG_OFFLINE');
    expect(readdirSync(cwd).filter((name) => /none|tmp/.test(name))).toEqual([]);
  });

  test('a layout with a damaged, a truncated and a missing part is refused', async () => {
    for (const harm of ['other', 'short', 'gone'] as const) {
      const folder = join(temporaryFolder(), 'layout');
      cpSync(join(cwd, 'layout'), folder, { recursive: true });
      const blobs = join(folder, 'blobs', 'sha256');
      const large = readdirSync(blobs).find((name) => readFileSync(join(blobs, name)).length === 1000) ?? '';
      if (harm === 'gone') rmSync(join(blobs, large));
      else writeFileSync(join(blobs, large), Buffer.alloc(harm === 'short' ? 900 : 1000, 'x'));
      const made = await pkg(cwd, 'bundle', 'shop', '-o', 'bad.tar', '--images', '--from-layout', folder);
      expect(made.stderr, harm).toContain(harm === 'gone' ? 'PKG_FILE_UNREADABLE' : 'PKG_DIGEST_MISMATCH');
      expect(readdirSync(cwd).filter((name) => name.startsWith('bad'))).toEqual([]);
    }
  });

  describe('an untrusted bundle', () => {
    /** Every one is refused, whole, by whoever opens it. */
    async function expectRefused(bytes: Buffer, why: RegExp): Promise<void> {
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'bad.tar'), bytes);
      const pushed = await pkg(folder, 'bundle', 'push', 'bad.tar', 'oci://127.0.0.1:1/x', '--plain-http');
      expect(pushed.stderr).toContain('PKG_BUNDLE_INVALID');
      expect(pushed.stderr).toMatch(why);
      expect(readdirSync(folder)).toEqual(['bad.tar']);
    }

    const whole = (): (readonly [string, Buffer])[] => [...filesOf(join(cwd, 'shop.tar'))];

    test.each([
      ['../out', /does not belong/],
      ['/etc/out', /does not belong/],
      ['charts/../../out.tgz', /does not belong/],
      ['charts/a/b.tgz', /does not belong/],
      ['blobs/sha256/xyz', /does not belong/],
      ['charts/\nshop.tgz', /does not belong/],
    ])('with the name %j', (name, why) => expectRefused(tarOf([...whole(), [name, Buffer.from('x')]]), why));

    test.each(['1', '2', '3', '5', '6', '7'])('with an entry of type %s', (type) =>
      expectRefused(tarOf([...whole(), ['charts/link.tgz', Buffer.alloc(0), type]]), /is not a plain file/),
    );

    test('with a duplicate file, without its beginning, truncated', async () => {
      const files = whole();
      const [first, second] = files;
      if (first === undefined || second === undefined) throw new Error('an empty bundle');
      await expectRefused(tarOf([...files, second]), /is in it twice/);
      await expectRefused(tarOf(files.slice(1)), /does not begin with bundle\.json/);
      const bytes = tarOf(files);
      await expectRefused(bytes.subarray(0, bytes.length - 2000), /ends in the middle|is missing/);
      await expectRefused(Buffer.alloc(2048), /is missing/);
    });

    test('with a header that gives too large a size', async () => {
      const [first] = tarHeader('blobs/sha256/'.padEnd(77, 'a'), 8 ** 11 - 1, new Date(0));
      const bytes = tarOf(whole());
      await expectRefused(Buffer.concat([bytes.subarray(0, -1024), first ?? Buffer.alloc(0)]), /middle of a file/);
    });

    test('with any part changed or missing', async () => {
      for (const [name, data] of whole()) {
        if (name === 'bundle.json' || name === 'index.json' || name === 'oci-layout') continue;
        const others = whole().map(([one, bytes]) => [one, one === name ? changed(data) : bytes] as const);
        await expectRefused(tarOf(others), /not what its digest says/);
        await expectRefused(tarOf(whole().filter(([one]) => one !== name)), /is missing/);
      }
    });

    test('with signatures of something else', async () => {
      const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      const contents = JSON.parse(filesOf(join(cwd, 'shop.tar')).get('bundle.json')?.toString() ?? '') as {
        charts: Record<string, unknown>[];
      };
      const [chart = {}] = contents.charts;
      const descriptor = (digest: string): object => ({ digest, size: 2, mediaType: CHART_LAYER });
      const manifestOf = (digest: string): string =>
        JSON.stringify({
          config: { ...descriptor(digestOf(Buffer.from('{}'))), mediaType: 'application/vnd.cncf.helm.config.v1+json' },
          layers: [descriptor(digest)],
        });
      const none = `sha256:${'0'.repeat(64)}`;
      const wrong: [manifest: string, signatures: unknown, RegExp][] = [
        ['{}', [], /is not the manifest of a chart/],
        ['no JSON', [], /is not the manifest of a chart/],
        [manifestOf(none), [], /is of another archive/],
        // The config is not there.
        [manifestOf(String(chart['digest'])), [], /is missing/],
        ['{}', [{ form: 'referrer', digest: none }], /is missing/],
        ['{}', [{ form: 'tag', digest: '../../x' }], /is missing/],
      ];
      for (const [text, signatures, why] of wrong) {
        const bytes = Buffer.from(text);
        const digest = digestOf(bytes);
        const said = { ...contents, charts: [{ ...chart, manifest: digest, signatures }] };
        const files = whole().map(
          ([name, data]) => [name, name === 'bundle.json' ? Buffer.from(JSON.stringify(said)) : data] as const,
        );
        await expectRefused(tarOf([...files, [`blobs/sha256/${digest.slice(7)}`, bytes]]), why);
      }
    });

    test('with contents that say something else', async () => {
      const contents = JSON.parse(filesOf(join(cwd, 'shop.tar')).get('bundle.json')?.toString() ?? '') as {
        charts: Record<string, unknown>[];
        images: Record<string, unknown>[];
      };
      const [chart = {}] = contents.charts;
      const [image = {}] = contents.images;
      const wrong: [unknown, RegExp][] = [
        [[], /not a JSON object/],
        [{ ...contents, formatVersion: 2 }, /its format is 2/],
        [{ ...contents, created: 'today' }, /when it was made/],
        [{ ...contents, charts: [{ ...chart, file: 'bundle.json' }] }, /a chart without/],
        [{ ...contents, charts: [{ ...chart, digest: '' }] }, /a chart without/],
        [
          { ...contents, charts: [{ ...chart, name: 'other' }] },
          /holds shop 1\.0\.0\+b\.1, and not other 1\.0\.0\+b\.1/,
        ],
        [{ ...contents, charts: [{ ...chart, version: '9.0.0' }] }, /holds shop 1\.0\.0\+b\.1, and not shop 9\.0\.0/],
        [{ ...contents, charts: [{ ...chart, file: 'charts/none.tgz' }] }, /is missing/],
        [{ ...contents, images: [{ ...image, name: '../x' }] }, /an image without/],
        [{ ...contents, images: [{ ...image, digest: `sha256:${'0'.repeat(64)}` }] }, /is missing/],
      ];
      for (const [value, why] of wrong) {
        const bytes = Buffer.from(JSON.stringify(value));
        await expectRefused(tarOf(whole().map(([name, data]) => [name, name === 'bundle.json' ? bytes : data])), why);
      }
    });
  });
});

const CHART_LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

function changed(data: Buffer): Buffer {
  const other = Buffer.from(data);
  const last = other.length - 1;
  other[last] = (other[last] ?? 0) ^ 1;
  return other;
}

describe.each(registries)('with $name', ({ program }) => {
  let registry: Registry;
  let cwd: string;
  let digest: string;
  let image: string;
  beforeAll(async () => {
    registry = await startRegistry(program, 'none', true);
    image = `${registry.host}/app/web:1`;
    cwd = chartsIn({ shop: shopFiles(image) });
    const layout = new Layout(join(cwd, 'layout'));
    // Larger than what is sent at once.
    digest = layout.add(image, 'web', 20 << 20);
    await layout.push(registry.host, 'app/web', '1', digest);
  });
  afterAll(() => registry.close());

  test('digests are resolved, and all missing images are named', async () => {
    const found = await pkg(cwd, 'images', 'shop', '--resolve', '--plain-http', '-o', 'json');
    expect(found.status, found.stderr).toBe(0);
    const usedBy: unknown = expect.arrayContaining([{ object: 'Deployment/web', container: 'web', kind: 'container' }]);
    expect(JSON.parse(found.stdout)).toEqual([{ image, digest, resolved: `${image}@${digest}`, usedBy }]);
    const text = await pkg(cwd, 'images', 'shop', '--resolve', '--plain-http');
    expect(text.stdout).toBe(`${image}@${digest}\n`);
    const missing = ['--set', `image=${registry.host}/a/b:2,tag=9`];
    const none = await pkg(cwd, 'images', 'shop', '--resolve', '--plain-http', ...missing);
    expect(none.stderr).toContain('PKG_IMAGE_NOT_FOUND');
    expect(none.stderr).toContain(`${registry.host}/a/b:2`);
    expect(none.stderr).toContain(`${registry.host}/app/web:9`);
    // Names that are none, and what the registry does not have, do not hide the others.
    const some = chartsIn({
      some: {
        ...chartFiles('some', '1.0.0'),
        'templates/pod.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: "Not An Image"}, {name: b, image: "${image}"}, {name: c, image: "${registry.host}/no:1"}, {name: d, image: ":"}]}\n`,
      },
    });
    const listed = await pkg(some, 'images', 'some', '--resolve', '--plain-http');
    expect([listed.status, listed.stdout.split('\n').toSorted()]).toEqual([
      1,
      ['', ':', 'Not An Image', `${image}@${digest}`, `${registry.host}/no:1`].toSorted(),
    ]);
    expect(listed.stderr).toContain("'Not An Image' is not a valid image name");
    expect(listed.stderr).toContain("':' is not a valid image name");
    expect(listed.stderr).toContain(`there is no image ${registry.host}/no:1`);
    const json = await pkg(some, 'images', 'some', '--resolve', '--plain-http', '-o', 'json');
    const resolved = (JSON.parse(json.stdout) as { image: string; resolved?: string }[]).filter(
      (one) => 'digest' in one,
    );
    expect([json.status, resolved.map((one) => one.resolved)]).toEqual([1, [`${image}@${digest}`]]);
    const bundled = await pkg(some, 'bundle', 'some', '-o', 'some.tar', '--images', '--plain-http');
    expect([bundled.status, bundled.stderr.match(/is not a valid image name/g)?.length]).toEqual([1, 2]);
  });

  test('a chart goes from a registry through a bundle into a mirror, twice, and helm pulls it', async () => {
    const made = await pkg(cwd, 'bundle', 'shop', '-o', 'shop.tar', '--images', '--plain-http');
    expect(made.status, made.stderr).toBe(0);
    const layout = await pkg(cwd, 'bundle', 'shop', '-o', 'layout.tar', '--images', '--from-layout', 'layout');
    expect(layout.status, layout.stderr).toBe(0);
    expect(readFileSync(join(cwd, 'layout.tar')).equals(readFileSync(join(cwd, 'shop.tar')))).toBe(true);

    const mirror = `oci://${registry.host}/mirror`;
    const push = async (): Promise<{ kind: string; reference: string; digest: string; changed: boolean }[]> => {
      const { status, stdout, stderr } = await pkg(
        cwd,
        'bundle',
        'push',
        'shop.tar',
        mirror,
        '--plain-http',
        '-o',
        'json',
      );
      expect(status, stderr).toBe(0);
      return JSON.parse(stdout) as Awaited<ReturnType<typeof push>>;
    };
    const copy = `${registry.host}/mirror/${registry.host.replace(':', '-')}/app/web:1`;
    const first = await push();
    expect(first.map(({ kind, reference, changed: isNew }) => [kind, reference, isNew])).toEqual([
      ['image', copy, true],
      ['chart', `${mirror}/shop:1.0.0_b.1`, true],
    ]);
    expect((await push()).map(({ changed: isNew }) => isNew)).toEqual([false, false]);

    // The list and all that it names are there, under the same digests.
    const base = `http://${registry.host}/v2/${copy.slice(registry.host.length + 1, -2)}`;
    const list = await fetch(`${base}/manifests/1`, { headers: { accept: 'application/vnd.oci.image.index.v1+json' } });
    expect(list.headers.get('docker-content-digest')).toBe(digest);
    const bundle = filesOf(join(cwd, 'shop.tar'));
    const { manifests } = (await list.json()) as { manifests: { digest: string }[] };
    for (const one of manifests) {
      const { layers } = JSON.parse(bundle.get(`blobs/sha256/${one.digest.slice(7)}`)?.toString() ?? '') as {
        layers: { digest: string }[];
      };
      for (const layer of layers) {
        expect((await fetch(`${base}/blobs/${layer.digest}`, { method: 'HEAD' })).status).toBe(200);
      }
    }

    const options = { cwd: temporaryFolder(), home: temporaryFolder() };
    const pulled = await run('helm', ['pull', `${mirror}/shop`, '--version', '1.0.0+b.1', '--plain-http'], options);
    expect(pulled.status, pulled.stderr).toBe(0);
    expect(existsSync(join(options.cwd, 'shop-1.0.0+b.1.tgz'))).toBe(true);

    // What is rendered for the mirror is what is there.
    const args = ['images', `${mirror}/shop:1.0.0_b.1`, '--plain-http', '--resolve', '--set', `image=${copy}`];
    expect((await pkg(cwd, ...args)).stdout).toContain(`${copy}@${digest}\n`);
  });

  test('shared layers are sent once and mounted, and existing ones are not sent again', async () => {
    const folder = chartsIn({ shop: shopFiles('acme.example/first:1') });
    const other = shopFiles('acme.example/second:1')['templates/all.yaml'] ?? '';
    writeFileSync(join(folder, 'shop', 'templates', 'hook.yaml'), other.replaceAll('.Values.image', '.Values.other'));
    const layout = new Layout(join(folder, 'layout'));
    for (const name of ['acme.example/first:1', 'acme.example/second:1', 'acme.example/app/web:1']) {
      layout.add(name, 'shared');
    }
    const made = ['bundle', 'shop', '-o', 'two.tar', '--images', '--from-layout', 'layout'];
    const { status, stderr } = await pkg(folder, ...made, '--set', 'other=acme.example/second:1');
    expect(status, stderr).toBe(0);
    // Passes everything on to the registry.
    const seen: string[] = [];
    const relay = createServer((asked, response) => {
      const { method = '', url = '', headers } = asked;
      const [, port = ''] = registry.host.split(':');
      const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
        seen.push(`${method} ${answer.statusCode} ${url}`);
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      asked.pipe(onward);
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const mirror = `oci://127.0.0.1:${(relay.address() as AddressInfo).port}/shared`;
    const push = (): Promise<Run> => pkg(folder, 'bundle', 'push', 'two.tar', mirror, '--plain-http');
    try {
      const first = await push();
      expect(first.status, first.stderr).toBe(0);
      const mounts = seen.filter((line) => line.startsWith('POST 201') && line.includes('mount='));
      // Three images of five blobs (two configs, three layers): all of the second and the third.
      expect(mounts).toHaveLength(10);
      seen.length = 0;
      const second = await push();
      expect(second.status, second.stderr).toBe(0);
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.filter((line) => !/^(?:GET|HEAD) /.test(line))).toEqual([]);
    } finally {
      relay.closeAllConnections();
      relay.close();
    }
  });

  test('an image that is pinned by its digest does not take the tag of another', async () => {
    const layout = new Layout(join(temporaryFolder(), 'layout'));
    const [old, now] = [layout.add('old', 'old'), layout.add('now', 'now')];
    await layout.push(registry.host, 'app/moved', '1', old);
    await layout.push(registry.host, 'app/moved', '1', now);
    const moved = `${registry.host}/app/moved:1`;
    const copy = `${registry.host.replace(':', '-')}/app/moved`;
    const podOf = (name: string, ...images: string[]): Record<string, string> => ({
      ...chartFiles(name, '1.0.0'),
      'templates/pod.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: ${JSON.stringify(images.map((one, at) => ({ name: `c${at}`, image: one })))}}\n`,
    });
    const folder = chartsIn({
      both: podOf('both', `${moved}@${old}`, moved),
      pinned: podOf('pinned', `${moved}@${old}`),
    });
    const digestOf = async (mirror: string, name: string): Promise<string | null> => {
      const url = `http://${registry.host}/v2/${mirror}/${copy}/manifests/${name}`;
      const headers = { accept: 'application/vnd.oci.image.index.v1+json' };
      return (await fetch(url, { method: 'HEAD', headers })).headers.get('docker-content-digest');
    };
    const push = async (chart: string, mirror: string): Promise<{ changed: boolean }[]> => {
      const made = await pkg(folder, 'bundle', chart, '-o', `${chart}.tar`, '--images', '--plain-http');
      expect(made.status, made.stderr).toBe(0);
      const args = ['bundle', 'push', `${chart}.tar`, `oci://${registry.host}/${mirror}`, '--plain-http', '-o', 'json'];
      const pushed = await pkg(folder, ...args);
      expect(pushed.status, pushed.stderr).toBe(0);
      return (JSON.parse(pushed.stdout) as { kind: string; changed: boolean }[]).filter(({ kind }) => kind === 'image');
    };
    expect((await push('both', 'm1')).map(({ changed }) => changed)).toEqual([true, true]);
    expect([await digestOf('m1', '1'), await digestOf('m1', old)]).toEqual([now, old]);
    expect((await push('both', 'm1')).map(({ changed }) => changed)).toEqual([false, false]);
    // Alone it has the tag, which another then takes and keeps.
    await push('pinned', 'm2');
    expect(await digestOf('m2', '1')).toBe(old);
    await push('both', 'm2');
    expect((await push('pinned', 'm2')).map(({ changed }) => changed)).toEqual([false]);
    expect([await digestOf('m2', '1'), await digestOf('m2', old)]).toEqual([now, old]);
  });

  test('a chart that exists with other content is refused', async () => {
    const other = chartsIn({ shop: { ...shopFiles(image), 'README.md': 'other' } });
    expect((await pkg(other, 'bundle', 'shop', '-o', 'other.tar')).status).toBe(0);
    const place = `oci://${registry.host}/taken`;
    expect((await pkg(cwd, 'bundle', 'shop', '-o', 'plain.tar')).status).toBe(0);
    expect((await pkg(cwd, 'bundle', 'push', 'plain.tar', place, '--plain-http')).status).toBe(0);
    const refused = await pkg(other, 'bundle', 'push', 'other.tar', place, '--plain-http');
    expect(refused.stderr).toContain('PKG_VERSION_PUBLISHED');
  });
});
