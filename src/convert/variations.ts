/**
 * Generates values to compare templates with: what a template reads is changed, one value at a time and many at once.
 */
import { printYaml } from '../yaml/print.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import { neededFor } from './guided.ts';
import type { Asked } from './guided.ts';
import type { Reads, Usage } from './usage.ts';

/**
 * Values of a render, as `-f` would give them. `isAwkward`: a text among them is not a string to YAML without quotes,
 * such as `yes`. `isMissing`: a value of the chart is removed by null. `isExtra`: only tried while there are lines that
 * did not run. `isEverywhere`: for each version of Kubernetes and each set of APIs.
 */
export type Variation = {
  values: ValueMap;
  isAwkward?: boolean;
  isMissing?: boolean;
  isExtra?: boolean;
  isEverywhere?: boolean;
};

type Change = { path: readonly string[]; value: Value; isAwkward?: boolean; isMissing?: boolean };

/** For values that are given to `tpl`. */
const TEMPLATE = 'in-{{ .Release.Namespace }}';

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
 * All variations, in the same order each time. Those that most often show a difference come first.
 *
 * @param reads what the template reads
 * @param own the chart's values
 * @param bases values files that come with the chart
 */
export function* variations(reads: Reads, own: ValueMap, bases: readonly ValueMap[]): Generator<Variation> {
  const all: ValueMap[] = [new Map(), ...bases];
  for (const values of all) yield { values, isEverywhere: values.size === 0 };
  const changes = [...changesOf(reads.values, reads.direct, own, []), ...compared(reads.values, own, [], reads.texts)];
  const benign = changes.filter(({ isAwkward, isMissing }) => isAwkward !== true && isMissing !== true);
  const everything = firstOfEach(benign.filter(({ value }) => !isEmpty(value)));
  for (const base of all) yield { values: applied(base, everything), isEverywhere: base.size === 0 };
  for (const change of benign) yield { values: applied(new Map(), [change]) };
  for (const change of benign) yield { values: applied(new Map(), [...everything, change]) };
  for (const [at, change] of benign.entries()) {
    const base = bases[at % bases.length];
    if (base !== undefined) yield { values: applied(base, [change]) };
  }
  for (const change of changes) {
    const { isAwkward = false, isMissing = false } = change;
    if (!isAwkward && !isMissing) continue;
    yield { values: applied(new Map(), [change]), isAwkward, isMissing };
    yield { values: applied(new Map(), [...everything, change]), isAwkward, isMissing };
  }
  const guided = reads.branches.map((branch) => changesFor(branch, changes, own));
  const random = randomOf(0x9e3779b9);
  const byPath = [...Map.groupBy(benign, ({ path }) => JSON.stringify(path)).values()];
  for (let count = 0; count < MAX_VARIATIONS; count++) {
    if (count === ENOUGH) {
      for (const needed of guided) {
        yield { values: applied(new Map(), needed), isExtra: true };
        yield { values: applied(new Map(), [...everything, ...needed]), isExtra: true };
      }
    }
    const share = [0.5, 0.2, 0.8][count % 3] ?? 0;
    const chosen = byPath.flatMap((choices) => {
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
 */
function changesFor(branch: readonly Asked[], changes: readonly Change[], own: ValueMap): Change[] {
  return branch.flatMap((asked) =>
    [...neededFor(asked)].flatMap(({ trail, value }): Change[] => {
      if (typeof value === 'object') return [{ path: trail, value: value.is }];
      const isWanted = (one: Value): boolean => isEmpty(one) === (value === 'empty');
      const now = trail.reduce<Value | undefined>((at, name) => (isMap(at) ? at.get(name) : undefined), own);
      if (isWanted(now ?? null)) return [];
      const key = JSON.stringify(trail);
      const found = changes.find(
        (one) => one.isMissing !== true && isWanted(one.value) && JSON.stringify(one.path) === key,
      );
      return found === undefined ? [] : [found];
    }),
  );
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

function* benignValues(usage: Usage, own: Value | undefined, name: string): Generator<Value> {
  if (usage.isAnySort) {
    yield* ['text', 'other', ...usage.texts];
    yield* [5, true, ['one', 'two'], new Map<string, Value>([[`k-${name}`, 'text']])];
  }
  if (typeof own === 'boolean') yield !own;
  else if (typeof own === 'number' || typeof own === 'bigint') {
    yield Number(own) + 1;
    yield 0;
  } else if (typeof own === 'string' && usage.isNumber && /^\d*$/.test(own)) {
    yield '7';
    yield* usage.texts;
  } else if (typeof own === 'string') {
    yield own === '' ? `other-${name.toLowerCase()}` : 'other';
    yield* usage.texts;
    if (usage.isTemplate) yield TEMPLATE;
  } else if (Array.isArray(own)) {
    yield* samples(usage, name, 'list');
    yield* lists(usage.texts);
    if (own.length > 0) {
      yield [];
      yield [...own, ...own.slice(0, 1)];
    }
  } else if (isMap(own)) {
    if (own.size === 0 || usage.items !== undefined) yield* samples(usage, name, 'map');
    if (own.size > 0 && usage.fields.size === 0) yield new Map();
  } else {
    yield* samples(usage, name, undefined);
    yield* usage.texts;
    if (usage.isData) yield* lists(usage.texts);
  }
}

/** Lists of the texts that (has "text" list) asks for. */
function* lists(texts: ReadonlySet<string>): Generator<Value> {
  for (const text of texts) yield [text];
  if (texts.size > 1) yield [...texts];
}

/** Values for something that values.yaml leaves empty, by how the template uses it. */
function* samples(usage: Usage, name: string, wanted: 'list' | 'map' | undefined): Generator<Value> {
  const { items, fields } = usage;
  if (usage.sort === 'object' && fields.size === 0 && wanted !== 'list') {
    yield objectNamed(name, TEMPLATE);
    yield objectNamed(`${name}-plain`, 'text');
    if (usage.isAnySort) yield printYaml(objectNamed(`${name}-text`, TEMPLATE));
    return;
  }
  const sort = wanted ?? (usage.sort === 'object' ? undefined : usage.sort);
  if (items !== undefined) {
    const inside = [...new Set(samplesOfItem(items, name))];
    if (sort !== 'map') {
      // The second map has none of the fields that the template reads, so a template may fail for it.
      if (isMap(inside[0])) yield inside.slice(0, 1);
      yield inside;
      if (inside.length > 1) yield inside.slice(0, 1);
      if (inside.length > 1 && isMap(inside[1])) yield inside.slice(1, 2);
    }
    if (sort !== 'list') {
      yield new Map(inside.map((value, index) => [`${'zma'[index] ?? 'k'}-${name}-${index}`, value] as const));
    }
    if (sort === undefined) yield 'text';
    return;
  }
  if (fields.size > 0 && sort !== 'list') {
    yield new Map([...fields].flatMap(([key, field]) => firstSample(field, `${name}-${key}`, key)));
    if (usage.isData) yield new Map<string, Value>([[`k-${name}`, 'text']]);
    return;
  }
  if (usage.isTemplate && sort === undefined) yield TEMPLATE;
  if (usage.isNumber && sort === undefined) yield 3;
  if (usage.isText && sort === undefined) {
    yield `text-${name.toLowerCase()}`;
    yield 7;
    yield false;
  }
  if (usage.isData || sort !== undefined) {
    if (sort !== 'list') {
      yield new Map<string, Value>([
        [`z-${name}`, 'text'],
        [`a-${name}`, 'other'],
      ]);
      yield new Map<string, Value>([[`deep-${name}`, new Map<string, Value>([['list', [1, 'x', true]]])]]);
    }
    if (sort !== 'map') {
      yield [
        new Map<string, Value>([
          ['name', 'one'],
          ['value', 'yes'],
        ]),
      ];
      yield ['one', 'two'];
    }
  }
  if (usage.isTest && sort === undefined) yield true;
}

function* samplesOfItem(items: Usage, name: string): Generator<Value> {
  const found = [...samples(items, name, undefined)];
  // One number among texts may make the object invalid, and the whole variation useless.
  const texts = found.filter((value) => typeof value === 'string');
  yield* (texts.length > 0 && items.sort !== 'object' ? texts : found).slice(0, 3);
  yield* [...items.texts].slice(0, 3);
  if (found.length === 0) yield 'item';
}

/** An object of Kubernetes with this text in it. */
function objectNamed(name: string, text: string): ValueMap {
  return new Map<string, Value>([
    ['apiVersion', 'v1'],
    ['kind', 'ConfigMap'],
    ['metadata', new Map([['name', `object-${name.toLowerCase()}`]])],
    ['data', new Map([['text', text]])],
  ]);
}

function firstSample(usage: Usage, name: string, key: string): [string, Value][] {
  const { value } = samples(usage, name, undefined).next();
  return value === undefined ? [] : [[key, value as Value]];
}

function firstOfEach(changes: readonly Change[]): Change[] {
  const found = new Map<string, Change>();
  for (const change of changes) {
    const key = JSON.stringify(change.path);
    if (!found.has(key)) found.set(key, change);
  }
  return [...found.values()];
}

function isEmpty(value: Value): boolean {
  if (value === false || value === 0 || value === '' || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isMap(value) && value.size === 0;
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
