/** Charts inside OCI indexes (manifest lists), one of which may name another: everything is as with helm. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';
import { findRegistries, startRegistry } from '../support/registry.ts';
import type { Registry } from '../support/registry.ts';
import { chartFiles, chartsIn, run } from './support.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

describe.each(await findRegistries())('$name', ({ program }) => {
  let registry: Registry;
  let cwd: string;
  let home: string;
  /** The digest of the chart's own manifest. */
  let inner: string;
  const digests = new Map<string, string>();

  const at = (path: string): string => `http://${registry.host}/v2/t/web/${path}`;
  async function put(tag: string, type: string, manifest: unknown): Promise<{ digest: string; size: number }> {
    const body = JSON.stringify(manifest);
    const { status } = await fetch(at(`manifests/${tag}`), { method: 'PUT', body, headers: { 'content-type': type } });
    expect(status, tag).toBe(201);
    digests.set(tag, digestOf(body));
    return { digest: digestOf(body), size: body.length };
  }

  beforeAll(async () => {
    registry = await startRegistry(program, 'none', true);
    cwd = chartsIn({ web: chartFiles('web', '1.0.0') });
    home = temporaryFolder();
    await run('helm', ['package', 'web'], { cwd, home });
    const push = ['push', 'web-1.0.0.tgz', `oci://${registry.host}/t`, '--plain-http'];
    await run('helm', push, { cwd, home });
    const chart = await (await fetch(at('manifests/1.0.0'), { headers: { accept: MANIFEST } })).text();
    inner = digestOf(chart);
    const own = { mediaType: MANIFEST, digest: inner, size: chart.length };
    const { config } = JSON.parse(chart) as { config: { digest: string; size: number } };
    // Something else, beside which a chart may stand.
    const image = { ...config, mediaType: 'application/vnd.oci.image.config.v1+json' };
    const other = {
      mediaType: MANIFEST,
      ...(await put('image', MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config: image, layers: [] })),
    };
    const index = (...manifests: unknown[]): unknown => ({ schemaVersion: 2, mediaType: INDEX, manifests });
    const platform = { os: 'linux', architecture: 'amd64' };
    const plain = { mediaType: INDEX, ...(await put('2.0.0', INDEX, index(own))) };
    await put('2.0.1', INDEX, index(other, own));
    await put('2.0.2', INDEX, index({ ...other, platform }, own));
    await put('2.0.3_b', INDEX, index({ ...own, platform }));
    await put('2.0.4', INDEX, index(plain));
    await put('3.0.0', INDEX, index(other));
    await put('3.0.1', INDEX, index());
  });
  afterAll(() => registry.close());

  /** The same with both: status, stdout, files. */
  async function expectSame(status: number, ...args: string[]): Promise<string> {
    const results = await Promise.all(
      (['helm', 'pkg'] as const).map(async (one) => {
        const into = temporaryFolder();
        const all = args.map((word) => (word === 'INTO' ? into : word));
        const {
          stdout,
          stderr,
          status: ended,
        } = await run(one, [...all, '--plain-http'], { cwd, home: temporaryFolder() });
        return { stderr, result: { ended, stdout, files: readdirSync(into) } };
      }),
    );
    const [helm, pkg] = results;
    expect(helm?.result.ended, helm?.stderr).toBe(status);
    expect(pkg?.result, pkg?.stderr).toEqual(helm?.result);
    return pkg?.result.stdout ?? '';
  }

  test.each(['2.0.0', '2.0.1', '2.0.2', '2.0.3+b', '2.0.4', '^2.0.0'])('pull and show of %s', async (version) => {
    const web = `oci://${registry.host}/t/web`;
    const stdout = await expectSame(0, 'pull', web, '--version', version, '--destination', 'INTO');
    expect(stdout).toContain(`Digest: ${digests.get(version === '^2.0.0' ? '2.0.4' : version.replace('+', '_'))}\n`);
    await expectSame(0, 'pull', web, '--version', version, '--destination', 'INTO', '--untar');
    for (const what of ['chart', 'values', 'all']) await expectSame(0, 'show', what, web, '--version', version);
    await expectSame(0, 'template', 'x', web, '--version', version);
  });

  test('references by digest name the index', async () => {
    const web = `oci://${registry.host}/t/web`;
    for (const tag of ['2.0.0', '2.0.4']) {
      await expectSame(0, 'pull', `${web}@${digests.get(tag)}`, '--destination', 'INTO');
      await expectSame(0, 'pull', `${web}:${tag}@${digests.get(tag)}`, '--destination', 'INTO');
      // The tag names the index, and not the chart in it.
      await expectSame(1, 'pull', `${web}:${tag}@${inner}`, '--destination', 'INTO');
    }
    await expectSame(0, 'pull', `${web}@${inner}`, '--destination', 'INTO');
  });

  test.each(['3.0.0', '3.0.1'])('%s, without a chart', async (version) => {
    await expectSame(1, 'pull', `oci://${registry.host}/t/web`, '--version', version, '--destination', 'INTO');
  });

  test('dependency update prints the same', async () => {
    const dependency = `dependencies:\n- {name: web, version: 2.0.3+b, repository: "oci://${registry.host}/t"}\n`;
    const said = await Promise.all(
      (['helm', 'pkg'] as const).map(async (one) => {
        const folder = chartsIn({ app: chartFiles('app', '1.0.0', dependency) });
        const options = { cwd: folder, home: temporaryFolder() };
        const { stdout, stderr, status } = await run(one, ['dependency', 'update', 'app', '--plain-http'], options);
        expect(status, stderr).toBe(0);
        return stdout;
      }),
    );
    expect(said[1]).toBe(said[0]);
    expect(said[1]).toContain('contains an underscore.');
  });
});
