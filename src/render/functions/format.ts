/**
 * Reads formats of Go's package fmt for both engines. How values are printed, and what happens when a format does not fit
 * them, is decided by the engine: Go prints `%!d(MISSING)`, native templates fail.
 */
import { decodeRune } from '../../utf8.ts';
import { PLAIN } from './verbs.ts';
import type { FormatSpec } from './verbs.ts';

/** What is wrong with a directive, in Go's words. */
export type FormatProblem = 'BADINDEX' | 'BADPREC' | 'BADWIDTH' | 'MISSING' | 'NOVERB';

/** How an engine prints by a format. Arguments are given by their index, from 0; `directive` gives the directive as written. */
export type FormatRules = {
  /** The number of arguments. */
  count: number;
  /** Prints an argument by a verb with its flags. */
  print: (argument: number, verb: string, spec: FormatSpec, directive: () => string) => string;
  /** The number of an argument that a `*` takes as width or precision; undefined where it is not a whole number. */
  size: (argument: number, directive: () => string) => number | undefined;
  /** What is printed in place of a directive that cannot be; `verb` is empty where it has none. */
  problem: (problem: FormatProblem, verb: string, directive: () => string) => string;
};

/** Go ignores larger widths and precisions. */
const MAX_WIDTH = 1e6;

/** What a format printed. */
export type Formatted = {
  text: string;
  /**
   * The index of the first argument that was not printed; undefined where all were, or where the format has indexes
   * (`%[1]d`).
   */
  extra: { from: number } | undefined;
};

/**
 * Go's `fmt.Sprint`: a blank between two values when neither is a text.
 *
 * @param print gives the text of a value: as `%v` prints it in Go, and as it is written in native templates
 */
export function joinValues<T>(values: readonly T[], print: (value: T) => string): string {
  let text = '';
  for (let index = 0; index < values.length; index++) {
    if (index > 0 && typeof values[index] !== 'string' && typeof values[index - 1] !== 'string') text += ' ';
    text += print(values[index] as T);
  }
  return text;
}

/** Prints by a format. Format and result are texts of bytes. */
export function walkFormat(format: string, rules: FormatRules): Formatted {
  return new Walk(format, rules).run();
}

/** Reads one format, as `doPrintf` of Go's package fmt. */
class Walk {
  readonly #format: string;
  readonly #rules: FormatRules;
  #at = 0;
  #argument = 0;
  #reordered = false;
  /** The index of the directive, if it has one, is valid and at its place. */
  #isGoodArgument = true;

  constructor(format: string, rules: FormatRules) {
    this.#format = format;
    this.#rules = rules;
  }

  run(): Formatted {
    const format = this.#format;
    let text = '';
    while (this.#at < format.length) {
      const percent = format.indexOf('%', this.#at);
      if (percent === -1) {
        text += format.slice(this.#at);
        break;
      }
      text += format.slice(this.#at, percent);
      this.#at = percent + 1;
      text += this.#directive();
    }
    const hasExtra = !this.#reordered && this.#argument < this.#rules.count;
    return { text, extra: hasExtra ? { from: this.#argument } : undefined };
  }

  /** Prints a directive, from behind its `%`. */
  #directive(): string {
    const format = this.#format;
    const start = this.#at - 1;
    const written = (): string => format.slice(start, this.#at);
    this.#isGoodArgument = true;
    const spec = this.#flags();
    let out = '';
    let afterIndex = this.#index();
    if (format[this.#at] === '*') {
      this.#at++;
      spec.width = this.#fromArgument(written);
      if (spec.width === undefined) out += this.#rules.problem('BADWIDTH', '', written);
      else if (spec.width < 0) {
        spec.width = -spec.width;
        spec.minus = true;
        spec.zero = false;
      }
      afterIndex = false;
    } else {
      spec.width = this.#number();
      if (afterIndex && spec.width !== undefined) this.#isGoodArgument = false;
    }
    if (format[this.#at] === '.' && this.#at + 1 < format.length) {
      this.#at++;
      if (afterIndex) this.#isGoodArgument = false;
      afterIndex = this.#index();
      if (format[this.#at] === '*') {
        this.#at++;
        const precision = this.#fromArgument(written);
        spec.precision = precision !== undefined && precision < 0 ? undefined : precision;
        if (spec.precision === undefined) out += this.#rules.problem('BADPREC', '', written);
        afterIndex = false;
      } else spec.precision = this.#number() ?? 0;
    }
    if (!afterIndex) this.#index();
    if (this.#at >= format.length) return out + this.#rules.problem('NOVERB', '', written);
    const { size } = decodeRune(format, this.#at);
    const verb = format.slice(this.#at, this.#at + size);
    this.#at += size;
    if (verb === '%') return `${out}%`;
    if (!this.#isGoodArgument) return out + this.#rules.problem('BADINDEX', verb, written);
    if (this.#argument >= this.#rules.count) return out + this.#rules.problem('MISSING', verb, written);
    return out + this.#rules.print(this.#argument++, verb, spec, written);
  }

  /** Reads the flags. */
  #flags(): FormatSpec {
    const spec: FormatSpec = { ...PLAIN };
    for (; ; this.#at++) {
      switch (this.#format[this.#at]) {
        case '#':
          spec.sharp = true;
          break;
        case '0':
          spec.zero = true;
          break;
        case '+':
          spec.plus = true;
          break;
        case '-':
          spec.minus = true;
          break;
        case ' ':
          spec.space = true;
          break;
        default:
          return spec;
      }
    }
  }

  /** Reads the index of the next argument, `[3]`. @returns whether there was a number */
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
    const isNumber = /^[0-9]+$/.test(inside) && Number(inside) <= MAX_WIDTH;
    const index = Number(inside) - 1;
    if (isNumber && index >= 0 && index < this.#rules.count) {
      this.#argument = index;
      return true;
    }
    this.#isGoodArgument = false;
    return isNumber;
  }

  /** Reads a width or a precision; undefined where there is none. */
  #number(): number | undefined {
    const start = this.#at;
    while (/[0-9]/.test(this.#format[this.#at] ?? '')) this.#at++;
    if (this.#at === start) return undefined;
    const digits = this.#format.slice(start, this.#at);
    // Go compares before it adds the last digit: 1000001 is a width, and 10000010 is none.
    if (Number(digits.slice(0, -1)) <= MAX_WIDTH) return Number(digits);
    // As in Go, the rest of the format is dropped.
    this.#at = this.#format.length;
    return undefined;
  }

  /** The width or precision that the next argument gives. */
  #fromArgument(written: () => string): number | undefined {
    if (this.#argument >= this.#rules.count) return undefined;
    const size = this.#rules.size(this.#argument++, written);
    return size === undefined || Math.abs(size) > MAX_WIDTH ? undefined : size;
  }
}
