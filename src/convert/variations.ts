/**
 * Generates values to compare templates with: what a template reads is changed, one value at a time and many at once.
 */
import { isMap, valueAt } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import { neededFor } from './guided.ts';
import type { Asked } from './guided.ts';
import { benignValues, isEmpty, samplesOfItem } from './samples.ts';
import type { Reads, Usage } from './usage.ts';

/**
 * Values of a render, as `-f` would give them. `isAwkward`: a text among them is not a string to YAML without quotes,
 * such as `yes`. `isMissing`: a value of the chart is removed by null. `isExtra`: only tried while there are lines that
 * did not run. `isFitting`: always for the same releases and APIs, since outcomes are compared. `isEverywhere`: for each
 * version of Kubernetes and each set of APIs. `isOwn`: those of the chart, and of a values file that comes with it.
 * `hasPorts`: a key of a map is a number.
 */
export type Variation = {
  values: ValueMap;
  isAwkward?: boolean;
  isMissing?: boolean;
  isExtra?: boolean;
  isFitting?: boolean;
  isEverywhere?: boolean;
  isOwn?: boolean;
  hasPorts?: boolean;
};

type Change = { path: readonly string[]; value: Value; isAwkward?: boolean; isMissing?: boolean; hasPorts?: boolean };

/**
 * Texts that are something else without quotes, or break the structure around them. Where only a definition reads a
 * value, the first {@link FEW} are tried: the definition itself is compared with all of them.
 */
const AWKWARD: readonly string[] = [
  '',
  'yes',
  'a: b',
  'one\ntwo',
  '1.10',
  '0644',
  'null',
  '8080',
  '# c',
  "it's",
  '- x',
  '{a',
  'a "b"',
  '*x',
  'true',
];

const FEW = 4;

/**
 * What became of a variation. `same`: both templates gave the same objects, or both refused the values (`fail`);
 * `skipped`: the render says nothing, since the Go template fails or an API server would refuse its objects. `reached` is
 * how many statements of the Go template ran; none where it is skipped or the values are refused.
 */
export type Outcome = { verdict: 'same' | 'skipped'; reached: number };

type Variations<T> = Generator<Variation, T, Outcome>;

/**
 * All variations, in the same order each time. Those that most often show a difference come first. The outcome of each
 * is given to `next`.
 *
 * @param reads what the template reads
 * @param own the chart's values
 * @param bases values files that come with the chart
 */
export function* variations(reads: Reads, own: ValueMap, bases: readonly ValueMap[]): Variations<void> {
  const all: ValueMap[] = [new Map(), ...bases];
  let reached = 0;
  for (const values of all) {
    const outcome = yield { values, isEverywhere: values.size === 0, isOwn: true };
    if (values.size === 0) ({ reached } = outcome);
  }
  const changes = [...changesOf(reads.values, reads.direct, own, []), ...compared(reads.values, own, [], reads.texts)];
  const benign = changes.filter(({ isAwkward, isMissing }) => isAwkward !== true && isMissing !== true);
  const filled = byPath(benign.filter(({ value }) => !isEmpty(value)));
  const { changes: everything } = yield* fitting(filled, { changes: [], reached });
  for (const base of all) yield { values: applied(base, everything), isEverywhere: base.size === 0 };
  for (const change of benign) yield { values: applied(new Map(), [change]) };
  // One unusable value, such as a map for a label, would make most of the random variations useless.
  const usable: Change[] = [];
  for (const change of benign) {
    const outcome = yield { values: applied(new Map(), [...everything, change]) };
    if (outcome.verdict === 'same') usable.push(change);
  }
  for (const [at, change] of benign.entries()) {
    const base = bases[at % bases.length];
    if (base !== undefined) yield { values: applied(base, [change]) };
  }
  for (const change of changes) {
    const { isAwkward = false, isMissing = false, hasPorts = false } = change;
    if (!isAwkward && !isMissing) continue;
    yield { values: applied(new Map(), [change]), isAwkward, isMissing, hasPorts };
    yield { values: applied(new Map(), [...everything, change]), isAwkward, isMissing, hasPorts };
  }
  const random = randomOf(0x9e3779b9);
  const choicesOfEach = byPath(usable);
  for (let count = 0; count < MAX_VARIATIONS; count++) {
    if (count === ENOUGH) {
      for (const branch of reads.branches) {
        yield { values: applied(new Map(), changesFor(branch, changes, own)), isExtra: true };
        const others = changesFor(branch, changes, own, everything);
        yield { values: applied(new Map(), [...everything, ...others]), isExtra: true };
      }
    }
    const share = [0.5, 0.2, 0.8][count % 3] ?? 0;
    const chosen = choicesOfEach.flatMap((choices) => {
      const choice = choices[Math.floor(random() * choices.length)];
      return choice !== undefined && random() < share ? [choice] : [];
    });
    const base = all[Math.floor(random() * all.length)] ?? new Map();
    yield { values: applied(base, chosen), isExtra: count >= ENOUGH };
  }
}

/** The number of random variations: at least, and at most while there are lines that did not run. */
const ENOUGH = 60;
const MAX_VARIATIONS = 400;

function* changesOf(
  usage: Usage,
  direct: Usage | undefined,
  own: Value | undefined,
  path: readonly string[],
): Generator<Change> {
  // Generated keys contain the path: two maps that are spread side by side must not share one.
  const name = path.join('-');
  if (path.length > 0) {
    for (const value of benignValues(usage, own, name)) {
      // A value without default that is printed may be meant as a text, and a number is an awkward one then.
      const isAwkward =
        (own === undefined || own === null) && (typeof value === 'number' || typeof value === 'boolean');
      yield { path, value, ...(isAwkward && usage.isText && !usage.isNumber && { isAwkward }) };
    }
    const isText = usage.isText && (typeof own === 'string' || own === undefined || own === null);
    const awkward = direct?.isText === true ? AWKWARD : AWKWARD.slice(0, FEW);
    if (isText) for (const value of awkward) yield { path, value, isAwkward: true };
    if (own !== undefined && own !== null) yield { path, value: null, isMissing: true };
    // Ports are the keys of some maps: `tcp: {"8080": …}`.
    const item =
      usage.items === undefined || usage.sort === 'list' ? undefined : [...samplesOfItem(usage.items, name)][0];
    if (item !== undefined && !Array.isArray(own))
      yield { path, value: new Map([['8080', item]]), isAwkward: true, hasPorts: true };
  }
  for (const [key, field] of usage.fields) {
    yield* changesOf(field, direct?.fields.get(key), isMap(own) ? own.get(key) : undefined, [...path, key]);
  }
  if (usage.items !== undefined && isMap(own)) {
    for (const [key, item] of [...own].slice(0, 3)) {
      yield* changesOf(usage.items, direct?.items, item, [...path, key]);
    }
  }
}

/**
 * The changes that lead into a branch, so far as its conditions say what they need.
 *
 * @param changes gives the values to choose from
 * @param before changes of the chart's values that are made already
 */
function changesFor(
  branch: readonly Asked[],
  changes: readonly Change[],
  own: ValueMap,
  before: readonly Change[] = [],
): Change[] {
  const needed: Change[] = [];
  let now = applied(own, before);
  for (const { trail, value } of branch.flatMap((asked) => [...neededFor(asked)])) {
    const isWanted = (one: Value): boolean => isEmpty(one) === (value === 'empty');
    const key = JSON.stringify(trail);
    const byDefault = valueAt(own, trail);
    const choices = changes.filter((one) => one.isMissing !== true && JSON.stringify(one.path) === key);
    if (byDefault !== undefined) choices.unshift({ path: trail, value: byDefault });
    const change =
      typeof value === 'object'
        ? { path: trail, value: value.is }
        : isWanted(valueAt(now, trail) ?? null)
          ? undefined
          : choices.find((one) => isWanted(one.value));
    if (change === undefined) continue;
    needed.push(change);
    now = applied(now, [change]);
  }
  return needed;
}

/**
 * Changes each text to those that the template compares with a definition's result, as `"a"` in (eq (include "x") "a"):
 * nobody knows which value the definition makes its result of.
 */
function* compared(
  usage: Usage,
  own: Value | undefined,
  path: readonly string[],
  texts: ReadonlySet<string>,
): Generator<Change> {
  if (typeof own === 'string' && usage.isText) for (const value of texts) yield { path, value };
  for (const [key, field] of usage.fields) {
    yield* compared(field, isMap(own) ? own.get(key) : undefined, [...path, key], texts);
  }
}

/** Changes of the same value, in the order of the values. */
function byPath(changes: readonly Change[]): Change[][] {
  return [...Map.groupBy(changes, ({ path }) => JSON.stringify(path)).values()];
}

/** Changes that a chart renders with, and how many statements of the template then run. */
type Fitting = { changes: readonly Change[]; reached: number };

/**
 * The first change of each value, if no fewer statements run with all of them; else another one, or none, for some: a map
 * for a label makes the render useless, and the name of an existing Secret leaves the whole template out.
 */
function* fitting(choicesOfEach: readonly (readonly Change[])[], before: Fitting): Variations<Fitting> {
  const [choices, ...more] = choicesOfEach;
  if (choices === undefined) return before;
  const firsts = choicesOfEach.flatMap((one) => one.slice(0, 1));
  const tries = more.length === 0 ? choices.map((change) => [change]) : [firsts];
  for (const some of tries) {
    const changes = [...before.changes, ...some];
    const { verdict, reached } = yield { values: applied(new Map(), changes), isFitting: true };
    if (verdict === 'same' && reached >= before.reached) return { changes, reached };
  }
  if (more.length === 0) return before;
  const half = Math.ceil(choicesOfEach.length / 2);
  return yield* fitting(choicesOfEach.slice(half), yield* fitting(choicesOfEach.slice(0, half), before));
}

/** A copy of the values with changes. */
function applied(base: ValueMap, changes: readonly Change[]): ValueMap {
  let values = base;
  for (const { path, value } of changes) values = withValue(values, path, value);
  return values;
}

function withValue(values: ValueMap, [name = '', ...rest]: readonly string[], value: Value): ValueMap {
  const inside = values.get(name);
  const next = rest.length === 0 ? value : withValue(isMap(inside) ? inside : new Map(), rest, value);
  return new Map(values).set(name, next);
}

/** Numbers from 0 to 1, the same each time (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
