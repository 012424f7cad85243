/**
 * Secrets that an API server would refuse are refused before anything is written, and no error contains their values.
 */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, onTestFinished } from 'vitest';
import { PkgError } from '../../src/errors.ts';
import { checkData } from '../../src/release/check-data.ts';
import { fromPlain } from '../../src/yaml/value.ts';
import type { Json, JsonObject } from '../../src/yaml/value.ts';
import { admin, helmOn, namespace, pkgOn, test } from '../support/cluster.ts';
import { createAuthority } from '../controlplane/certificates.ts';
import { chartOf, goChartOf, helm, pkg, pkgFails } from './support.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const text = fc.oneof(
  fc.constantFrom('', 'YQ==', 'YWI=', 'YWFh', 'YQ', 'YQ=', 'YWFhYQ', 'YR==', 'Y===', '====', 'YWFh=', 'YQ==YQ=='),
  fc.string({ unit: fc.constantFrom(...'YWFhQ+/=_- \n\r\t'), maxLength: 12 }),
  fc.string().map(base64),
  fc.string(),
);
const item: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.constantFrom<Json>(null, true, 5, 1.5, 2 ** 53 + 2, [], ['YQ=='], {}, { a: 'YQ==' }),
);
const field: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: fc.dictionary(fc.constantFrom('a', 'b.c', 'D_e'), item, { maxKeys: 3 }) },
  fc.constantFrom<Json>(null, 'YQ==', 5, true, ['YQ=='], [], [{ a: 'YQ==' }]),
);
const object = fc.oneof(
  fc.record({ kind: fc.constant('Secret'), data: field, stringData: field }, { requiredKeys: ['kind'] }),
  // The same name in both is a fault of another sort.
  fc.record({ kind: fc.constant('ConfigMap'), data: field }, { requiredKeys: ['kind'] }),
  fc.record({ kind: fc.constant('ConfigMap'), binaryData: field }, { requiredKeys: ['kind'] }),
);

test('the refused values are those that the API server refuses', async () => {
  const ns = await namespace();
  await fc.assert(
    fc.asyncProperty(object, async (fields) => {
      const sent: JsonObject = { apiVersion: 'v1', metadata: { name: 't' }, ...(fields as JsonObject) };
      const path = `/api/v1/namespaces/${ns}/${fields.kind.toLowerCase()}s/t?fieldManager=x&fieldValidation=Strict&dryRun=All`;
      const { status, body } = await admin().request('PATCH', path, sent, 'application/apply-patch+yaml');
      const refused = problemOf(sent);
      expect({ sent, refused, status, said: body?.message }).toMatchObject({
        status: refused === '' ? 201 : expect.not.toBeOneOf([201]),
      });
    }),
    { numRuns: 400 },
  );
});

function problemOf(sent: JsonObject): string {
  try {
    checkData([{ source: 'x', object: fromPlain(sent) }]);
    return '';
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    return error.message;
  }
}

const HEAD = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n';
const FAULTS = [
  ['stringData: [hunter2]', 'stringData', 'is a list, and not a map of names and values', 5],
  ['data: [hunter2]\nstringData:\n  a: b', 'data', 'is a list, and not a map of names and values', 5],
  ['data:\n  password: hunter2!', 'data.password', 'is not base64', 6],
  ['data:\n  user: YQ==\n  password: 1234567', 'data.password', 'is a number, and not a text', 7],
  ['stringData:\n  password: true', 'stringData.password', 'is true or false, and not a text', 6],
  ['stringData:\n  password: {hunter2: 1234567}', 'stringData.password', 'is a map, and not a text', 6],
] as const;

describe.each([
  ['native', 'templates/secret.yaml.hbs', chartOf],
  ['go', 'templates/secret.yaml', goChartOf],
] as const)('%s templates', (engine, file, makeChart) => {
  // Native templates make texts of whole numbers and booleans where Kubernetes has texts.
  const isMadeText = (data: string): boolean => engine === 'native' && data.endsWith('password: true');
  test.each(FAULTS.filter(([data]) => !isMadeText(data)))(
    '%j is refused before anything is written',
    async (data, field, what, line) => {
      const ns = await namespace();
      const chart = makeChart([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'first' } }], {
        [file]: `${HEAD}${data}\n`,
      });
      const said = await pkgFails(ns, 'PKG_OBJECT_INVALID', ['install', 'r', chart]);
      // Native templates say it when they are rendered.
      expect(said).toContain(engine === 'go' ? `${field} of Secret "db" ${what}` : `${field} is a `);
      expect(said).toContain(`${file}:${line}`);
      const elsewhere = `${ns}-new`;
      const other = await pkgFails(ns, 'PKG_OBJECT_INVALID', [
        'upgrade',
        '--install',
        'r',
        chart,
        '-n',
        elsewhere,
        '--create-namespace',
      ]);
      for (const output of [said, other]) expect(output).not.toMatch(/hunter2|1234567/);
      expect((await admin().request('GET', `/api/v1/namespaces/${elsewhere}`)).status).toBe(404);
      const { items } = await admin().get(`/api/v1/namespaces/${ns}/secrets`);
      expect(items).toEqual([]);
      expect((await admin().request('GET', `/api/v1/namespaces/${ns}/configmaps/first`)).status).toBe(404);
    },
  );

  test('hooks, items of lists and ConfigMaps are checked too; empty values are accepted', async () => {
    const ns = await namespace();
    const hook = `${HEAD.replace('metadata:', 'metadata:\n  annotations:\n    helm.sh/hook: pre-install')}data:\n  a: "?"\n`;
    const list = 'apiVersion: v1\nkind: SecretList\nitems:\n- metadata:\n    name: one\n  data:\n    k: "?"\n';
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\ndata:\n  num: 5\nbinaryData:\n  b: "?"\n';
    const said = await pkgFails(ns, 'PKG_OBJECT_INVALID', [
      'install',
      'r',
      makeChart([], { [file]: [hook, list, map].join('---\n') }),
    ]);
    if (engine === 'native') expect(said).toContain('data.a is a text in base64 in Kubernetes, and this is none');
    else {
      expect(said).toContain('data.a of Secret "db" is not base64');
      expect(said).toContain('data.k of Secret "one" is not base64');
      expect(said).toContain('data.num of ConfigMap "m" is a number, and not a text');
      expect(said).toContain('binaryData.b of ConfigMap "m" is not base64');
    }
    expect(
      await pkg(
        ns,
        'install',
        'r',
        makeChart([], { [file]: [hook, map].join('---\n').replaceAll('"?"', '""').replace('num: 5', 'num: ""') }),
      ),
    ).toContain('deployed');
    const empty = `${HEAD.replace('name: db', 'name: empty')}data:\nstringData:\n  a:\n`;
    await pkg(ns, 'install', 's', makeChart([], { [file]: empty }));
  });
});

test('a rollback to a revision that helm failed to apply reports the error, and writes nothing', async () => {
  const ns = await namespace();
  const good = goChartOf([], { 'templates/secret.yaml': `${HEAD}stringData:\n  a: b\n` });
  await helm(ns, 'install', 'r', good);
  const bad = goChartOf([], { 'templates/secret.yaml': `${HEAD}data:\n  a: hunter2!\n` });
  expect((await helmOn(ns, ['upgrade', 'r', bad])).status).toBe(1);
  const said = await pkgFails(ns, 'PKG_OBJECT_INVALID', ['rollback', 'r', '2']);
  expect(said).toContain('data.a of Secret "db" is not base64');
  expect(said).not.toContain('hunter2');
  // Fields that are not checked may have any value.
  await pkg(ns, 'rollback', 'r', '1');
  await pkg(ns, 'uninstall', 'r');
});

/** What a webhook is asked about. */
type Review = { operation: string; object: JsonObject | null; oldObject: JsonObject | null };
/** Its answer: a denial as a `Status`, or what it answers instead of a review. */
type Verdict = { code: number; message: string; reason?: string } | { plain: string } | 'allow';

/** Asks a webhook of the test about every Secret `db` of a namespace, until the test is over. */
async function withWebhook(ns: string, judge: (review: Review) => Verdict): Promise<void> {
  const authority = await createAuthority();
  const { certificate: cert, key } = await authority.server(['127.0.0.1']);
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { request: review } = JSON.parse(Buffer.concat(chunks).toString()) as { request: Review & { uid: string } };
      const verdict = judge(review);
      if (verdict !== 'allow' && 'plain' in verdict) {
        response.writeHead(500).end(verdict.plain);
        return;
      }
      const answer = {
        uid: review.uid,
        allowed: verdict === 'allow',
        ...(verdict === 'allow' ? {} : { status: verdict }),
      };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  await admin().create(configurations, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: ns },
    webhooks: [
      {
        name: 'secrets.example.test',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        timeoutSeconds: 5,
        clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle: base64(authority.certificate) },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['secrets'], operations: ['*'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': ns } },
        matchConditions: [{ name: 'db', expression: "request.name == 'db'" }],
      },
    ],
  });
  onTestFinished(async () => {
    await admin().delete(`${configurations}/${ns}`);
    server.closeAllConnections();
    server.close();
  });
  // The API server reads its webhooks again every second or so.
  const probe = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' } };
  for (let tries = 0; tries < 100; tries++) {
    const { status } = await admin().request('POST', `/api/v1/namespaces/${ns}/secrets?dryRun=All`, probe);
    if (status >= 400) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the webhook is not asked');
}

/** The value that lives, and the one that is to be: with what JSON and Go quote, and letters of another script. */
const LIVE = 'Oqxzvk"Wjqxyk\\q\n<7>Zażółć';
const SENT = 'Nzqwvx"Kxwvqz\\z\n<9>Gęślą';

/**
 * How a webhook may say a value: of `data`, decoded, quoted by JSON or Go, as bytes, with all that stands around it.
 */
const SAYINGS: Readonly<Record<string, (object: JsonObject) => string>> = {
  encoded: ({ data }) => `password ${String((data as JsonObject)['password'])} is weak`,
  decoded: (object) => `password ${plainOf(object)} is weak`,
  quoted: (object) => `password ${JSON.stringify(plainOf(object))} is weak`,
  bytes: (object) => `map[password:[${[...Buffer.from(plainOf(object))].join(' ')}]] is weak`,
  whole: (object) => JSON.stringify(object),
  nested: (object) =>
    JSON.stringify({ said: JSON.stringify({ ...object, stringData: { password: plainOf(object) } }) }),
};

function plainOf({ data }: JsonObject): string {
  return Buffer.from(String((data as JsonObject)['password']), 'base64').toString();
}

/** All of a value that would tell somebody something: its words, plain, encoded and as bytes. */
const TELLING = [LIVE, SENT].flatMap((value) => [
  ...value.split(/[^A-Za-z]+/).filter((word) => word.length >= 4),
  base64(value).slice(4, 16),
  [...Buffer.from(value)].slice(2, 8).join(' '),
]);

/** The code of the answer with which a webhook denies. */
const DENIALS = [403, 422, 400, 409];

test('no value of a Secret that a webhook denies is printed or recorded', async () => {
  const ns = await namespace();
  const chart = (password: string): string =>
    chartOf([{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, stringData: { password } }]);
  await pkg(ns, 'install', 'r', chart(LIVE));
  let code = 403;
  let say = SAYINGS['encoded'] as (object: JsonObject) => string;
  await withWebhook(ns, ({ object, oldObject }) => {
    const said = [object, oldObject].filter((one) => one !== null && 'data' in one) as JsonObject[];
    return { code, message: `no: ${said.map((one) => say(one)).join('; ')}` };
  });
  const { length } = DENIALS;
  for (const [index, saying] of Object.values(SAYINGS).entries()) {
    say = saying;
    code = DENIALS[index % length] ?? 403;
    const runs = [
      await pkgOn(ns, ['upgrade', 'r', chart(SENT), '--debug']),
      await pkgOn(ns, ['upgrade', 'r', chart(SENT), '-o', 'json']),
      await pkgOn(ns, ['diff', 'upgrade', 'r', chart(SENT)]),
      await pkgOn(ns, ['uninstall', 'r', '--debug']),
      await pkgOn(ns, ['history', 'r', '-o', 'json']),
    ];
    // In a dry run a missing right is only a note.
    expect(runs.map(({ status }) => status)).toEqual([1, 1, code === 403 ? 0 : 1, 1, 0]);
    for (const { stdout, stderr } of runs) {
      for (const word of TELLING) expect(stdout + stderr).not.toContain(word);
    }
    for (const { stderr } of [runs[0], runs[3]] as { stderr: string }[])
      expect(stderr).toMatch(/denied the request: no|the server said/);
  }
});

test('nor is a value that a broken webhook returns', async () => {
  const ns = await namespace();
  let asked = 0;
  await withWebhook(ns, ({ object }) => {
    asked++;
    return { plain: object !== null && 'data' in object ? plainOf(object) : 'not yet' };
  });
  const made = [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, stringData: { password: SENT } }];
  const run = await pkgOn(ns, ['install', 'r', chartOf(made), '--debug', '--timeout', '4s']);
  expect([run.status, asked > 1]).toEqual([1, true]);
  const history = await pkgOn(ns, ['history', 'r', '-o', 'json']);
  for (const word of TELLING) expect(run.stderr + run.stdout + history.stdout).not.toContain(word);
});
