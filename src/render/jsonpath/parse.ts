/**
 * Parses the JSONPath templates of Kubernetes (k8s.io/client-go/util/jsonpath, parser.go), which Helm takes too:
 * `{range .list[*]}{.name}{"\n"}{end}`. The text is UTF-8 with one byte a character, as in Go.
 */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { decodeRune, decodeText } from '../../utf8.ts';
import { unquote } from '../gotemplate/constants.ts';
import { goInt } from '../gotemplate/int.ts';
import type { GoInt } from '../gotemplate/int.ts';

/** A bound of a slice; `derived` is the end that `[0]` has without saying so. */
export type Bound = { value: number; derived: boolean } | undefined;

/** One step of an action, or a text. */
export type Node =
  | { type: 'list'; nodes: Node[] }
  | { type: 'constant'; value: string | boolean | number | GoInt }
  | { type: 'field'; name: string }
  | { type: 'slice'; bounds: readonly [Bound, Bound, Bound] }
  | { type: 'union'; lists: Node[][] }
  | { type: 'filter'; left: Node[]; operator: string; right: Node[] }
  | { type: 'keyword'; name: string }
  | { type: 'wildcard' }
  | { type: 'recursive' };

/**
 * The texts and actions of a template, in order.
 *
 * @throws {PkgError} `PKG_USAGE` with the mistake, where Kubernetes refuses the template too
 */
export function parseJsonPath(template: string): Node[] {
  return new Parser(template).template();
}

const KEY = /^'([^']*)'$/;
const SLICE = /^(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?$/;
const COMPARISON = /^([^!<>=]+)([!<>=]+)([^\n]+)$/;
const NUMBER = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/;
const TERMINATOR = /^[ \t\r\n.,[\]$@{}]$/;
const DIGIT = /^\p{Nd}$/u;
const WORD = /^[_\p{L}\p{Nd}]$/u;

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  template(): Node[] {
    const nodes: Node[] = [];
    while (this.#at < this.#text.length) {
      const brace = this.#text.indexOf('{', this.#at);
      const end = brace === -1 ? this.#text.length : brace;
      if (end > this.#at) nodes.push({ type: 'constant', value: this.#text.slice(this.#at, end) });
      this.#at = end + 1;
      if (brace !== -1) nodes.push({ type: 'list', nodes: this.#action() });
    }
    return nodes;
  }

  /** The steps up to `}`. */
  #action(): Node[] {
    const nodes: Node[] = [];
    for (;;) {
      const start = this.#at;
      if (this.#skip('[?(')) nodes.push(this.#filter());
      else if (this.#skip('..')) this.#recursive(nodes);
      else {
        const character = this.#next();
        if (character === '}') return nodes;
        if (character === '' || character === '\r' || character === '\n') throw refused('"{" without "}"');
        if (character === '[') nodes.push(...this.#brackets());
        else if (character === '"' || character === "'") nodes.push(this.#quoted(start, character));
        else if (character === '.') nodes.push(this.#field());
        else if (/^[+-]$/.test(character) || DIGIT.test(character)) nodes.push(this.#number(start));
        else if (WORD.test(character)) nodes.push(this.#keyword(start));
        // `$` and `@` are the current value, which every action begins with.
        else if (!/^[ @$]$/.test(character)) {
          throw refused(`"${this.#text.slice(start, this.#at)}" does not begin a step`);
        }
      }
    }
  }

  /** The next character; empty at the end of the text. */
  #next(): string {
    if (this.#at >= this.#text.length) return '';
    const { rune, size } = decodeRune(this.#text, this.#at);
    this.#at += size;
    return String.fromCodePoint(rune);
  }

  #skip(prefix: string): boolean {
    if (!this.#text.startsWith(prefix, this.#at)) return false;
    this.#at += prefix.length;
    return true;
  }

  #recursive(nodes: Node[]): void {
    if (nodes.at(-1)?.type === 'recursive') throw refused('".." twice in a row');
    nodes.push({ type: 'recursive' });
    const start = this.#at;
    const following = this.#next();
    this.#at = start;
    if (WORD.test(following)) nodes.push(this.#field());
  }

  /** A name up to a character that ends it, which a backslash makes part of it. */
  #field(): Node {
    const start = this.#at;
    for (;;) {
      const before = this.#at;
      const character = this.#next();
      if (character === '\\') this.#next();
      else if (character === '' || TERMINATOR.test(character)) {
        this.#at = before;
        break;
      }
    }
    const name = this.#text.slice(start, this.#at);
    return name === '*' ? { type: 'wildcard' } : { type: 'field', name: name.replaceAll('\\', '') };
  }

  #keyword(start: number): Node {
    for (;;) {
      const before = this.#at;
      const character = this.#next();
      if (character !== '' && !TERMINATOR.test(character)) continue;
      this.#at = before;
      break;
    }
    const name = this.#text.slice(start, this.#at);
    return name === 'true' || name === 'false'
      ? { type: 'constant', value: name === 'true' }
      : { type: 'keyword', name };
  }

  #number(start: number): Node {
    for (;;) {
      const before = this.#at;
      const character = this.#next();
      if (character === '.' || DIGIT.test(character)) continue;
      this.#at = before;
      break;
    }
    const text = this.#text.slice(start, this.#at);
    const number = Number(text);
    if (!NUMBER.test(text) || !Number.isFinite(number)) throw refused(`"${text}" is not a number`);
    return { type: 'constant', value: parseInt64(text) ?? number };
  }

  #quoted(start: number, quote: string): Node {
    for (;;) {
      const character = this.#next();
      if (character === '' || character === '\n') throw refused('a text without its closing quote');
      if (character === quote && this.#text[this.#at - 2] !== '\\') break;
    }
    const quoted = this.#text.slice(start, this.#at);
    const value = unquote(quoted);
    if (value === undefined) throw refused(`an invalid escape sequence in ${quoted}`);
    return { type: 'constant', value };
  }

  /** What stands in brackets, other than a filter: a slice, a key in quotes, or several of them. */
  #brackets(): Node[] {
    const start = this.#at;
    const end = this.#text.slice(start).search(/[\]\n]/);
    if (end === -1 || this.#text[start + end] === '\n') throw refused('"[" without "]"');
    this.#at = start + end + 1;
    const written = this.#text.slice(start, start + end);
    const text = written === '*' ? ':' : written;
    const parts = text.split(',');
    if (parts.length > 1) {
      return [{ type: 'union', lists: parts.map((part) => inner(`[${part.replace(/^ +| +$/g, '')}]`)) }];
    }
    const key = KEY.exec(text)?.[1];
    return key === undefined ? [slice(text)] : inner(`.${key}`);
  }

  #filter(): Node {
    const start = this.#at;
    let quote = '';
    let closed = false;
    for (;;) {
      const character = this.#next();
      if (character === '' || character === '\n') throw refused('"[?(" without ")]"');
      if (character === '"' || character === "'") {
        if (quote === '') quote = character;
        else if (character === quote && this.#text[this.#at - 2] !== '\\') closed = true;
      } else if (character === ')' && (quote !== '') === closed) break;
    }
    const text = this.#text.slice(start, this.#at - 1);
    if (this.#next() !== ']') throw refused('"[?(" without ")]"');
    const comparison = COMPARISON.exec(text);
    if (comparison === null) return { type: 'filter', left: inner(text), operator: 'exists', right: [] };
    const [, left = '', operator = '', right = ''] = comparison;
    return { type: 'filter', left: inner(left), operator, right: inner(right) };
  }
}

/** The steps of a text within an action. */
function inner(text: string): Node[] {
  const [first] = parseJsonPath(`{${text}}`);
  return first?.type === 'list' ? first.nodes : [];
}

function slice(text: string): Node {
  const match = SLICE.exec(text);
  if (match === null) throw refused(`"${text}" is not an index, a slice or a key in single quotes`);
  const [, first = '', second, third] = match;
  const start = bound(first);
  // The end of `[0]` is 1; that of `[-1]` is 0, which then means the end of the list.
  const end = second === undefined ? { value: (start?.value ?? 0) + 1, derived: true } : bound(second.slice(1));
  return { type: 'slice', bounds: [start, end, third === undefined ? undefined : bound(third.slice(1))] };
}

function bound(text: string): Bound {
  if (text === '') return undefined;
  const value = parseInt64(text);
  if (value === undefined) throw refused(`"${text}" is not an index`);
  return { value: Number(value.value), derived: false };
}

/** An integer of 64 bits as `strconv.Atoi` reads it; undefined for anything else. */
function parseInt64(text: string): GoInt | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const big = BigInt(text.replace('+', ''));
  if (BigInt.asIntN(64, big) !== big) return undefined;
  return goInt('int', Number.isSafeInteger(Number(big)) ? Number(big) : big);
}

function refused(mistake: string): PkgError {
  return new PkgError('PKG_USAGE', `this is not a JSONPath template: ${printable(decodeText(mistake), 200)}`, {
    hints: ['write paths in braces, as in {.image.tag} or {range .ports[*]}{.name}{"\\n"}{end}'],
  });
}
