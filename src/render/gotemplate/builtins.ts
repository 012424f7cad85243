/**
 * The functions that are always loaded: those of Go's text/template, and those of Helm that need the engine (`include`,
 * `tpl`, …).
 */
import { chargeCharacters } from '../functions/limits.ts';
import { ByteList, entriesOf, isTrue, itemsOf, TypedMap, typeOf, zeroOf } from './value.ts';
import type { GoFunction, GoValue, OptionalValue } from './value.ts';
import { compareBasic, equalValues } from './compare.ts';
import { ChartMessage } from './exec-errors.ts';
import { sprint, sprintf, sprintln } from './sprint.ts';
import { fn, GoError, variadic } from './functions/signature.ts';
import type { FunctionHost } from './template.ts';
import { GoInt, goInt, int } from './int.ts';
import { escapeQuery } from '../functions/urls.ts';
import { decodeRune } from '../../utf8.ts';
import { isPrint } from '../functions/unicode.ts';

/**
 * A built-in function by its name; undefined for any other. Go's `slice` is not among them, since Sprig's replaces it.
 * `and` and `or` are here only for their names: `compileLogic` compiles them.
 */
export function findBuiltin(name: string): GoFunction | undefined {
  return BUILTINS.get(name);
}

/** The names of all built-in functions. */
export function builtinNames(): string[] {
  return [...BUILTINS.keys()];
}

const index = variadic(['reflect'], 'reflect', (_host, item, ...indexes) => {
  if (item === undefined || item === null) throw new GoError('index of untyped nil');
  let value: OptionalValue = item;
  for (const key of indexes) value = indexOnce(value, key);
  return value;
});

function indexOnce(item: OptionalValue, key: OptionalValue): OptionalValue {
  if (item === undefined || item === null) throw new GoError('index of nil pointer');
  const entries = entriesOf(item);
  if (entries !== undefined) {
    if (typeof key !== 'string') {
      if (key === undefined || key === null) throw new GoError('value is nil; should be of type string');
      throw new GoError(`value has type ${typeOf(key)}; should be string`);
    }
    const found = entries.get(key);
    if (found !== undefined) return found;
    return item instanceof TypedMap ? zeroOf(item.elem) : null;
  }
  if (typeof item === 'string') return goInt('uint8', item.charCodeAt(indexIn(key, item.length - 1)));
  if (item instanceof ByteList) return goInt('uint8', item.bytes.charCodeAt(indexIn(key, item.bytes.length - 1)));
  const items = itemsOf(item);
  if (items === undefined) throw new GoError(`can't index item of type ${typeOf(item)}`);
  return items[indexIn(key, items.length - 1)];
}

/** An index of a list whose last one is `last`. Go allows one more in its check, and fails later in other words. */
function indexIn(key: OptionalValue, last: number): number {
  const at = indexArgument(key, last + 1);
  if (at > last) throw new GoError('reflect: slice index out of range');
  return at;
}

function indexArgument(key: OptionalValue, most: number): number {
  if (key === undefined || key === null) throw new GoError('cannot index slice/array with nil');
  if (!(key instanceof GoInt)) throw new GoError(`cannot index slice/array with type ${typeOf(key)}`);
  const { value } = key;
  if (value < 0 || value > most) throw new GoError(`index out of range: ${value}`);
  return Number(value);
}

const len = fn(['reflect'], (_host, item) => {
  if (item === null) throw new GoError('len of nil pointer');
  if (typeof item === 'string') return int(item.length);
  if (item instanceof ByteList) return int(item.bytes.length);
  const entries = entriesOf(item);
  if (entries !== undefined) return int(entries.size);
  const items = itemsOf(item);
  if (items !== undefined) return int(items.length);
  // Go's message where there is no value at all.
  if (item === undefined) throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  throw new GoError(`len of type ${typeOf(item)}`);
});

const eq = variadic(['reflect'], 'reflect', (_host, first, ...others) => {
  if (others.length === 0) throw new GoError('missing argument for comparison');
  return others.some((other) => equalValues(first, other));
});

function comparison(test: (a: OptionalValue, b: OptionalValue) => boolean): GoFunction {
  return fn(['reflect', 'reflect'], (_host, a, b) => test(a, b));
}

const lessOrEqual = (a: OptionalValue, b: OptionalValue): boolean => compareBasic(a, b) || equalValues(a, b);

/**
 * The function `call`. No value of Helm's templates is a function, so it always fails.
 *
 * @param name the expression that is called; undefined where it is the value of the command before
 */
export function callOf(name: string | undefined): GoFunction {
  return variadic(['reflect'], 'reflect', (_host, callee) => {
    if (callee === undefined || callee === null) throw new GoError('call of nil');
    const type = typeOf(callee);
    const called = name ?? (typeof callee === 'string' ? callee : `<${type} Value>`);
    throw new GoError(`non-function ${called} of type ${type}`);
  });
}

/** The text that `html`, `js` and `urlquery` make of their arguments (`evalArgs` in Go's text/template). */
function textOf(values: readonly GoValue[]): string {
  const [only] = values;
  if (values.length === 1 && typeof only === 'string') return only;
  return sprint(values.map((value) => (value === null ? '<no value>' : value)));
}

function escaper(escape: (text: string) => string): GoFunction {
  return variadic([], 'any', (_host, ...values) => escape(textOf(values)));
}

const HTML: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\0': '\xef\xbf\xbd',
};

/** A text as the function `html` gives it. */
function escapeHtml(text: string): string {
  return text.replace(/["'&<>\0]/g, (character) => HTML[character] ?? character);
}

function escapeJs(text: string): string {
  if (!/[\\'"<>&=\x00-\x1f\x80-\xff]/.test(text)) return text;
  chargeCharacters(text);
  let out = '';
  for (let at = 0; at < text.length;) {
    const { rune, size } = decodeRune(text, at);
    const character = text.slice(at, at + size);
    at += size;
    if (rune >= 0x80) out += isPrint(rune) ? character : `\\u${hex(rune)}`;
    else if (character === '\\' || character === "'" || character === '"') out += `\\${character}`;
    else out += rune < 0x20 || '<>&='.includes(character) ? `\\u${hex(rune)}` : character;
  }
  return out;
}

function hex(rune: number): string {
  return rune.toString(16).toUpperCase().padStart(4, '0');
}

/** Ends the render with a message of the chart's author; in `pkg lint` the function gives an empty text. */
function failWith(host: FunctionHost, message: string): string {
  if (host.lint) return '';
  throw new ChartMessage(message);
}

const BUILTINS: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>([
  ['and', variadic(['reflect'], 'reflect', () => undefined)],
  ['or', variadic(['reflect'], 'reflect', () => undefined)],
  ['not', fn(['reflect'], (_host, value) => !isTrue(value))],
  ['len', len],
  ['index', index],
  ['call', callOf(undefined)],
  ['eq', eq],
  ['ne', comparison((a, b) => !equalValues(a, b))],
  ['lt', comparison(compareBasic)],
  ['le', comparison(lessOrEqual)],
  ['gt', comparison((a, b) => !lessOrEqual(a, b))],
  ['ge', comparison((a, b) => !compareBasic(a, b))],
  ['print', variadic([], 'any', (_host, ...values) => sprint(values))],
  ['println', variadic([], 'any', (_host, ...values) => sprintln(values))],
  ['printf', variadic(['string'], 'any', (_host, format, ...values) => sprintf(format, values))],
  ['html', escaper(escapeHtml)],
  ['js', escaper(escapeJs)],
  ['urlquery', escaper(escapeQuery)],
  ['include', fn(['string', 'any'], (host, name, data) => host.execute(host.included(name), data ?? undefined, name))],
  ['tpl', fn(['string', 'any'], (host, text, data) => host.tpl(text, data ?? undefined))],
  [
    'required',
    fn(['string', 'any'], (host, message, value) => (value === null || value === '' ? failWith(host, message) : value)),
  ],
  ['fail', fn(['string'], (host, message) => failWith(host, message))],
  [
    'lookup',
    fn(['string', 'string', 'string', 'string'], (host, apiVersion, kind, namespace, name) =>
      host.lookup(apiVersion, kind, namespace, name),
    ),
  ],
]);
