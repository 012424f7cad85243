/**
 * Which random values an operation renders with. The rule, which docs/releases.md states for users: a value that was
 * written once and lives is used again. That is what a revision has stored, the newest first; where other than that
 * lives in the release's objects, what lives, if another revision stored it or has it in its manifest; and where
 * nothing is stored, what lives in the same field, if such a call could have made it. Only what is in none of these
 * places is made anew.
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
  const { values: stored, newest } = await readStoredValues(env.cluster, revisions);
  const manifests = revisions.map(({ manifest }) => withoutSpace(manifest));
  // Helm stores nothing: what lives now may be of any revision.
  const isCertain = newest === revisions.at(-1)?.version;
  const chosen = new Map([...stored].map(([identity, [first = '']]) => [identity, first]));
  const settled = new Set<string>();
  for (let renders = 1; ; renders++) {
    const rendered = await renderFor(env, input, revision, isInstall, chosen);
    const open: OpenValue[] = [...rendered.storedValues].flatMap(([identity, value]) => {
      const candidates = stored.get(identity) ?? [];
      if (settled.has(identity) || (isCertain && candidates.length === 1)) return [];
      return [{ identity, value, candidates, form: rendered.forms.get(identity) }];
    });
    const living = open.length === 0 ? [] : await findLiving(env, input, rendered, open, manifests);
    if (living.length === 0 || renders === MOST_RENDERS) {
      for (const message of rendered.warnings) env.emit({ type: 'warning', message });
      return rendered;
    }
    for (const { identity } of open) settled.add(identity);
    for (const [identity, value] of living) chosen.set(identity, value);
  }
}

/** A value of a render that may have to be another: what revisions have stored for it, and the form of such values. */
type OpenValue = { identity: string; value: string; candidates: readonly string[]; form: RegExp | undefined };

/** What stands in the place of a part of a value. */
type Living = { part: string; text: string; inSecret: boolean };

/** The values that live where a render puts others. */
async function findLiving(
  { cluster }: Env,
  { name, namespace }: ChartOperation,
  rendered: RenderedChart,
  open: readonly OpenValue[],
  manifests: readonly string[],
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
      return now === undefined ? [] : [{ inSecret: isSecret(object), text, now }];
    });
  });
  return open.flatMap((one): [string, string][] => {
    const found = pairs.flatMap(({ inSecret, text, now }) => livingIn(one.value, text, now, inSecret));
    // A Secret is where such a value is at home: what a copy of it elsewhere says counts less.
    const inSecrets = found.filter(({ inSecret }) => inSecret);
    const value = livingValue(one, inSecrets.length > 0 ? inSecrets : found, manifests);
    return value === undefined || value === one.value ? [] : [[one.identity, value]];
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
  { candidates, form }: OpenValue,
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
  values: Iterable<readonly [identity: string, value: string]>,
  why: (identity: string) => string,
): string[] {
  const known = [...values];
  return plan.steps.flatMap(({ ref, changes, desired }) => {
    const isData = desired !== undefined && isSecret(desired);
    return changes.flatMap(({ path, before, after }) => {
      const texts = [before, after].map((value) => (isData && path[0] === 'data' ? decoded(value) : value));
      const [old, text] = texts;
      if (typeof old !== 'string' || typeof text !== 'string') return [];
      const [identity] = known.find(([, value]) => holds(text, value) && !holds(old, value)) ?? [];
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
