/**
 * Chooses the random values that an operation renders with, so that passwords do not change from one revision to the
 * next (docs/releases.md states the rule for users). In this order:
 *
 * 1. The value that a revision has stored, the newest first. But if the live objects hold another value that a revision
 *    stored, or has in its manifest, that one: somebody has rolled back with Helm, which stores nothing.
 * 2. If nothing is stored, the value that lives in the same field, if the template's call could have generated it.
 * 3. A new value.
 */
import { describeRef, isSecretKind, refOf } from '../../cluster/cluster.ts';
import type { KubeObject } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { nearest } from '../../nearest.ts';
import { enginesOf } from '../../render/engines.ts';
import { callId, matchesKey, StoredValues } from '../../render/random-values.ts';
import type { RandomValue } from '../../render/random-values.ts';
import type { RenderedChart } from '../../render/render-chart.ts';
import { getOwn, isJsonObject } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';
import { normalizeObjects, ownershipOf } from '../plan-normal.ts';
import type { Plan } from '../plan.ts';
import type { StoredRelease } from '../store.ts';
import { readStoredRevisions } from '../stored-values.ts';
import type { ChartOperation, Env } from './env.ts';
import { renderFor } from './prepare.ts';

/**
 * A value that is found can be the argument of another call, such as the hash of a password. Three such steps suffice.
 */
const MAX_RENDERS = 4;
/** Shorter values may occur in a text by chance. */
const SHORTEST = 8;
/** The most keys that an error lists. */
const MAX_KEYS = 10;

/**
 * Renders for an operation with the random values of earlier revisions; warnings are reported.
 *
 * @param history all earlier revisions of the release
 * @param revision the number of the revision that is rendered, and whether an install makes it
 * @throws {PkgError} for the chart, and of the cluster
 */
export async function renderWithStoredValues(
  env: Env,
  input: Parameters<typeof renderFor>[1],
  history: readonly StoredRelease[],
  { version, isInstall }: { version: number; isInstall: boolean },
): Promise<RenderedChart> {
  // Random functions of Go templates store nothing, as in Helm.
  const { native } = enginesOf(input.chart);
  const revisions = native ? history.map(({ release }) => release) : [];
  const [read, capabilities] = await Promise.all([
    readStoredRevisions(env.cluster, revisions),
    env.capabilities ?? env.cluster.capabilities(),
  ]);
  const stored = new StoredValues(read);
  const { rotate = [] } = input;
  const manifests = revisions.map(({ manifest }) => withoutSpace(manifest));
  // If the newest revision stored nothing, Helm wrote it, and the live values may be those of any revision.
  const isCertain = stored.newest === revisions.at(-1)?.version;
  const living = new Map<string, string>();
  const settled = new Set<string>();
  for (let renders = 1; ; renders++) {
    const random = { stored, rotate, living };
    const rendered = await renderFor(env, input, { capabilities, revision: version, isInstall, random });
    const open = rendered.randomValues.filter(
      (value) =>
        value.reason !== 'rotated' &&
        !settled.has(callId(value)) &&
        !(isCertain && value.reason === undefined && value.candidates.length === 1),
    );
    const found = open.length === 0 ? [] : await findLiving(env, input, rendered, open, { stored, manifests });
    if (found.length === 0 || renders === MAX_RENDERS) {
      checkRotated(rotate, rendered.randomValues);
      for (const message of rendered.warnings) env.emit({ type: 'warning', message });
      return rendered;
    }
    for (const value of open) settled.add(callId(value));
    for (const [id, value] of found) living.set(id, value);
  }
}

/** Refuses a pattern of `--rotate` that matches no key: it is misspelled, and the value would silently stay. */
function checkRotated(rotate: readonly string[], values: readonly RandomValue[]): void {
  const keys = values.flatMap((value) => [...value.keys, ...value.also]);
  const unknown = rotate.find((pattern) => !matchesKey([pattern], keys));
  if (unknown === undefined) return;
  const near = nearest(unknown, keys);
  throw new PkgError('PKG_USAGE', `no random value of this chart has a key that matches ${printable(unknown)}`, {
    hints: [
      near === undefined
        ? keys.length === 0
          ? 'only random functions of native templates make values that are stored'
          : `its keys are ${printable(keys.slice(0, MAX_KEYS).join(', '), 1000)}${keys.length > MAX_KEYS ? ', …' : ''}`
        : `did you mean ${printable(near)}?`,
    ],
  });
}

/** What the revisions of the release have: stored values, and manifests without white space. */
type Known = { stored: StoredValues; manifests: readonly string[] };

/** The live text in the place of one part of a random value. */
type Living = { part: string; text: string; inSecret: boolean };

/** Finds live values in the fields where a render puts newly generated ones. */
async function findLiving(
  { cluster }: Env,
  { name, namespace }: ChartOperation,
  rendered: RenderedChart,
  open: readonly RandomValue[],
  known: Known,
): Promise<[id: string, value: string][]> {
  const { objects } = await normalizeObjects(rendered.objects, {
    namespace,
    scopeOf: (apiVersion, kind, crds) => cluster.scope(apiVersion, kind, crds),
    crds: [],
  });
  const holding = objects
    .map((object) => ({ object, fields: [...textsIn(object)] }))
    .filter(({ fields }) => fields.some(({ text }) => open.some(({ value }) => holds(text, value))));
  const live = await cluster.getMany(holding.map(({ object }) => refOf(object)));
  const pairs = holding.flatMap(({ object, fields }, index) => {
    const at = live[index];
    if (at === undefined || ownershipOf(at, name, namespace).owner !== 'us') return [];
    const lives = new Map([...textsIn(at)].map(({ path, text }) => [path.join('\0'), text]));
    return fields.flatMap(({ path, text }) => {
      const now = lives.get(path.join('\0'));
      return now === undefined ? [] : [{ inSecret: isSecretKind(object.apiVersion, object.kind), text, now }];
    });
  });
  return open.flatMap((one): [string, string][] => {
    const found = pairs.flatMap(({ inSecret, text, now }) => livingIn(one.value, text, now, inSecret));
    // What Secrets hold counts before copies in other objects.
    const inSecrets = found.filter(({ inSecret }) => inSecret);
    const value = livingValue(one, inSecrets.length > 0 ? inSecrets : found, known);
    return value === undefined || value === one.value ? [] : [[callId(one), value]];
  });
}

/** The live texts in place of the parts of a value within one field; the text around them must be the same. */
function livingIn(value: string, text: string, now: string, inSecret: boolean): Living[] {
  return Object.entries(partsOf(value)).flatMap(([part, own]) => {
    const [before = '', after = '', ...more] = text.split(own);
    if (own === '' || text === before || more.length > 0) return [];
    if (now.length < before.length + after.length || !now.startsWith(before) || !now.endsWith(after)) return [];
    return [{ part, text: now.slice(before.length, now.length - after.length), inSecret }];
  });
}

/** The value that all fields hold, if it is a stored one, or has the form that the call generates. */
function livingValue(
  { candidates, form }: RandomValue,
  found: readonly Living[],
  { stored, manifests }: Known,
): string | undefined {
  if (found.length === 0) return undefined;
  const candidate = candidates.find((one) => found.every(({ part, text }) => getOwn(partsOf(one), part) === text));
  if (candidate !== undefined) return candidate;
  const [{ text } = { text: '' }] = found;
  // A value of another form was generated with other arguments, such as another length.
  if (text.length < SHORTEST || form?.test(text) !== true || found.some((one) => one.text !== text)) return undefined;
  // A stored value has keys: those of this call are not among them, as where another user took the place of the first.
  if (stored.has(text)) return undefined;
  const written = [text, Buffer.from(text).toString('base64')].map((one) => withoutSpace(one));
  const isWritten = manifests.some((manifest) => written.some((one) => manifest.includes(one)));
  return candidates.length === 0 || isWritten ? text : undefined;
}

/** A text without white space, for comparing with YAML, which breaks and indents long lines. */
function withoutSpace(text: string): string {
  return text.replaceAll(/\s+/g, '');
}

/**
 * Notes for the plan: one for each field whose random value changes, one for each value that an upgrade generates anew.
 */
export function notesOfRandomChanges(plan: Plan, { randomValues }: RenderedChart): string[] {
  const known = randomValues.map((value) => {
    const reason = reasonOf(value);
    const why = reason === undefined ? 'the stored value takes its place' : `it is made anew, since ${reason}`;
    return { keys: value.keys, value: value.value, reason, why };
  });
  const changes = randomChanges(plan, known);
  const reported = new Set(changes.map(({ key }) => key));
  // In a first revision all values are new, which needs no note.
  const made =
    plan.revision === 1 ? [] : known.filter(({ reason, keys }) => reason !== undefined && !reported.has(keys[0]));
  return [
    ...changes.map(({ line }) => line),
    ...made.map(({ keys: [key = ''], reason }) => `the random value ${printable(key, 500)} is made anew: ${reason}`),
  ];
}

function reasonOf({ reason, call }: RandomValue): string | undefined {
  switch (reason) {
    case 'rotated':
      return '--rotate asks for it';
    case 'arguments':
      return `the arguments of ${call} have changed`;
    case 'function':
      return `another function than ${call} made the stored one`;
    case 'missing':
      return 'no revision has stored it';
    case undefined:
      return undefined;
  }
}

/** A note for each field whose random value a plan changes, with the first key of the value. */
export function randomChanges(
  plan: Plan,
  values: readonly { keys: readonly string[]; value: string; why: string }[],
): { key: string | undefined; line: string }[] {
  return plan.steps.flatMap(({ ref, changes, desired }) => {
    const isData = desired !== undefined && isSecretKind(desired.apiVersion, desired.kind);
    return changes.flatMap(({ path, before, after }) => {
      const texts = [before, after].map((value) => (isData && path[0] === 'data' ? decoded(value) : value));
      const [old, text] = texts;
      if (typeof old !== 'string' || typeof text !== 'string') return [];
      const found = values.find(({ value }) => holds(text, value) && !holds(old, value));
      if (found === undefined) return [];
      const where = printable(`${path.join('.')} of ${describeRef(ref)}`, 500);
      return [{ key: found.keys[0], line: `the random value in ${where} changes: ${found.why}` }];
    });
  });
}

/** Does a text hold a random value, or one of its parts? */
function holds(text: string, value: string): boolean {
  return Object.values(partsOf(value)).some(
    (part) => text === part || (part.length >= SHORTEST && text.includes(part)),
  );
}

/** A certificate and its key are one value of two parts; any other value is its own part. */
function partsOf(value: string): Record<string, string> {
  if (!value.startsWith('{"')) return { '': value };
  try {
    return JSON.parse(value) as Record<string, string>;
  } catch {
    // A random text may begin in any way.
    return { '': value };
  }
}

/** The texts of an object, those of a Secret's `data` decoded. */
function* textsIn(object: KubeObject): Generator<{ path: string[]; text: string }> {
  const secret = isSecretKind(object.apiVersion, object.kind);
  for (const { path, text } of textsOf(object, [])) {
    yield { path, text: secret && path[0] === 'data' ? decoded(text) : text };
  }
}

function* textsOf(value: Json, path: string[]): Generator<{ path: string[]; text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* textsOf(item, [...path, String(index)]);
  else if (isJsonObject(value)) for (const [key, item] of Object.entries(value)) yield* textsOf(item, [...path, key]);
}

function decoded<T extends Json | undefined>(value: T): T extends string ? string : T {
  return (typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value) as never;
}
