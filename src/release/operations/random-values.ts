/**
 * Which random values an operation renders with. The rule, which docs/releases.md states for users: a value that was
 * written once and lives is used again. That is what a revision has stored, the newest first; where other than that
 * lives in the release's objects, what lives, if another revision stored it or has it in its manifest; and where
 * nothing is stored, what lives in the same field, if such a call could have made it. Only what is in none of these
 * places is made anew.
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

/** Found values can lead to others: a password to the call that hashes it. Three steps of that are enough. */
const MOST_RENDERS = 4;
/** Shorter random values may stand in an object by chance. */
const SHORTEST = 8;
/** Keys that an error lists. */
const MOST_KEYS = 10;

/**
 * Renders for an operation with the random values of earlier revisions; warnings are reported.
 *
 * @param history all revisions of the release
 * @throws {PkgError} for the chart, and of the cluster
 */
export async function renderWithStoredValues(
  env: Env,
  input: Parameters<typeof renderFor>[1],
  revision: number,
  isInstall: boolean,
  history: readonly StoredRelease[],
): Promise<RenderedChart> {
  // Go templates have no stored values, as with Helm.
  const { native } = enginesOf(input.chart);
  const revisions = native ? history.map(({ release }) => release) : [];
  const stored = new StoredValues(await readStoredRevisions(env.cluster, revisions));
  const { rotate = [] } = input;
  const manifests = revisions.map(({ manifest }) => withoutSpace(manifest));
  // Helm stores nothing: what lives now may be of any revision.
  const isCertain = stored.newest === revisions.at(-1)?.version;
  const living = new Map<string, string>();
  const settled = new Set<string>();
  for (let renders = 1; ; renders++) {
    const rendered = await renderFor(env, input, revision, isInstall, { stored, rotate, living });
    const open = rendered.randomValues.filter(
      (value) =>
        value.reason !== 'rotated' &&
        !settled.has(callId(value)) &&
        !(isCertain && value.reason === undefined && value.candidates.length === 1),
    );
    const found = open.length === 0 ? [] : await findLiving(env, input, rendered, open, manifests);
    if (found.length === 0 || renders === MOST_RENDERS) {
      checkRotated(rotate, rendered.randomValues);
      for (const message of rendered.warnings) env.emit({ type: 'warning', message });
      return rendered;
    }
    for (const value of open) settled.add(callId(value));
    for (const [id, value] of found) living.set(id, value);
  }
}

/** A pattern that matches nothing is a misspelling: the value that was meant would stay as it is. */
function checkRotated(rotate: readonly string[], values: readonly RandomValue[]): void {
  const unknown = rotate.find((pattern) => !values.some(({ keys }) => matchesKey([pattern], keys)));
  if (unknown === undefined) return;
  const keys = values.flatMap((value) => value.keys);
  const near = nearest(unknown, keys);
  throw new PkgError('PKG_USAGE', `no random value of this chart has a key that matches ${printable(unknown)}`, {
    hints: [
      near === undefined
        ? keys.length === 0
          ? 'only random functions of native templates make values that are stored'
          : `its keys are ${printable(keys.slice(0, MOST_KEYS).join(', '), 1000)}${keys.length > MOST_KEYS ? ', …' : ''}`
        : `did you mean ${printable(near)}?`,
    ],
  });
}

/** What stands in the place of a part of a value. */
type Living = { part: string; text: string; inSecret: boolean };

/** The values that live where a render puts others. */
async function findLiving(
  { cluster }: Env,
  { name, namespace }: ChartOperation,
  rendered: RenderedChart,
  open: readonly RandomValue[],
  manifests: readonly string[],
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
    // A Secret is where such a value is at home: what a copy of it elsewhere says counts less.
    const inSecrets = found.filter(({ inSecret }) => inSecret);
    const value = livingValue(one, inSecrets.length > 0 ? inSecrets : found, manifests);
    return value === undefined || value === one.value ? [] : [[callId(one), value]];
  });
}

/** What lives in a field in place of the parts of a value: the text around must be the same. */
function livingIn(value: string, text: string, now: string, inSecret: boolean): Living[] {
  return Object.entries(partsOf(value)).flatMap(([part, own]) => {
    const [before = '', after = '', ...more] = text.split(own);
    if (own === '' || text === before || more.length > 0) return [];
    if (now.length < before.length + after.length || !now.startsWith(before) || !now.endsWith(after)) return [];
    return [{ part, text: now.slice(before.length, now.length - after.length), inSecret }];
  });
}

/** The value that all fields agree on, if it surely is one of this call. */
function livingValue(
  { candidates, form }: RandomValue,
  found: readonly Living[],
  manifests: readonly string[],
): string | undefined {
  if (found.length === 0) return undefined;
  const stored = candidates.find((one) => found.every(({ part, text }) => getOwn(partsOf(one), part) === text));
  if (stored !== undefined) return stored;
  const [{ text } = { text: '' }] = found;
  // Where the arguments of the call have changed, what lives is of another form.
  if (text.length < SHORTEST || form?.test(text) !== true || found.some((one) => one.text !== text)) return undefined;
  const written = [text, Buffer.from(text).toString('base64')].map((one) => withoutSpace(one));
  const isWritten = manifests.some((manifest) => written.some((one) => manifest.includes(one)));
  return candidates.length === 0 || isWritten ? text : undefined;
}

/** Manifests are YAML, which breaks and indents the lines of a text. */
function withoutSpace(text: string): string {
  return text.replaceAll(/\s+/g, '');
}

/**
 * A line for each field whose random value an install or an upgrade changes, and for each value that an upgrade makes
 * anew.
 */
export function notesOfRandomChanges(plan: Plan, { randomValues }: RenderedChart): string[] {
  const known = randomValues.map((value) => {
    const reason = reasonOf(value);
    const why = reason === undefined ? 'the stored value takes its place' : `it is made anew, since ${reason}`;
    return { keys: value.keys, value: value.value, reason, why };
  });
  const changes = randomChanges(plan, known);
  const told = new Set(changes.map(({ key }) => key));
  // Of a first install all values are new.
  const made =
    plan.revision === 1 ? [] : known.filter(({ reason, keys }) => reason !== undefined && !told.has(keys[0]));
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

/** A line for each field whose random value a plan changes, and the first key of the value. */
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
