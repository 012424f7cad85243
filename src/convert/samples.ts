/** Values for what a template reads, by how it uses them. */
import { builtinKinds, builtinSchema } from '../render/lint/objects/object-schema.ts';
import type { Holds } from '../render/lint/objects/object-schema.ts';
import { printYaml } from '../yaml/print.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import type { Usage } from './usage.ts';

/** For values that are given to `tpl`. */
const TEMPLATE = 'in-{{ .Release.Namespace }}';

/**
 * Other values for one, by its default and by how the template uses it.
 *
 * @param name for generated texts and keys: the path of the value
 */
export function* benignValues(usage: Usage, own: Value | undefined, name: string): Generator<Value> {
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
    // `tpl .` takes texts alone.
    if (usage.isTemplate && !usage.isData) yield printYaml(objectNamed(`${name}-text`, TEMPLATE));
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
  if (usage.isData || sort !== undefined) yield* samplesOfData(usage, name, sort);
  if (usage.isTest && sort === undefined) yield true;
}

/** Maps and lists for a value that is inserted as a whole. */
function* samplesOfData({ isData }: Usage, name: string, sort: Usage['sort']): Generator<Value> {
  if (sort !== 'list') {
    yield new Map<string, Value>([
      [`z-${name}`, 'text'],
      [`a-${name}`, 'other'],
    ]);
    yield new Map<string, Value>([[`deep-${name}`, new Map<string, Value>([['list', [1, 'x', true]]])]]);
  }
  if (sort !== 'map') {
    const maps = [
      new Map<string, Value>([
        ['name', 'one'],
        ['value', 'yes'],
      ]),
    ];
    const texts = ['one', 'two'];
    // A value often has the name of the field that it fills, such as externalIPs. The first sample is used most.
    yield* namesOfTextLists().has(name.slice(name.lastIndexOf('-') + 1)) ? [texts, maps] : [maps, texts];
  }
  if (isData && sort === undefined) yield `text-${name.toLowerCase()}`;
}

let textLists: ReadonlySet<string> | undefined;

/** The names of fields that are lists of texts wherever kinds of Kubernetes have them. */
function namesOfTextLists(): ReadonlySet<string> {
  if (textLists !== undefined) return textLists;
  const names = new Map<string, boolean>();
  const seen = new Set<Holds>();
  const visit = (holds: Holds | undefined): void => {
    if (holds === undefined || seen.has(holds)) return;
    seen.add(holds);
    if (holds.is === 'list' || holds.is === 'map') visit(holds.of);
    if (holds.is !== 'fields') return;
    for (const [name, field] of holds.fields) {
      const isTexts = field.is === 'list' && field.of.is === 'text';
      names.set(name, isTexts && names.get(name) !== false);
      visit(field);
    }
  };
  for (const kind of builtinKinds()) {
    const [apiVersion = '', name = ''] = kind.split(' ');
    visit(builtinSchema(apiVersion, name));
  }
  return (textLists = new Set([...names.keys()].filter((name) => names.get(name) === true)));
}

/** Values for the items of a loop. */
export function* samplesOfItem(items: Usage, name: string): Generator<Value> {
  const found = [...samples(items, name, undefined)];
  // One value of another sort may make the object invalid, and the whole variation useless: a number among texts, or a
  // text where the template reads fields.
  const isRead = items.fields.size > 0 || items.items !== undefined;
  const wanted = found.filter((value) => (isRead ? typeof value === 'object' : typeof value === 'string'));
  yield* (wanted.length > 0 && items.sort !== 'object' ? wanted : found).slice(0, 3);
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

/** Is it a value that a condition does not hold for? */
export function isEmpty(value: Value): boolean {
  if (value === false || value === 0 || value === '' || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isMap(value) && value.size === 0;
}
