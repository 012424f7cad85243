/** Stored random values: a value that was written to the cluster is used again, after any sequence of operations. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { access, admin, helmOn, namespace, pkgOn, test } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import { chartOf, helm, pkg, pkgFails, statuses, withoutProgress } from './support.ts';

const secret = (name: string, data: string, metadata = ''): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n${metadata}stringData:\n${data.replaceAll(/^(?=.)/gm, '  ')}`;

/** The first password of each chart of these tests, and a second that comes later. */
const DB = secret('db', 'password: {{randAlphaNum 24}}\nurl: "user:{{randAlpha 12}}@host"\n');
const CACHE = secret('cache', 'password: {{randAlphaNum 24}}\n');
const KEPT = secret('db', 'password: {{randAlphaNum 24}}\n', '  annotations:\n    helm.sh/resource-policy: keep\n');
/** No node takes its pod: waiting for it ends with the time. */
const STUCK = `apiVersion: v1\nkind: Pod\nmetadata:\n  name: stuck\nspec:\n  nodeSelector: {a: b}\n  containers: [{name: m, image: "example.test/m:1"}]\n`;

function chart(files: Record<string, string>): string {
  return chartOf(
    [],
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`templates/${name}.yaml.hbs`, text])),
  );
}

/** The values of a Secret, decoded. */
async function dataOf(ns: string, name: string): Promise<Record<string, string>> {
  const { data } = await admin().get(`/api/v1/namespaces/${ns}/secrets/${name}`);
  return Object.fromEntries(
    Object.entries(data as Record<string, string>).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]),
  );
}

test('after a rollback by helm the next upgrade keeps the live value', async () => {
  const ns = await namespace();
  const one = chart({ db: DB });
  await pkg(ns, 'install', 'r', one);
  const first = await dataOf(ns, 'db');
  const more = await pkgOn(ns, ['upgrade', 'r', chart({ db: DB, cache: CACHE })]);
  expect(more.stderr).toBe(
    'note: the random value Secret/cache:data.password is made anew: no revision has stored it\n',
  );
  expect(await dataOf(ns, 'db')).toEqual(first);
  const cache = await dataOf(ns, 'cache');
  await helm(ns, 'rollback', 'r', '1');
  await pkg(ns, 'upgrade', 'r', one);
  expect(await dataOf(ns, 'db')).toEqual(first);
  await helm(ns, 'rollback', 'r', '2');
  await pkg(ns, 'upgrade', 'r', chart({ db: DB, cache: CACHE }));
  expect(await dataOf(ns, 'db')).toEqual(first);
  expect(await dataOf(ns, 'cache')).toEqual(cache);
});

test('template --is-upgrade shows the stored values', async () => {
  const ns = await namespace();
  const args = ['r', chart({ db: DB })];
  await pkg(ns, 'install', ...args);
  const { password = '' } = await dataOf(ns, 'db');
  for (let round = 0; round < 2; round++) {
    // Where another password lives, that of the record counts, as in an upgrade.
    expect(await pkg(ns, 'template', ...args, '--dry-run=server', '--is-upgrade')).toContain(`password: ${password}\n`);
    const other = { stringData: { password: 'set by somebody else' } };
    await admin().request('PATCH', `/api/v1/namespaces/${ns}/secrets/db`, other, 'application/merge-patch+json');
  }
  expect(await statuses(ns, 'r')).toEqual(['deployed']);
});

test('the password of an upgrade that failed while waiting is used by the next one', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', chart({ db: DB }));
  await pkgFails(ns, 'PKG_', [
    'upgrade',
    'r',
    chart({ db: DB, cache: CACHE, stuck: STUCK }),
    '--wait',
    '--timeout',
    '3s',
  ]);
  const cache = await dataOf(ns, 'cache');
  await pkg(ns, 'upgrade', 'r', chart({ db: DB, cache: CACHE }));
  expect(await dataOf(ns, 'cache')).toEqual(cache);
  expect(await statuses(ns, 'r')).toEqual(['superseded', 'failed', 'deployed']);
});

test('an install that was killed and is repeated uses the stored password', async () => {
  const ns = await namespace();
  const both = chart({ db: DB, later: CACHE, last: STUCK });
  let kill: (() => void) | undefined;
  const proxy = await startProxy({
    upstream: access(),
    fault: async ({ method, path, query }) => {
      if (method !== 'PATCH' || !path.endsWith('/pods/stuck') || query.has('dryRun')) return undefined;
      kill?.();
      return 'hang';
    },
  });
  try {
    const { status } = await pkgOn(ns, ['install', 'r', both], {
      kubeconfig: proxy.kubeconfig,
      onStart: (send) => (kill = () => send('SIGKILL')),
    });
    expect(status).toBe(null);
    const before = [await dataOf(ns, 'db'), await dataOf(ns, 'cache')];
    expect((await pkgOn(ns, ['upgrade', '--install', 'r', both, '--take-over'])).status).toBe(0);
    expect([await dataOf(ns, 'db'), await dataOf(ns, 'cache')]).toEqual(before);
  } finally {
    await proxy.close();
  }
});

test('after uninstall --keep-history the old password is used again', async () => {
  const ns = await namespace();
  const one = chart({ db: DB });
  await pkg(ns, 'install', 'r', one);
  const first = await dataOf(ns, 'db');
  await pkg(ns, 'uninstall', 'r', '--keep-history');
  await pkg(ns, 'install', 'r', one, '--replace');
  expect(await dataOf(ns, 'db')).toEqual(first);
  await helm(ns, 'uninstall', 'r', '--keep-history');
  await pkg(ns, 'upgrade', '--install', 'r', one);
  expect(await dataOf(ns, 'db')).toEqual(first);
});

test('without a stored value the live one in the same field is used: in a kept Secret, and after helm', async () => {
  const ns = await namespace();
  const kept = chart({ db: KEPT });
  await pkg(ns, 'install', 'r', kept);
  const first = await dataOf(ns, 'db');
  await pkg(ns, 'uninstall', 'r');
  await pkg(ns, 'install', 'r', kept);
  expect(await dataOf(ns, 'db')).toEqual(first);
  await pkg(ns, 'install', 's', chart({ one: DB.replace('name: db', 'name: other') }));
  const other = await dataOf(ns, 'other');
  await admin().delete(`/api/v1/namespaces/${ns}/secrets/pkg.v1.s.v1`);
  await pkg(ns, 'upgrade', 's', chart({ two: DB.replace('name: db', 'name: other') }));
  expect(await dataOf(ns, 'other')).toEqual(other);
});

test('of several stored values the live one is used', async () => {
  const ns = await namespace();
  const one = chart({ db: DB });
  await pkg(ns, 'install', 'r', one);
  const first = await dataOf(ns, 'db');
  await pkg(ns, 'upgrade', 'r', one, '--set', 'a=b');
  // As the first versions of pkg wrote it: another word, names from the template, and another value.
  const path = `/api/v1/namespaces/${ns}/secrets/pkg.v1.r.v2`;
  const { metadata } = await admin().get(path);
  const earlier = {
    'made/templates/db.yaml.hbs>randAlphaNum(24)': 'another-value',
    'made/templates/db.yaml.hbs>randAlpha(12)': first['url']?.slice('user:'.length, -'@host'.length),
  };
  await admin().delete(path);
  await admin().create(`/api/v1/namespaces/${ns}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubepkg.dev/keepsakes.v1',
    metadata: { name: 'pkg.v1.r.v2', ownerReferences: metadata.ownerReferences },
    data: { keepsakes: Buffer.from(JSON.stringify(earlier)).toString('base64') },
  });
  expect(await pkg(ns, 'get', 'stored', 'r')).toContain('made/templates/db.yaml.hbs>randAlphaNum');
  await pkg(ns, 'upgrade', 'r', one, '--set', 'a=c');
  expect(await dataOf(ns, 'db')).toEqual(first);
  await admin().delete(`/api/v1/namespaces/${ns}/secrets/db`);
  await admin().delete(`/api/v1/namespaces/${ns}/secrets/pkg.v1.r.v1`);
  await admin().delete(`/api/v1/namespaces/${ns}/secrets/pkg.v1.r.v3`);
  await pkg(ns, 'upgrade', 'r', one, '--set', 'a=d');
  expect(await dataOf(ns, 'db')).toEqual({ ...first, password: 'another-value' });
});

test('a value that helm restored from an older manifest is used, not the one that was stored later', async () => {
  const ns = await namespace();
  const one = chart({ db: DB });
  await pkg(ns, 'install', 'r', one);
  const first = await dataOf(ns, 'db');
  // Everything that stores the first values is removed, except the manifest.
  await admin().delete(`/api/v1/namespaces/${ns}/secrets/pkg.v1.r.v1`);
  await admin().delete(`/api/v1/namespaces/${ns}/secrets/db`);
  expect((await pkgOn(ns, ['upgrade', 'r', one, '--set', 'a=b'])).status).toBe(0);
  const second = await dataOf(ns, 'db');
  expect(second['password']).not.toBe(first['password']);
  await helm(ns, 'rollback', 'r', '1');
  expect(await dataOf(ns, 'db')).toEqual(first);
  await pkg(ns, 'upgrade', 'r', one, '--set', 'a=c');
  expect(await dataOf(ns, 'db')).toEqual(first);
  const back = await pkgOn(ns, ['rollback', 'r', '2']);
  expect(back.stderr).toContain('changes: revision 2 has another');
  await pkg(ns, 'upgrade', 'r', one, '--set', 'a=d');
  expect(await dataOf(ns, 'db')).toEqual(second);
});

test('of several stored certificates the live one is used', async () => {
  const ns = await namespace();
  const tls = (days: number): string =>
    chart({
      tls: `{{#with (genCA "ca" ${days}) as |ca|}}\n${secret('tls', 'cert: "{{ca.Cert}}"\nkey: "{{ca.Key}}"\n')}{{/with}}\n`,
    });
  await pkg(ns, 'install', 'r', tls(30));
  const first = await dataOf(ns, 'tls');
  expect(first['key']).toContain('PRIVATE KEY');
  const said = await pkgOn(ns, ['upgrade', 'r', tls(60)]);
  expect(said.stderr).toContain('the random value in data.cert of Secret "tls" changes');
  const second = await dataOf(ns, 'tls');
  expect(second['cert']).not.toBe(first['cert']);
  await helm(ns, 'rollback', 'r', '1');
  // Another call than that which made what lives: its own value comes, and the plan says so.
  expect((await pkgOn(ns, ['upgrade', 'r', tls(60)])).stderr).toContain('the stored value takes its place');
  expect(await dataOf(ns, 'tls')).toEqual(second);
  await helm(ns, 'rollback', 'r', '1');
  await pkg(ns, 'upgrade', 'r', tls(30));
  expect(await dataOf(ns, 'tls')).toEqual(first);
});

test('the plan has a line for a random value that changes, without the value', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', chart({ db: DB }));
  const longer = chart({ db: DB.replace('randAlphaNum 24', 'randAlphaNum 30') });
  const first = await dataOf(ns, 'db');
  const { stderr, stdout } = await pkgOn(ns, ['diff', 'upgrade', 'r', longer]);
  const line =
    'the random value in data.password of Secret "db" changes: it is made anew, since the arguments of randAlphaNum have changed';
  expect(stderr + stdout).toContain(line);
  const run = await pkgOn(ns, ['upgrade', 'r', longer]);
  expect(run.stderr).toContain(line);
  const second = await dataOf(ns, 'db');
  expect(second['url']).toBe(first['url']);
  expect(second['password']).toHaveLength(30);
  const back = await pkgOn(ns, ['rollback', 'r', '1']);
  expect(back.stderr).toContain('the random value in data.password of Secret "db" changes: revision 1 has another');
  expect(await dataOf(ns, 'db')).toEqual(first);
  // A revision of Helm's has nothing stored, and its manifest has the values nevertheless.
  await helm(ns, 'rollback', 'r', '2');
  const again = await pkgOn(ns, ['rollback', 'r', '3']);
  expect(again.stderr).toContain('the random value in data.password of Secret "db" changes: revision 3 has another');
  for (const { stdout: out, stderr: err } of [run, back, again]) {
    for (const value of [first['password'], second['password']]) expect(out + err).not.toContain(value);
  }
});

test('stored values that cannot be read stop the upgrade', async () => {
  const ns = await namespace();
  const one = chart({ db: DB });
  await pkg(ns, 'install', 'r', one);
  const path = `/api/v1/namespaces/${ns}/secrets/pkg.v1.r.v1`;
  const { metadata } = await admin().get(path);
  for (const data of [
    {},
    { values: Buffer.from('{').toString('base64') },
    { values: Buffer.from('[]').toString('base64') },
    { values: Buffer.from('{}').toString('base64'), keyed: Buffer.from('{}').toString('base64') },
    { values: Buffer.from('{}').toString('base64'), keyed: Buffer.from('[{"keys":["a"]}]').toString('base64') },
  ]) {
    await admin().delete(path);
    await admin().create(`/api/v1/namespaces/${ns}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pkg.v1.r.v1', ownerReferences: metadata.ownerReferences },
      data,
    });
    const said = await pkgFails(ns, 'PKG_RECORD_CORRUPT', ['upgrade', 'r', one]);
    expect(said).toContain(`delete secret pkg.v1.r.v1`);
  }
});

const USERS = secret(
  'users',
  '{{#each values.users}}\n{{this}}: {{randAlphaNum 16}}\n{{/each}}\nroot: {{randAlphaNum 16 key="root"}}\n',
);

test('an operation that another one was faster than has notes on its second plan only', async () => {
  const ns = await namespace();
  // A certificate has no form by which the live one could be found.
  const tls = `{{#with (genCA "ca" 9) as |ca|}}\n${secret('tls', 'key: {{ca.Key}}\n')}{{/with}}\n`;
  const one = chart({ tls });
  let isRead = false;
  let other: Promise<unknown> | undefined;
  const proxy = await startProxy({
    upstream: access(),
    fault: async ({ method, path, query }) => {
      // The other one installs between the read of the history and that of the objects.
      if (isRead && path.endsWith('/secrets/tls')) await (other ??= pkg(ns, 'install', 'r', one));
      isRead ||= method === 'GET' && path.endsWith('/secrets') && query.has('labelSelector');
      return undefined;
    },
  });
  try {
    const args = ['upgrade', '--install', 'r', one, '--set', 'a=b', '--lock-timeout', '30s'];
    const { status, stderr } = await pkgOn(ns, args, { kubeconfig: proxy.kubeconfig });
    expect(other).toBeDefined();
    expect([status, withoutProgress(stderr)]).toEqual([0, '']);
    expect(await statuses(ns, 'r')).toEqual(['superseded', 'deployed']);
  } finally {
    await proxy.close();
  }
});

test('a user in the place of another one gets a password of its own', async () => {
  const ns = await namespace();
  const users = secret(
    'users',
    'all: |\n  {{#each values.users}}\n  {{this}}={{randAlphaNum 16 key=(printf "of-%s" this)}}\n  {{/each}}\n' +
      'first: {{randAlphaNum 16 key=(printf "first-%s" (first values.users))}}\n',
  );
  const sum = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: sum\ndata:\n  sum: {{sha256sum (include "users.yaml")}}\n`;
  const upgrade = async (names: string): Promise<Record<string, string>> => {
    expect(
      (await pkgOn(ns, ['upgrade', '--install', 'r', chart({ users, sum }), '--set', `users={${names}}`])).status,
    ).toBe(0);
    const { all = '', first = '' } = await dataOf(ns, 'users');
    return { first, ...Object.fromEntries(all.split('\n').map((line) => line.split('='))) };
  };
  const one = await upgrade('ann,bob');
  const two = await upgrade('cid,ann,bob');
  expect(two).toMatchObject({ ann: one['ann'], bob: one['bob'] });
  const three = await upgrade('dan,ann,bob');
  expect(three).toMatchObject({ ann: one['ann'], bob: one['bob'] });
  expect(new Set([one, two, three].flatMap((all) => [all['first'], all['cid'], all['dan'], all['ann']])).size).toBe(7);
});

test('edits of a chart change no other value, and --rotate changes the named one', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', chart({ users: USERS }), '--set', 'users={a,b}');
  const first = await dataOf(ns, 'users');
  const edited = chart({
    accounts: `{{! another call, file and order }}\n${USERS.replace('{{#each', 'more: {{randAlphaNum 16}}\n{{#each')}`,
  });
  const said = await pkgOn(ns, ['upgrade', 'r', edited, '--set', 'users={c,b,a}']);
  expect(said.stderr).toContain('the random value Secret/users:data.c is made anew: no revision has stored it');
  expect(said.stderr).not.toContain('Secret/users:data.a');
  expect(await dataOf(ns, 'users')).toMatchObject(first);

  const listed = await pkg(ns, 'get', 'stored', 'r');
  const rows = listed
    .trimEnd()
    .split('\n')
    .map((row) => row.trimEnd().split(/\s+/));
  expect(rows).toEqual([
    ['KEY', 'FUNCTION', 'REVISION', 'ALSO'],
    ['Secret/users:data.a', 'randAlphaNum', '2'],
    ['Secret/users:data.b', 'randAlphaNum', '2'],
    ['Secret/users:data.c', 'randAlphaNum', '2'],
    ['Secret/users:data.more', 'randAlphaNum', '2'],
    ['root', 'randAlphaNum', '2', 'Secret/users:data.root'],
  ]);
  const json = await pkg(ns, 'get', 'stored', 'r', '-o', 'json', '--revision', '1');
  expect((JSON.parse(json) as { keys: string[] }[]).map(({ keys }) => keys.at(-1))).toEqual([
    'Secret/users:data.a',
    'Secret/users:data.b',
    'Secret/users:data.root',
  ]);
  for (const value of Object.values(await dataOf(ns, 'users'))) expect(listed + json).not.toContain(value);

  const before = await dataOf(ns, 'users');
  const args = ['r', edited, '--set', 'users={c,b,a}', '--rotate', 'root', '--rotate', '*.b'];
  const plan = await pkgOn(ns, ['diff', 'upgrade', ...args]);
  expect(plan.stdout + plan.stderr).toContain(
    'the random value in data.b of Secret "users" changes: it is made anew, since --rotate asks for it',
  );
  expect(await dataOf(ns, 'users')).toEqual(before);
  expect((await pkgOn(ns, ['upgrade', ...args])).status).toBe(0);
  const rotated = await dataOf(ns, 'users');
  expect(Object.keys(rotated).filter((name) => rotated[name] !== before[name])).toEqual(['b', 'root']);
  await pkg(ns, 'upgrade', 'r', edited, '--set', 'users={c,b,a}');
  expect(await dataOf(ns, 'users')).toEqual(rotated);
  await pkgFails(ns, 'PKG_USAGE', ['upgrade', 'r', edited, '--set', 'users={c,b,a}', '--rotate', 'rot']);
  expect(await statuses(ns, 'r')).toEqual(['superseded', 'superseded', 'superseded', 'deployed']);
});

test('values that an earlier version of pkg stored get keys at the next upgrade', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', chart({ db: DB, cache: CACHE }));
  const now = async (): Promise<Record<string, string | undefined>> => ({
    ...(await dataOf(ns, 'db')),
    cache: (await dataOf(ns, 'cache'))['password'],
  });
  const first = await now();
  const path = `/api/v1/namespaces/${ns}/secrets/pkg.v1.r.v1`;
  const { metadata } = await admin().get(path);
  await admin().delete(path);
  const earlier = {
    'made/templates/db.yaml.hbs>randAlphaNum(24)': first['password'],
    'made/templates/db.yaml.hbs>randAlpha(12)': first['url']?.slice('user:'.length, -'@host'.length),
    'made/templates/cache.yaml.hbs>randAlphaNum(24)': first['cache'],
  };
  await admin().create(`/api/v1/namespaces/${ns}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubepkg.dev/stored-values.v1',
    metadata: { name: 'pkg.v1.r.v1', ownerReferences: metadata.ownerReferences },
    data: { values: Buffer.from(JSON.stringify(earlier)).toString('base64') },
  });
  // There is no live object with the value.
  await admin().delete(`/api/v1/namespaces/${ns}/secrets/db`);
  await pkg(ns, 'upgrade', 'r', chart({ db: DB, cache: CACHE }));
  expect(await now()).toEqual(first);
  await admin().delete(path);
  await pkg(ns, 'upgrade', 'r', chart({ moved: `${CACHE}---\n${DB}` }));
  expect(await now()).toEqual(first);
});

type Operation =
  | { what: 'upgrade' | 'fail' | 'kill'; both: boolean; at: number }
  | { what: 'helm rollback' | 'pkg rollback'; back: number }
  | { what: 'uninstall and install'; both: boolean };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    what: fc.constantFrom('upgrade', 'fail', 'kill'),
    both: fc.boolean(),
    at: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ what: fc.constantFrom('helm rollback', 'pkg rollback'), back: fc.nat(5) }),
  fc.record({ what: fc.constant('uninstall and install' as const), both: fc.boolean() }),
);

test('a password stays the same through any sequence of operations', async () => {
  const [alone, both] = [chart({ db: DB }), chart({ db: DB, cache: CACHE })];
  const stuck = [chart({ db: DB, stuck: STUCK }), chart({ db: DB, cache: CACHE, stuck: STUCK })] as const;
  let kill: (() => void) | undefined;
  let left = 0;
  const proxy = await startProxy({
    upstream: access(),
    fault: ({ method, query }) => {
      if (method === 'GET' || query.has('dryRun') || --left > 0) return undefined;
      kill?.();
      return 'hang';
    },
  });
  const run = async (ns: string, one: Operation): Promise<void> => {
    switch (one.what) {
      case 'upgrade':
        expect((await pkgOn(ns, ['upgrade', 'r', one.both ? both : alone])).status).toBe(0);
        return;
      case 'fail': {
        const args = ['upgrade', 'r', stuck[one.both ? 1 : 0], '--wait', '--timeout', '2s'];
        expect((await pkgOn(ns, args)).status).toBe(1);
        return;
      }
      case 'kill': {
        left = one.at;
        const onStart = (send: (signal: NodeJS.Signals) => void): void => void (kill = () => send('SIGKILL'));
        await pkgOn(ns, ['upgrade', 'r', one.both ? both : alone], { kubeconfig: proxy.kubeconfig, onStart });
        return;
      }
      case 'uninstall and install':
        await pkgOn(ns, ['uninstall', 'r', '--keep-history']);
        expect((await pkgOn(ns, ['upgrade', '--install', 'r', one.both ? both : alone])).status).toBe(0);
        return;
      default: {
        const { items } = await admin().get(`/api/v1/namespaces/${ns}/secrets?labelSelector=owner%3Dhelm`);
        const last = Math.max(
          ...(items as { metadata: { labels: { version: string } } }[]).map((i) => Number(i.metadata.labels.version)),
        );
        const to = String(Math.max(1, last - one.back));
        // Helm refuses while a killed operation is pending: that changes nothing.
        if (one.what === 'helm rollback') await helmOn(ns, ['rollback', 'r', to]);
        else expect((await pkgOn(ns, ['rollback', 'r', to])).status).toBe(0);
      }
    }
  };
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 4, maxLength: 6 }), async (operations) => {
        const ns = await namespace();
        const known = new Map<string, Record<string, string>>();
        await pkg(ns, 'install', 'r', alone);
        for (const one of [...operations, { what: 'upgrade', both: true, at: 0 } as const]) {
          await run(ns, one);
          for (const name of ['db', 'cache']) {
            const { status } = await admin().request('GET', `/api/v1/namespaces/${ns}/secrets/${name}`);
            if (status === 404) continue;
            const data = await dataOf(ns, name);
            expect({ name, after: one, data }).toEqual({ name, after: one, data: known.get(name) ?? data });
            known.set(name, data);
          }
        }
      }),
      { numRuns: 6 },
    );
  } finally {
    await proxy.close();
  }
});
