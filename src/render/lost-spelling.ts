/**
 * Finds numbers of values files that lost their spelling in a text: of `tag: 1.10` only the number 1.1 is left, wherever
 * helpers, partials and texts of `tpl` take it. The native templates run a second time, with these numbers as the texts
 * that are written: a text that differs by just that has the number in it.
 */
import type { Origins } from '../chart/origins.ts';
import { ValueError } from '../chart/value-error.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { resolvePlainScalar } from '../yaml/scalar.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../yaml/value.ts';
import type { Documents } from './engines.ts';
import { shortestFloat } from './functions/floats.ts';
import type { GoInput } from './gotemplate/engine.ts';
import type { NativeRender } from './handlebars/engine.ts';
import { readNative } from './handlebars/render.ts';
import type { NativeDocuments } from './handlebars/render.ts';
import type { GoTemplates, RenderedDocument } from './render.ts';

/** A number, how a values file spells it, and where it stands in the values: below `global` of each chart, too. */
type Respelt = { value: number | bigint; written: string; paths: readonly ValuePath[] };

/** A text in which a number stands. */
type Found = { one: Respelt; document: RenderedDocument; path: ValuePath };

/** Further numbers are not looked for one by one, since each takes a render. */
const MAX_NUMBERS = 20;

/** What the native templates of a chart gave, and how they are run once more. */
export type NativeRun = {
  native: NativeDocuments;
  /** Gives a new copy of the values of the render, which a run may change. */
  freshValues: () => ValueMap;
  /** The input of the chart's Go templates, where native ones may include them. */
  goInput?: Omit<GoInput, 'values'> | undefined;
};

/**
 * @param respelt the values that values files spell otherwise
 * @throws {ValueError} `PKG_OBJECT_INVALID` for the first text that has a number with another spelling in it
 */
export async function checkNumbersInTexts(
  { native, freshValues, goInput }: NativeRun,
  respelt: ReadonlySet<Value>,
  origins: Origins,
): Promise<void> {
  const documents = documentsOf(native);
  const numbers = await numbersOf(freshValues(), respelt, origins);
  if (numbers.length === 0) return;
  const textsWith = async (quoted: readonly Respelt[]): Promise<Found | undefined | 'failed'> => {
    const quotedValues = (): ValueMap => {
      const values = freshValues();
      for (const { paths, written } of quoted) for (const path of paths) put(values, path, written);
      return values;
    };
    try {
      const render = native.withValues(quotedValues());
      if (goInput !== undefined) {
        const { printGo } = await import('./gotemplate/render.ts');
        const openNative = async (goTemplates: GoTemplates): Promise<NativeRender> =>
          Object.assign(render, { goTemplates });
        await printGo({ ...goInput, openNative }, quotedValues);
      }
      return firstFound(documents, documentsOf(readNative(render)), quoted);
    } catch (error) {
      // A template that computes with the number cannot do so with its text.
      if (error instanceof PkgError) return 'failed';
      throw error;
    }
  };
  if ((await textsWith(numbers)) === undefined) return;
  for (const one of numbers.slice(0, MAX_NUMBERS)) {
    const found = await textsWith([one]);
    if (found !== undefined && found !== 'failed') throw spellingError(found);
  }
}

function spellingError({ one: { value, written, paths }, document, path }: Found): ValueError {
  const { at } = document.trace(path);
  const isHidden = isSecret(document.object);
  const message = isHidden
    ? 'what is written for it is read as a number that has another text'
    : `${printable(written)} is read as a number, and its text here would be ${String(value)}`;
  const error = new ValueError('PKG_OBJECT_INVALID', message, { at: { ...at, ...(isHidden && { isSecret: true }) } });
  error.valuePath = paths[0]?.map(String);
  error.isUnquoted = true;
  return error;
}

function documentsOf({ objects, hooks }: Documents): RenderedDocument[] {
  return [...objects, ...hooks];
}

function isSecret(object: ValueMap | undefined): boolean {
  return object?.get('kind') === 'Secret';
}

/** The numbers among values that a file spells otherwise. */
async function numbersOf(values: ValueMap, respelt: ReadonlySet<Value>, origins: Origins): Promise<Respelt[]> {
  const found = new Map<string, { value: number | bigint; written: string; paths: ValuePath[] }>();
  for (const { value, path } of scalarsOf(values, [])) {
    if ((typeof value !== 'number' && typeof value !== 'bigint') || !respelt.has(value)) continue;
    const plain = await origins.plain(path);
    if (plain === undefined || plain.text === String(value) || resolvePlainScalar(plain.text) !== value) continue;
    const known = found.get(plain.origin);
    if (known === undefined) found.set(plain.origin, { value, written: plain.text, paths: [path] });
    else known.paths.push(path);
  }
  return [...found.values()];
}

function* scalarsOf(value: Value, path: ValuePath): Generator<{ value: Value; path: ValuePath }> {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* scalarsOf(item, [...path, index]);
  else if (isMap(value)) for (const [key, item] of value) yield* scalarsOf(item, [...path, key]);
  else yield { value, path };
}

function put(values: ValueMap, path: ValuePath, value: Value): void {
  let at: Value | undefined = values;
  for (const [index, key] of path.entries()) {
    const isLast = index === path.length - 1;
    if (isMap(at)) {
      if (isLast) at.set(String(key), value);
      else at = at.get(String(key));
    } else if (Array.isArray(at)) {
      if (isLast) at[Number(key)] = value;
      else at = at[Number(key)];
    }
  }
}

/** The first text of some documents that differs in others, which are the same documents, by the spelling of a number. */
function firstFound(
  documents: readonly RenderedDocument[],
  others: readonly RenderedDocument[],
  numbers: readonly Respelt[],
): Found | undefined {
  if (documents.length !== others.length) return undefined;
  for (const [index, document] of documents.entries()) {
    const other = others[index];
    if (other === undefined || document.text === other.text) continue;
    const isBase64 = isSecret(document.object);
    for (const { text, quoted, path } of textsOf(document.object ?? null, other.object ?? null, [])) {
      const [before, after] = isBase64 && path[0] === 'data' ? [decoded(text), decoded(quoted)] : [text, quoted];
      const one = numbers.find((number) =>
        formsOf(number).some(([form, written]) => isFor(before, form, after, written)),
      );
      if (one !== undefined) return { one, document, path };
    }
  }
  return undefined;
}

/** The texts, keys among them, that stand at the same place in both values and differ. */
function* textsOf(
  value: Value,
  other: Value,
  path: ValuePath,
): Generator<{ text: string; quoted: string; path: ValuePath }> {
  if (typeof value === 'string') {
    if (typeof other === 'string' && value !== other) yield { text: value, quoted: other, path };
  } else if (Array.isArray(value)) {
    if (!Array.isArray(other) || other.length !== value.length) return;
    for (const [index, item] of value.entries()) yield* textsOf(item, other[index] ?? null, [...path, index]);
  } else if (isMap(value)) {
    if (!isMap(other) || other.size !== value.size) return;
    const entries = [...other];
    let index = 0;
    for (const [key, item] of value) {
      const [name = '', quoted = null] = entries[index++] ?? [];
      if (name !== key) yield { text: key, quoted: name, path: [...path, key] };
      yield* textsOf(item, quoted, [...path, key]);
    }
  }
}

function decoded(text: string): string {
  return Buffer.from(text, 'base64').toString('latin1');
}

/** How helpers print a number, and what they print instead for its spelling: names have no dots, so these are replaced. */
function formsOf({ value, written }: Respelt): [string, string][] {
  const printed = new Set([String(value), ...(typeof value === 'number' ? [shortestFloat(value)] : [])]);
  return [...printed].flatMap((form) =>
    ['.', '-', '_', ''].map((dot): [string, string] => [form.replace('.', dot), written.replace('.', dot)]),
  );
}

/** Is the second text the first one, with a spelling in place of a form of a number in one place at least? */
function isFor(text: string, form: string, other: string, written: string): boolean {
  const [first = '', ...parts] = other.split(written);
  if (!text.startsWith(first)) return false;
  let at = first.length;
  let hasForm = false;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const stands = (start: string): boolean =>
      isLast ? text.slice(at) === start + part : text.startsWith(start + part, at);
    if (stands(written)) at += written.length + part.length;
    else if (stands(form)) {
      hasForm = true;
      at += form.length + part.length;
    } else return false;
  }
  return hasForm;
}
