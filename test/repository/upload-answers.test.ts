/** Uploads to a registry that gives any answer to any request: they end, in success or with an error of their own. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PkgError } from '../../src/errors.ts';
import { RemoteClient } from '../../src/repository/http.ts';
import { uploadBlob } from '../../src/repository/registry-push.ts';
import { RegistrySession } from '../../src/repository/registry-session.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { RUNS } from '../support/generation.ts';

/** What a registry answers to one request of an upload; `undefined` for what a right one would. */
type Answer = { status: number; location: string | undefined; range: string | undefined } | undefined;

/** More than one part of an upload. */
const SIZE = (8 << 20) + 100_000;

let registry: ChartServer;
let other: ChartServer;
/** The answers to the requests of each method, in order. */
let answers: Partial<Record<string, Answer[]>> = {};
beforeAll(async () => {
  registry = await startChartServer('/nowhere', {
    serve: (request, response) => {
      request.resume().on('end', () => {
        const { method = '' } = request;
        const given = answers[method]?.shift() ?? undefined;
        const status = given?.status ?? { HEAD: 404, POST: 202, PATCH: 202, GET: 204 }[method] ?? 201;
        const headers: Record<string, string> = { 'retry-after': '0' };
        const location = given === undefined ? '/v2/a/b/blobs/uploads/1' : given.location;
        if (location !== undefined) headers['location'] = location;
        const range = given?.range ?? (method === 'GET' ? '0-8388607' : undefined);
        if (range !== undefined) headers['range'] = range;
        if (status === 401) headers['www-authenticate'] = 'Basic realm="r"';
        response.writeHead(status, headers).end();
      });
      return true;
    },
  });
  other = await startChartServer('/nowhere', {
    serve: (request, response) => {
      request.resume().on('end', () => response.writeHead(201).end());
      return true;
    },
  });
});
afterAll(() => {
  registry.close();
  other.close();
});

const RANGES = ['0-0', '0-8388607', '0-8999999', '0-999999999999', '0-99999999999999999999', '5-9', '-1-4'];

/** One answer in three is wrong in its status, its location or its range. */
function answersTo(usual: number): fc.Arbitrary<Answer[]> {
  const wrong = fc.record({
    status: fc.oneof(
      fc.constant(usual),
      fc.constantFrom(200, 201, 202, 204, 301, 307, 400, 401, 404, 405, 408, 416, 429, 500, 503),
    ),
    location: fc.oneof(
      fc.constant('/v2/a/b/blobs/uploads/2'),
      fc.constantFrom(undefined, '', 'file:///etc/passwd', '//', 'OTHER', ':'),
    ),
    range: fc.constantFrom(undefined, ...RANGES),
  });
  return fc.array(fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: wrong }), {
    maxLength: 6,
  });
}

const sessions = fc.record({
  HEAD: answersTo(404),
  POST: answersTo(202),
  PATCH: answersTo(416),
  GET: answersTo(204),
  PUT: answersTo(201),
});

/** A part is lost, and the registry says that it has more than all of the blob. */
const CLAIMS_MORE = {
  HEAD: [],
  POST: [],
  PATCH: [{ status: 416, location: undefined, range: undefined }],
  GET: [{ status: 204, location: '/v2/a/b/blobs/uploads/2', range: '0-999999999999' }],
  PUT: [],
};

test('an upload ends for every answer of the registry, and its login is sent to the registry only', async () => {
  await fc.assert(
    fc.asyncProperty(sessions, async (given) => {
      answers = JSON.parse(JSON.stringify(given).replaceAll('OTHER', `${other.url}/upload`)) as typeof answers;
      const http = new RemoteClient({ caFile: '', certFile: '', keyFile: '', insecure: false }, {}, { pause: 1 });
      const login = { username: 'ada', password: 'secret', identityToken: '', registryToken: '' };
      const session = new RegistrySession(http, { plainHttp: true, login: async () => login });
      const blob = {
        mediaType: '',
        digest: `sha256:${'0'.repeat(64)}`,
        size: SIZE,
        // As a file is read: what lies outside of it cannot be.
        read: (at: number, length: number): Uint8Array => {
          if (at < 0 || length < 0 || at + length > SIZE) throw new RangeError(`${at} and ${length} more`);
          return Buffer.alloc(length);
        },
      };
      const target = { host: `127.0.0.1:${registry.port}`, path: 'a/b' };
      try {
        await uploadBlob(session, target, blob, () => undefined);
      } catch (error) {
        expect(error).toBeInstanceOf(PkgError);
        expect((error as PkgError).code).toMatch(/^PKG_REPOSITORY_(?:INVALID|UNREACHABLE|UNAUTHORIZED)$/);
      } finally {
        await http.close();
      }
      expect(other.asked.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    }),
    { numRuns: 40 * RUNS, examples: [[CLAIMS_MORE]] },
  );
});
