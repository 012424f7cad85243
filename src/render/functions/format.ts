/**
 * Walks through a format of Go (package fmt), for both engines. What the verbs make of values, and what is done about a
 * format that does not fit them, is up to the engine: Go writes `%!d(MISSING)` into the text, native templates fail.
 */
import { decodeRune } from './utf8.ts';
import { PLAIN } from './verbs.ts';
import type { FormatSpec } from './verbs.ts';

/** What is wrong with a directive, in Go's words. */
export type FormatProblem = 'BADINDEX' | 'BADPREC' | 'BADWIDTH' | 'MISSING' | 'NOVERB';

/** How an engine prints. Arguments are told by their place, from 0. */
export type FormatRules = {
  /** How many arguments there are. */
  count: number;
  /** The text of an argument by a verb. */
  print: (argument: number, verb: string, spec: FormatSpec, directive: () => string) => string;
  /** The whole number of an argument that stands for a `*`; undefined where it is none. */
  size: (argument: number, directive: () => string) => number | undefined;
  /** What stands in the text in place of a directive that cannot be printed; `verb` is empty where there is none. */
  problem: (problem: FormatProblem, verb: string, directive: () => string) => string;
};

/** Widths and precisions beyond this are none. */
const LARGEST_WIDTH = 1e6;

/** Where a walk ended. */
export type Formatted = {
  text: string;
  /** The arguments behind the last one that was printed, unless the format chose them by their places. */
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

/** Prints by a format, which is a string of bytes as what it gives. */
export function walkFormat(format: string, rules: FormatRules): Formatted {
  return new Walk(format, rules).run();
}

class Walk {
  readonly #format: string;
  readonly #rules: FormatRules;
  #at = 0;
  #argument = 0;
  #reordered = false;
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
    if (isNumber && index >= 0 && index < this.#rules.count) {
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

  #fromArgument(written: () => string): number | undefined {
    if (this.#argument >= this.#rules.count) return undefined;
    const size = this.#rules.size(this.#argument++, written);
    return size === undefined || Math.abs(size) > LARGEST_WIDTH ? undefined : size;
  }
}
