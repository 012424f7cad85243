/** Go's `fmt`: `Sprint`, `Sprintf`, `Sprintln` for the values that templates can have. */
import { charge, chargeMade, chargePrint } from '../functions/limits.ts';
import { formatFloat, shortestFloat } from './float.ts';
import { GoInt, isUnsigned } from './int.ts';
import { decodeRune, encodeRune, firstRunes, quote, quoteRune, runeCount } from './utf8.ts';
import { isPrint } from './unicode.ts';
import { ByteList, entriesOf, GoObject, itemsOf, kindOf, sortedKeys, TypedList, TypedMap, typeOf } from './value.ts';
import type { GoValue } from './value.ts';

/** One value as `%v` prints it. */
export function sprintValue(value: GoValue | undefined): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return shortestFloat(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      if (value instanceof GoInt && value.text === undefined) return String(value.value);
      return new Printer().argument(value, 'v');
  }
}

/** As `fmt.Sprint`: a blank between two values when neither is a string. */
export function sprint(values: readonly (GoValue | undefined)[]): string {
  let out = '';
  for (let index = 0; index < values.length; index++) {
    if (index > 0 && typeof values[index] !== 'string' && typeof values[index - 1] !== 'string') out += ' ';
    out += sprintValue(values[index]);
  }
  return out;
}

/** As `fmt.Sprintln`. */
export function sprintln(values: readonly GoValue[]): string {
  return `${values.map((value) => sprintValue(value)).join(' ')}\n`;
}

/** As `fmt.Sprintf`: whatever is wrong with format and values is shown in the text, as Go does. */
export function sprintf(format: string, values: readonly GoValue[]): string {
  if (!format.includes('%') && values.length === 0) return format;
  return new Formatter(format, values).run();
}

/** Widths and precisions beyond this are none. */
const LARGEST_WIDTH = 1e6;

class Printer {
  width: number | undefined;
  precision: number | undefined;
  sharp = false;
  zero = false;
  plus = false;
  minus = false;
  space = false;
  sharpV = false;
  plusV = false;
  #erroring = false;

  clear(): void {
    this.width = undefined;
    this.precision = undefined;
    this.sharp = false;
    this.zero = false;
    this.plus = false;
    this.minus = false;
    this.space = false;
    this.sharpV = false;
    this.plusV = false;
  }

  /** Are there no flags that change how a number is written? */
  get #isPlain(): boolean {
    const isSized = this.width !== undefined || this.precision !== undefined;
    return !isSized && !this.sharpV && !this.plus && !this.space;
  }

  /** A value at the top: `interface {}` is known to be what it holds. */
  argument(value: GoValue | undefined, verb: string): string {
    if (value === null || value === undefined) {
      return verb === 'T' || verb === 'v' ? this.#pad('<nil>') : this.#badVerb(undefined, verb);
    }
    if (verb === 'T') return this.#string(typeOf(value));
    if (verb === 'p') return this.#pointer(value, verb);
    return this.#value(value, verb, 0);
  }

  #value(value: GoValue, verb: string, depth: number): string {
    switch (typeof value) {
      case 'string':
        return this.#text(value, verb);
      case 'number':
        return this.#float(value, verb);
      case 'boolean':
        return verb === 't' || verb === 'v' ? this.#pad(String(value)) : this.#badVerb(value, verb);
      default:
    }
    if (value === null) {
      if (this.sharpV) return 'interface {}(nil)';
      return '<nil>';
    }
    const text = value instanceof GoInt || value instanceof GoObject ? value.text : undefined;
    if (text !== undefined && !this.#erroring && !this.sharpV && 'vsxXq'.includes(verb)) {
      return this.#text(text(), verb);
    }
    if (value instanceof GoInt) return this.#integer(value, verb);
    if (value instanceof ByteList && verb === 'v' && this.#isPlain) return value.printed;
    if (value instanceof ByteList && (depth === 0 || 'sqxX'.includes(verb))) return this.#bytes(value, verb, depth);
    const entries = entriesOf(value);
    if (entries !== undefined) {
      chargePrint(entries.size);
      const shown = sortedKeys(entries).map(
        (key) => `${this.#value(key, verb, depth + 1)}:${this.#value(entries.get(key) ?? null, verb, depth + 1)}`,
      );
      if (!this.sharpV) return joined('map[', shown, ']');
      return value instanceof TypedMap && value.isNil ? `${value.type}(nil)` : `${typeOf(value)}{${shown.join(', ')}}`;
    }
    const items = itemsOf(value);
    if (items !== undefined) {
      chargePrint(items.length);
      const shown = items.map((item) => this.#value(item, verb, depth + 1));
      if (!this.sharpV) return joined('[', shown, ']');
      return value instanceof TypedList && value.isNil ? `${value.type}(nil)` : `${typeOf(value)}{${shown.join(', ')}}`;
    }
    if (value instanceof GoObject && (!value.pointer || depth === 0)) return this.#object(value, verb, depth);
    return this.#pointer(value, verb);
  }

  #object(value: GoObject, verb: string, depth: number): string {
    const named = this.plusV || this.sharpV;
    const fields = Object.entries(value.fields).map(
      ([name, field]) => (named ? `${name}:` : '') + this.#value(field, verb, depth + 1),
    );
    const type = this.sharpV ? value.type.replace(/^\*/, '') : '';
    return `${value.pointer ? '&' : ''}${type}{${fields.join(this.sharpV ? ', ' : ' ')}}`;
  }

  /** Addresses differ from run to run; this one never. */
  #pointer(value: GoValue, verb: string): string {
    const kind = kindOf(value);
    if (!['func', 'map', 'ptr', 'slice'].includes(kind)) return this.#badVerb(value, verb);
    if (verb === 'p' || verb === 'v') return this.#pad(this.sharp ? 'c000000000' : '0xc000000000');
    return 'bodxX'.includes(verb) ? this.#digits(0xc000000000n, false, verb) : this.#badVerb(value, verb);
  }

  #badVerb(value: GoValue | undefined, verb: string): string {
    this.#erroring = true;
    const shown = value === undefined || value === null ? '<nil>' : `${typeOf(value)}=${this.#value(value, 'v', 0)}`;
    this.#erroring = false;
    return `%!${verb}(${shown})`;
  }

  #text(value: string, verb: string): string {
    switch (verb) {
      case 'v':
        return this.sharpV ? this.#quoted(value) : this.#string(value);
      case 's':
        return this.#string(value);
      case 'x':
      case 'X':
        return this.#hexBytes(value, verb);
      case 'q':
        return this.#quoted(value);
      default:
        return this.#badVerb(value, verb);
    }
  }

  #string(value: string): string {
    return this.#pad(this.#truncate(value));
  }

  #truncate(value: string): string {
    return this.precision === undefined ? value : firstRunes(value, this.precision);
  }

  #quoted(value: string): string {
    const text = this.#truncate(value);
    if (this.sharp && canBackquote(text)) return this.#pad(`\`${text}\``);
    return this.#pad(quote(text, this.plus));
  }

  #bytes(value: ByteList, verb: string, depth: number): string {
    switch (verb) {
      case 'v':
      case 'd': {
        const { items } = value;
        if (this.sharpV) {
          return `[]byte{${items.map((item) => `0x${(item as GoInt).value.toString(16)}`).join(', ')}}`;
        }
        return `[${items.map((item) => this.#integer(item as GoInt, verb)).join(' ')}]`;
      }
      case 's':
        return this.#string(value.bytes);
      case 'x':
      case 'X':
        return this.#hexBytes(value.bytes, verb);
      case 'q':
        return this.#quoted(value.bytes);
      default:
        return `[${value.items.map((item) => this.#value(item, verb, depth + 1)).join(' ')}]`;
    }
  }

  #hexBytes(value: string, verb: string): string {
    const bytes = this.precision === undefined ? value : value.slice(0, this.precision);
    if (bytes === '') return this.width === undefined ? '' : this.#fill(this.width);
    charge(20 * bytes.length);
    const codes = [...bytes].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0'));
    const lead = this.sharp ? '0x' : '';
    const joined = this.space ? codes.map((code) => lead + code).join(' ') : lead + codes.join('');
    return this.#padTo(verb === 'X' ? joined.toUpperCase() : joined, joined.length);
  }

  #integer(value: GoInt, verb: string): string {
    const number = BigInt(value.value);
    const isSigned = !isUnsigned(value.kind);
    switch (verb) {
      case 'v':
        if (this.sharpV && !isSigned) return `0x${number.toString(16)}`;
        return this.#digits(number, isSigned, 'd');
      case 'd':
      case 'b':
      case 'o':
      case 'O':
      case 'x':
      case 'X':
        return this.#digits(number, isSigned, verb);
      case 'c':
        return this.#pad(encodeRune(runeOf(number)));
      case 'q':
        return this.#pad(quoteRune(runeOf(number), this.plus));
      case 'U':
        return this.#unicode(BigInt.asUintN(64, number));
      default:
        return this.#badVerb(value, verb);
    }
  }

  #digits(value: bigint, isSigned: boolean, verb: string): string {
    const isNegative = isSigned && value < 0n;
    const base = verb === 'b' ? 2 : verb === 'o' || verb === 'O' ? 8 : verb === 'x' || verb === 'X' ? 16 : 10;
    let least = 0;
    if (this.precision !== undefined) {
      least = this.precision;
      if (least === 0 && value === 0n) return ' '.repeat(this.width ?? 0);
    } else if (this.zero && !this.minus && this.width !== undefined) {
      least = this.width - (isNegative || this.plus || this.space ? 1 : 0);
    }
    let digits = (isNegative ? -value : value).toString(base).padStart(least, '0');
    if (verb === 'X') digits = digits.toUpperCase();
    if (this.sharp) {
      if (base === 2) digits = `0b${digits}`;
      else if (base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
      else if (base === 16) digits = (verb === 'X' ? '0X' : '0x') + digits;
    }
    if (verb === 'O') digits = `0o${digits}`;
    return this.#padPlain((isNegative ? '-' : this.plus ? '+' : this.space ? ' ' : '') + digits);
  }

  #unicode(value: bigint): string {
    const digits = value.toString(16).toUpperCase();
    let text = `U+${digits.padStart(Math.max(4, this.precision ?? 0), '0')}`;
    if (this.sharp && value <= 0x10ffffn && isPrint(Number(value))) text += ` '${encodeRune(Number(value))}'`;
    return this.#padPlain(text);
  }

  #float(value: number, verb: string): string {
    switch (verb) {
      case 'v':
        return this.#formatted(value, 'g', -1);
      case 'b':
      case 'g':
      case 'G':
      case 'x':
      case 'X':
        return this.#formatted(value, verb, -1);
      case 'f':
      case 'e':
      case 'E':
        return this.#formatted(value, verb, 6);
      case 'F':
        return this.#formatted(value, 'f', 6);
      default:
        return this.#badVerb(value, verb);
    }
  }

  #formatted(value: number, verb: string, usual: number): string {
    const precision = this.precision ?? usual;
    let text = formatFloat(value, verb, precision);
    if (!/^[-+]/.test(text)) text = `+${text}`;
    if (this.space && text.startsWith('+') && !this.plus) text = ` ${text.slice(1)}`;
    if (!Number.isFinite(value)) {
      if (Number.isNaN(value) && !this.space && !this.plus) text = text.slice(1);
      return this.#padPlain(text);
    }
    if (this.sharp && verb !== 'b') text = withPoint(text, verb, precision);
    if (this.plus || !text.startsWith('+')) {
      if (this.zero && !this.minus && this.width !== undefined && this.width > text.length) {
        return text.charAt(0) + '0'.repeat(this.width - text.length) + text.slice(1);
      }
      return this.#pad(text);
    }
    return this.#pad(text.slice(1));
  }

  /** Pads without zeros. */
  #padPlain(text: string): string {
    const { zero } = this;
    this.zero = false;
    const padded = this.#pad(text);
    this.zero = zero;
    return padded;
  }

  #pad(text: string): string {
    return this.width === undefined ? text : this.#padTo(text, runeCount(text));
  }

  #padTo(text: string, length: number): string {
    const missing = (this.width ?? 0) - length;
    if (missing <= 0) return text;
    return this.minus ? text + this.#fill(missing) : this.#fill(missing) + text;
  }

  #fill(count: number): string {
    return (this.zero && !this.minus ? '0' : ' ').repeat(Math.max(0, count));
  }
}

function runeOf(value: bigint): number {
  const unsigned = BigInt.asUintN(64, value);
  return unsigned > 0x10ffffn ? 0xfffd : Number(unsigned);
}

function canBackquote(text: string): boolean {
  for (let at = 0; at < text.length;) {
    const { rune, size } = decodeRune(text, at);
    at += size;
    if (size > 1) {
      if (rune === 0xfeff) return false;
    } else if (rune === 0xfffd || (rune < 0x20 && rune !== 9) || rune === 0x60 || rune === 0x7f) return false;
  }
  return true;
}

/** `%#g` and the like: always a point, and zeros at the end up to the precision. */
function withPoint(text: string, verb: string, precision: number): string {
  let digits = 0;
  if (verb === 'g' || verb === 'G' || verb === 'x') digits = precision === -1 ? 6 : precision;
  const isHex = verb === 'x' || verb === 'X';
  const cut = text.search(isHex ? /[pP]/ : /[eE]/);
  const tail = cut === -1 ? '' : text.slice(cut);
  const body = cut === -1 ? text : text.slice(0, cut);
  let sawNonzero = false;
  for (const character of body.slice(1)) {
    if (character === '.') continue;
    if (character !== '0') sawNonzero = true;
    if (sawNonzero) digits--;
  }
  let out = body;
  if (!body.includes('.')) {
    if (body.length === 2 && body.endsWith('0')) digits--;
    out += '.';
  }
  return out + '0'.repeat(Math.max(0, digits)) + tail;
}

/** Walks through a format. */
class Formatter {
  readonly #printer: Printer = new Printer();
  readonly #format: string;
  readonly #values: readonly GoValue[];
  #at = 0;
  #argument = 0;
  #reordered = false;
  #isGoodArgument = true;

  constructor(format: string, values: readonly GoValue[]) {
    this.#format = format;
    this.#values = values;
  }

  run(): string {
    const format = this.#format;
    const values = this.#values;
    let out = '';
    while (this.#at < format.length) {
      const percent = format.indexOf('%', this.#at);
      if (percent === -1) {
        out += format.slice(this.#at);
        break;
      }
      out += format.slice(this.#at, percent);
      this.#at = percent + 1;
      out += this.#directive();
    }
    if (!this.#reordered && this.#argument < values.length) {
      this.#printer.clear();
      const extra = values
        .slice(this.#argument)
        .map((value) => (value === null ? '<nil>' : `${typeOf(value)}=${this.#printer.argument(value, 'v')}`));
      out += `%!(EXTRA ${extra.join(', ')})`;
    }
    return out;
  }

  #directive(): string {
    const format = this.#format;
    const printer = this.#printer;
    printer.clear();
    this.#isGoodArgument = true;
    this.#flags();
    let out = '';
    let afterIndex = this.#index();
    if (format[this.#at] === '*') {
      this.#at++;
      printer.width = this.#fromArgument();
      if (printer.width === undefined) out += '%!(BADWIDTH)';
      else if (printer.width < 0) {
        printer.width = -printer.width;
        printer.minus = true;
        printer.zero = false;
      }
      afterIndex = false;
    } else {
      printer.width = this.#number();
      if (afterIndex && printer.width !== undefined) this.#isGoodArgument = false;
    }
    if (format[this.#at] === '.' && this.#at + 1 < format.length) {
      this.#at++;
      if (afterIndex) this.#isGoodArgument = false;
      afterIndex = this.#index();
      if (format[this.#at] === '*') {
        this.#at++;
        const precision = this.#fromArgument();
        printer.precision = precision !== undefined && precision < 0 ? undefined : precision;
        if (printer.precision === undefined) out += '%!(BADPREC)';
        afterIndex = false;
      } else printer.precision = this.#number() ?? 0;
    }
    if (!afterIndex) this.#index();
    if (this.#at >= format.length) return `${out}%!(NOVERB)`;
    const { size } = decodeRune(format, this.#at);
    const verb = format.slice(this.#at, this.#at + size);
    this.#at += size;
    if (verb === '%') return `${out}%`;
    if (!this.#isGoodArgument) return `${out}%!${verb}(BADINDEX)`;
    if (this.#argument >= this.#values.length) return `${out}%!${verb}(MISSING)`;
    if (verb === 'v') {
      printer.sharpV = printer.sharp;
      printer.sharp = false;
      printer.plusV = printer.plus;
      printer.plus = false;
    }
    return out + printer.argument(this.#values[this.#argument++], verb);
  }

  #flags(): void {
    const printer = this.#printer;
    for (; ; this.#at++) {
      switch (this.#format[this.#at]) {
        case '#':
          printer.sharp = true;
          break;
        case '0':
          printer.zero = true;
          break;
        case '+':
          printer.plus = true;
          break;
        case '-':
          printer.minus = true;
          break;
        case ' ':
          printer.space = true;
          break;
        default:
          return;
      }
    }
  }

  /** `[3]`: which argument is next. */
  #index(): boolean {
    if (this.#format[this.#at] !== '[') return false;
    this.#reordered = true;
    const close = this.#format.indexOf(']', this.#at);
    if (close === -1) {
      this.#at++;
      this.#isGoodArgument = false;
      return false;
    }
    const inside = this.#format.slice(this.#at + 1, close);
    this.#at = close + 1;
    const isNumber = /^[0-9]+$/.test(inside) && Number(inside) <= LARGEST_WIDTH;
    const index = Number(inside) - 1;
    if (isNumber && index >= 0 && index < this.#values.length) {
      this.#argument = index;
      return true;
    }
    this.#isGoodArgument = false;
    return isNumber;
  }

  #number(): number | undefined {
    const start = this.#at;
    while (/[0-9]/.test(this.#format[this.#at] ?? '')) this.#at++;
    if (this.#at === start) return undefined;
    const number = Number(this.#format.slice(start, this.#at));
    if (number <= LARGEST_WIDTH) return number;
    // So Go does: what follows such a number is lost.
    this.#at = this.#format.length;
    return undefined;
  }

  #fromArgument(): number | undefined {
    const value = this.#values[this.#argument];
    if (this.#argument >= this.#values.length) return undefined;
    this.#argument++;
    if (!(value instanceof GoInt) || typeof value.value !== 'number') return undefined;
    return Math.abs(value.value) > LARGEST_WIDTH ? undefined : value.value;
  }
}

/**
 * The parts of a map or a list. Put together by `+` they are not copied: a template that prints its context, with all
 * files of the chart as decimals, would copy 30 MB at every level (bitnami/envoy-gateway).
 */
function joined(open: string, parts: readonly string[], close: string): string {
  let text = open;
  for (const [index, part] of parts.entries()) text += index === 0 ? part : ` ${part}`;
  text += close;
  chargeMade(text);
  return text;
}
