/**
 * Schemas that refer to others by URL are refused by default; from a folder and from the network results equal helm's.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schemaLoader } from '../../../src/repository/schemas.ts';
import { createAuthority } from '../../controlplane/certificates.ts';
import { run } from '../../repository/support.ts';
import type { Run } from '../../repository/support.ts';
import { startChartServer } from '../../support/chart-server.ts';
import type { ChartServer, ChartServerOptions } from '../../support/chart-server.ts';
import { RUNS } from '../../support/generation.ts';
import { temporaryFolder, writeChart, writeFiles } from '../support.ts';
import { cases } from './arbitrary.ts';
import { expectAgreement } from './support.ts';
import type { Case } from './support.ts';

/** Fixed for the reason that is given in generated.test.ts. */
const SEED = 2;

type Serve = NonNullable<ChartServerOptions['serve']>;

/** What the server serves, by its address: so that the folder above it is a cache. */
let [cache, folder, authorityFile] = ['', '', ''];
let server: ChartServer;
let plain: ChartServer;
let serveOther: Serve | undefined;

beforeAll(async () => {
  const authority = await createAuthority();
  authorityFile = join(temporaryFolder(), 'ca.pem');
  writeFileSync(authorityFile, authority.certificate);
  cache = temporaryFolder();
  folder = join(cache, 'served');
  const tls = { shown: await authority.server(['127.0.0.1']), authority };
  server = await startChartServer(folder, {
    tls,
    serve: (request, response) => serveOther?.(request, response) ?? false,
  });
  plain = await startChartServer(folder, {
    serve: (_, response) => !!response.writeHead(302, { location: `${server.url}/number.json` }).end(),
  });
  folder = join(cache, `127.0.0.1_${server.port}`);
  mkdirSync(folder);
  serveOther = (request, response) => {
    try {
      response.end(readFileSync(join(folder, new URL(request.url ?? '', 'http://x').pathname)));
    } catch {
      response.writeHead(404).end();
    }
    return true;
  };
});

afterAll(() => {
  server?.close();
  plain?.close();
});

test('results equal those of helm, which downloads the schemas', { timeout: 300_000 }, async () => {
  const root = fc.constantFrom<(url: string) => object>(
    (url) => ({ $ref: url }),
    (url) => ({ properties: { v: { $ref: `${url}#/properties/v` } } }),
    (url) => ({ properties: { w: { $ref: `${url}#/definitions/a` } }, anyOf: [{ $ref: url }, { required: ['x'] }] }),
    (url) => ({ $schema: 'http://json-schema.org/draft-07/schema#', allOf: [{ $ref: `${url}#` }] }),
    (url) => ({ $id: url, $ref: '#/properties', properties: { v: { $ref: 'other.json#/definitions/a' } } }),
    (url) => ({ $id: `${url}/../x`, properties: { v: { $ref: 'other.json' }, w: { $ref: '#/properties/v' } } }),
  );
  const samples = fc.sample(fc.tuple(cases, root), { numRuns: 250 * RUNS, seed: SEED });
  const made = samples.map(([{ schema, values }, rootOf], index): Case => {
    const name = index % 25 === 0 ? 'other' : `case${index}`;
    writeFileSync(join(folder, `${name}.json`), schema);
    return { schema: JSON.stringify(rootOf(`${server.url}/${name}.json`)), values };
  });
  const load = schemaLoader({ folder: cache, allowRemote: false, env: {} });
  const verdicts = await expectAgreement(made, { env: { SSL_CERT_FILE: authorityFile }, load });
  for (const verdict of ['fits', 'violates', 'unusable']) {
    expect(verdicts.filter((one) => one === verdict).length, verdict).toBeGreaterThan(verdicts.length / 20);
  }
});

const endless: Serve = (_, response) => {
  const more = (): void => {
    while (response.write(' '.repeat(1 << 16)));
  };
  response.on('drain', more);
  more();
  return true;
};

const chain: Serve = (request, response) => {
  response.end(JSON.stringify({ $ref: `/${Number(request.url?.slice(1)) + 1}` }));
  return true;
};

/** Sends on to a server of plain HTTP, which would send back to one of HTTPS. */
const toHttp: Serve = (_, response) => !!response.writeHead(302, { location: plain.url }).end();

describe('on the command line', () => {
  const home = temporaryFolder();
  const trust = (): Record<string, string> => ({ NODE_EXTRA_CA_CERTS: authorityFile });

  function chartThatRefersTo(url: string): string {
    return writeChart({
      'values.yaml': 'a: text\n',
      'values.schema.json': JSON.stringify({ properties: { a: { $ref: url } } }),
      'templates/x.yaml': '# {{ .Values.a }}\n',
    });
  }

  function pkg(args: readonly string[], env: Record<string, string> = trust()): Promise<Run> {
    return run('pkg', args, { cwd: home, home, env: { XDG_CACHE_HOME: join(home, 'cache'), ...env } });
  }

  test('a reference is refused with hints, and no request is sent', async () => {
    const chart = chartThatRefersTo(`${server.url}/number.json`);
    server.asked.length = 0;
    for (const words of [
      ['template'],
      ['lint'],
      ['install', 'x', '--target', 'dir:out'],
      ['diff', 'upgrade', 'x', '--target', 'dir:out', '--install'],
    ]) {
      const { status, stdout, stderr } = await pkg([...words, chart]);
      expect(status, words.join(' ')).toBe(1);
      expect(stdout + stderr).toContain('--schema-cache');
      if (words[0] !== 'lint') expect(stderr).toContain('PKG_SCHEMA_REMOTE');
    }
    expect(server.asked).toEqual([]);
  });

  test('--schema-cache names a missing file, and needs no network', async () => {
    const chart = chartThatRefersTo('https://json.example.org/a/number.json?v=1#/definitions/number');
    const own = temporaryFolder();
    const missing = await pkg(['template', chart, '--schema-cache', own]);
    const file = join(own, 'json.example.org/a/number.json@v=1');
    expect(missing.stderr).toContain(`${file} does not exist`);
    writeFiles(own, { 'json.example.org/a/number.json@v=1': '{"definitions": {"number": {"type": "number"}}}' });
    const found = await pkg(['template', chart, '--schema-cache', own]);
    expect(found.stderr).toContain('PKG_SCHEMA_VIOLATION');
    expect((await pkg(['template', chart, '--schema-cache', own, '--set', 'a=1'])).status).toBe(0);
  });

  test('--allow-remote-schemas downloads into the folder, once', async () => {
    writeFileSync(join(folder, 'number.json'), '{"$ref": "more/number.json"}');
    writeFiles(folder, { 'more/number.json': '{"type": "number"}' });
    const chart = chartThatRefersTo(`${server.url}/number.json`);
    const own = join(temporaryFolder(), 'new');
    server.asked.length = 0;
    for (let round = 0; round < 2; round++) {
      const { stderr } = await pkg(['template', chart, '--schema-cache', own, '--allow-remote-schemas']);
      expect(stderr).toContain('PKG_SCHEMA_VIOLATION');
    }
    expect(server.asked.map(({ path, authorization }) => [path, authorization])).toEqual([
      ['/number.json', undefined],
      ['/more/number.json', undefined],
    ]);
    expect((await pkg(['template', chart, '--schema-cache', own, '--set', 'a=1'], {})).status).toBe(0);
  });

  test('without a folder each run asks the server whether its schema has changed', async () => {
    const text = { etag: '"1"', body: '{"type": "number"}' };
    const sent: number[] = [];
    serveOther = (request, response) => {
      const isSame = request.headers['if-none-match'] === text.etag;
      sent.push(isSame ? 304 : 200);
      response.writeHead(isSame ? 304 : 200, { etag: text.etag }).end(isSame ? undefined : text.body);
      return true;
    };
    const chart = chartThatRefersTo(`${server.url}/tagged.json`);
    const status = async (): Promise<number | null> =>
      (await pkg(['template', chart, '--allow-remote-schemas'])).status;
    // The first run only creates the cache folder.
    await pkg(['version']);
    expect([await status(), await status(), await status()]).toEqual([1, 1, 1]);
    Object.assign(text, { etag: '"2"', body: '{"type": "string"}' });
    expect([await status(), await status()]).toEqual([0, 0]);
    expect(sent).toEqual([200, 304, 304, 200, 304]);
  });

  test.each<[string, (url: string) => string, Serve, RegExp]>([
    ['plain HTTP', (url) => url.replace('https:', 'http:'), () => false, /over HTTPS only/],
    ['a redirect to plain HTTP', (url) => url, toHttp, /and not over HTTPS/],
    ['an answer without end', (url) => url, endless, /MiB/],
    [
      'an answer that is not a success',
      (url) => url,
      (_, response) => !!response.writeHead(500).end(),
      /the server says 500/,
    ],
    ['more and more of them', (url) => url, chain, /more than 50/],
    ['what is not JSON', (url) => url, (_, response) => !!response.end('{'), /code: PKG_/],
    ['a server that says nothing', (url) => url, () => true, /cannot be fetched/],
  ])('%s ends with an error', { timeout: 120_000 }, async (_, urlOf, serve, message) => {
    serveOther = serve;
    const chart = chartThatRefersTo(urlOf(`${server.url}/0`));
    const { status, stderr } = await pkg(['template', chart, '--allow-remote-schemas']);
    expect([status, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(stderr).not.toContain('PKG_INTERNAL');
    expect(plain.asked).toEqual([]);
  });
});
