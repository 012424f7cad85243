/**
 * Which random values an operation renders with. The rule, which docs/releases.md states for users: a value that any
 * revision has stored is used again, that of the newest revision first; where revisions stored different ones, the one
 * that lives in the release's objects; where none did, what lives there in the same field, if it has the form of such
 * a value. Only what is in none of these places is made anew.
 */
import { describeRef, groupOf, refOf } from '../../cluster/cluster.ts';
import type { KubeObject } from '../../cluster/cluster.ts';
import { printable } from '../../errors-text.ts';
import { enginesOf } from '../../render/engines.ts';
import type { RenderedChart } from '../../render/render-chart.ts';
import { getOwn, isJsonObject } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';
import { normalizeObjects, ownershipOf } from '../plan-normal.ts';
import type { Plan } from '../plan.ts';
import type { StoredRelease } from '../store.ts';
import { readStoredValues } from '../stored-values.ts';
import type { ChartOperation, Env } from './env.ts';
import { renderFor } from './prepare.ts';

/** Found values can lead to others: a password to the call that hashes it. Three steps of that are enough. */
const MOST_RENDERS = 4;
/** Shorter random values may stand in an object by chance. */
const SHORTEST = 8;

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
  const stored = await readStoredValues(env.cluster, revisions);
  const chosen = new Map([...stored].map(([identity, [newest = '']]) => [identity, newest]));
  const settled = new Set<string>();
  for (let renders = 1; ; renders++) {
    const rendered = await renderFor(env, input, revision, isInstall, chosen);
    const open = [...openValues(rendered, stored)].filter(({ identity }) => !settled.has(identity));
    const living = open.length === 0 ? [] : await findLiving(env, input, rendered, open);
    if (living.length === 0 || renders === MOST_RENDERS) {
      for (const message of rendered.warnings) env.emit({ type: 'warning', message });
      return rendered;
    }
    for (const { identity } of open) settled.add(identity);
    for (const [identity, value] of living) chosen.set(identity, value);
  }
}

/** A value of a render that may have to be another: one of `candidates`, or any of this form. */
type OpenValue = { identity: string; value: string } & (
  | { candidates: readonly string[]; form?: never }
  | { form: RegExp; candidates?: never }
);

function* openValues(
  { storedValues, newValues }: RenderedChart,
  stored: ReadonlyMap<string, readonly string[]>,
): Generator<OpenValue> {
  for (const [identity, value] of storedValues) {
    const candidates = stored.get(identity) ?? [];
    const form = newValues.get(identity);
    if (candidates.length > 1) yield { identity, value, candidates };
    else if (form !== undefined && value.length >= SHORTEST) yield { identity, value, form };
  }
}

/** The values that live where a render puts others. */
async function findLiving(
  { cluster }: Env,
  { name, namespace }: ChartOperation,
  rendered: RenderedChart,
  open: readonly OpenValue[],
): Promise<[identity: string, value: string][]> {
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
      return now === undefined ? [] : [{ isSecret: isSecret(object), text, now }];
    });
  });
  return open.flatMap((one): [string, string][] => {
    const found = pairs.flatMap(({ isSecret: inSecret, text, now }) =>
      livingIn(one, text, now).map((value) => ({ inSecret, value })),
    );
    // A Secret is where such a value is at home: what a copy of it elsewhere says counts less.
    const values = new Set(
      (found.some(({ inSecret }) => inSecret) ? found.filter((f) => f.inSecret) : found).map((f) => f.value),
    );
    const [value] = values;
    return value === undefined || values.size > 1 || value === one.value ? [] : [[one.identity, value]];
  });
}

/** What lives in a field in place of a value: the text around it must be the same. */
function livingIn({ value, candidates, form }: OpenValue, text: string, now: string): string[] {
  return Object.entries(partsOf(value)).flatMap(([name, part]) => {
    const [before = '', after = '', ...more] = text.split(part);
    if (part === '' || text === before || more.length > 0) return [];
    if (now.length < before.length + after.length || !now.startsWith(before) || !now.endsWith(after)) return [];
    const middle = now.slice(before.length, now.length - after.length);
    if (candidates === undefined) return form.test(middle) ? [middle] : [];
    return candidates.filter((candidate) => getOwn(partsOf(candidate), name) === middle).slice(0, 1);
  });
}

/** A line for each field whose random value an install or an upgrade changes. */
export function notesOfRandomChanges(plan: Plan, { storedValues, newValues }: RenderedChart): string[] {
  return randomChanges(plan, storedValues, (identity) =>
    newValues.has(identity) ? 'it is made anew, since no revision has stored it' : 'the stored value takes its place',
  );
}

/**
 * A line for each field whose random value a plan changes.
 *
 * @param why says it of a value, by its identity
 */
export function randomChanges(
  plan: Plan,
  values: ReadonlyMap<string, string>,
  why: (identity: string) => string,
): string[] {
  return plan.steps.flatMap(({ ref, changes, desired }) => {
    const isData = desired !== undefined && isSecret(desired);
    return changes.flatMap(({ path, before, after }) => {
      const texts = [before, after].map((value) => (isData && path[0] === 'data' ? decoded(value) : value));
      const [old, text] = texts;
      if (typeof old !== 'string' || typeof text !== 'string') return [];
      const [identity] = [...values].find(([, value]) => holds(text, value) && !holds(old, value)) ?? [];
      if (identity === undefined) return [];
      const where = printable(`${path.join('.')} of ${describeRef(ref)}`, 500);
      return [`the random value in ${where} changes: ${why(identity)}`];
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
  const secret = isSecret(object);
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

function isSecret({ apiVersion, kind }: KubeObject): boolean {
  return kind === 'Secret' && groupOf(apiVersion) === '';
}

function decoded<T extends Json | undefined>(value: T): T extends string ? string : T {
  return (typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value) as never;
}
