/**
 * Plain patterns of RE2 as JavaScript's own: nearly all patterns of charts are, and RE2 need not be loaded for
 * them. A pattern is plain when both read it alike, and when the work it can make of a text is known: there is
 * no loop in a loop. All others are left to RE2.
 */

/** A plain pattern. */
export type PlainPattern = {
  regex: RegExp;
  /** Quantifiers that may stop at any of a text's characters. */
  loops: number;
  /** In how many ways one may go through all else of it. */
  choices: number;
};

/** Steps that a search may take; RE2 is the faster one beyond. */
const MOST_STEPS = 10_000_000;

/** May it be run on a text of this length? The text must be ASCII. */
export function isCheap({ loops, choices }: PlainPattern, length: number): boolean {
  return (length + 1) ** (loops + 1) * choices <= MOST_STEPS;
}

/**
 * A part of a pattern, written for JavaScript: `least` is the length of its shortest match. Through what is simple
 * one way leads from each place, and to one end. `single` is the text of one that matches one character, or that
 * character or nothing.
 */
type Part = {
  text: string;
  loops: number;
  choices: number;
  least: number;
  isSimple: boolean;
  single?: string;
};

/** The pattern as one of JavaScript's; undefined when it is not plain. */
export function plainPattern(pattern: string): PlainPattern | undefined {
  if (pattern.length > LONGEST || !/^[\x00-\x7f]*$/.test(pattern)) return undefined;
  const reader = new Reader(pattern);
  const part = reader.alternatives(0);
  if (part === undefined || !reader.atEnd) return undefined;
  return { regex: new RegExp(part.text, 'g'), loops: part.loops, choices: part.choices };
}

const LONGEST = 500;
const DEEPEST = 10;
const SPACE = '\\t\\n\\f\\r ';

/** Escapes that both know, as they are outside of a class and inside. */
const ESCAPES: Readonly<Record<string, readonly [outside: string, inside: string | undefined]>> = {
  d: ['\\d', '\\d'],
  D: ['\\D', '\\D'],
  w: ['\\w', '\\w'],
  W: ['\\W', '\\W'],
  s: [`[${SPACE}]`, SPACE],
  S: [`[^${SPACE}]`, undefined],
  n: ['\\n', '\\n'],
  t: ['\\t', '\\t'],
  r: ['\\r', '\\r'],
  f: ['\\f', '\\f'],
  v: ['\\v', '\\v'],
};

class Reader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get atEnd(): boolean {
    return this.#at === this.#pattern.length;
  }

  alternatives(depth: number): Part | undefined {
    if (depth > DEEPEST) return undefined;
    const all: Part[] = [];
    do {
      const part = this.#sequence(depth);
      if (part === undefined) return undefined;
      all.push(part);
    } while (this.#take('|'));
    const [only] = all;
    if (all.length === 1) return only;
    return {
      text: all.map(({ text }) => text).join('|'),
      loops: Math.max(...all.map(({ loops }) => loops)),
      choices: all.reduce((sum, { choices }) => sum + choices, 0),
      least: Math.min(...all.map(({ least }) => least)),
      isSimple: false,
    };
  }

  #sequence(depth: number): Part | undefined {
    const whole: Part = { text: '', loops: 0, choices: 1, least: 0, isSimple: true };
    // What may come before the next part, or not: that part tells, if it is another character.
    let undecided: string[] = [];
    while (!this.atEnd && !'|)'.includes(this.#peek())) {
      const part = this.#piece(depth);
      if (part === undefined) return undefined;
      whole.text += part.text;
      whole.loops += part.loops;
      whole.choices *= part.choices;
      whole.least += part.least;
      const { single } = part;
      const isMaybe = single !== undefined && part.least === 0;
      const isTold = undecided.every((one) => single !== undefined && isApart(one, single));
      whole.isSimple &&= isTold && (part.isSimple || isMaybe);
      undecided = isMaybe ? [...undecided, single] : [];
    }
    whole.isSimple &&= undecided.length === 0;
    return whole;
  }

  /** One atom with its quantifier. */
  #piece(depth: number): Part | undefined {
    const atom = this.#atom(depth);
    if (atom === undefined) return undefined;
    const quantifier = this.#match(/[*+?]\??|\{\d{1,2}(?:,\d{0,2})?\}\??/y);
    if (quantifier === undefined) return atom;
    // What may be nothing is repeated in another way by RE2, and a repetition of a repetition is an error.
    if (atom.least === 0 || '*+?{'.includes(this.#peek() || ' ')) return undefined;
    const text = atom.text + quantifier;
    if (quantifier.startsWith('?')) return { ...atom, text, choices: atom.choices + 1, least: 0, isSimple: false };
    if (!atom.isSimple) return undefined;
    const [, least = quantifier.startsWith('+') ? '1' : '0', most] = /^\{(\d+)(?:,(\d*))?\}/.exec(quantifier) ?? [];
    if (most !== undefined && most !== '' && Number(most) < Number(least)) return undefined;
    const loops = quantifier.startsWith('{') && most === undefined ? 0 : 1;
    return { text, loops, choices: 1, least: atom.least * Number(least), isSimple: false };
  }

  #atom(depth: number): Part | undefined {
    const simple = (text: string): Part => ({ text, loops: 0, choices: 1, least: 1, isSimple: true, single: text });
    const place = (text: string): Part => ({ text, loops: 0, choices: 1, least: 0, isSimple: false });
    const character = this.#peek();
    switch (character) {
      case '(':
        return this.#group(depth);
      case '[':
        return this.#class();
      case '.':
        this.#at++;
        return simple('[^\\n]');
      case '^':
      case '$':
        this.#at++;
        return place(character);
      case '\\': {
        const escaped = this.#pattern[this.#at + 1] ?? '';
        this.#at += 2;
        if (escaped === 'b' || escaped === 'B') return place(`\\${escaped}`);
        if (escaped === 'A') return place('^');
        if (escaped === 'z') return place('$');
        const known = Object.hasOwn(ESCAPES, escaped) ? ESCAPES[escaped]?.[0] : punctuation(escaped);
        return known === undefined ? undefined : simple(known);
      }
      default:
        if ('*+?{}]'.includes(character)) return undefined;
        this.#at++;
        return simple(punctuation(character) ?? character);
    }
  }

  #group(depth: number): Part | undefined {
    const open = this.#match(/\((?:\?:|(?!\?))/y);
    if (open === undefined) return undefined;
    const inside = this.alternatives(depth + 1);
    if (inside === undefined || !this.#take(')')) return undefined;
    const { single: _single, ...rest } = inside;
    return { ...rest, text: `${open}${inside.text})` };
  }

  #class(): Part | undefined {
    let text = this.#match(/\[\^?/y) ?? '';
    if (this.#peek() === ']') return undefined;
    for (let isFirst = true; !this.#take(']'); isFirst = false) {
      const from = this.#member(isFirst);
      if (from === undefined) return undefined;
      text += from.text;
      if (this.#peek() !== '-' || this.#pattern[this.#at + 1] === ']') continue;
      this.#at++;
      const to = this.#member(false);
      if (from.code === undefined || to?.code === undefined || to.code < from.code) return undefined;
      text += `-${to.text}`;
    }
    text += ']';
    return { text, loops: 0, choices: 1, least: 1, isSimple: true, single: text };
  }

  /** A character of a class; or a class in it, which has no code. */
  #member(isFirst: boolean): { text: string; code: number | undefined } | undefined {
    if (this.atEnd || this.#pattern.startsWith('[:', this.#at)) return undefined;
    const character = this.#peek();
    this.#at++;
    // A dash stands for itself only at an end.
    if (character === '-' && !isFirst && this.#peek() !== ']') return undefined;
    if (character !== '\\') {
      return { text: punctuation(character) ?? character, code: character.charCodeAt(0) };
    }
    const escaped = this.#peek();
    this.#at++;
    if (Object.hasOwn(ESCAPES, escaped)) {
      const inside = ESCAPES[escaped]?.[1];
      if (inside === undefined) return undefined;
      const code = 'ntrfv'.includes(escaped) ? '\n\t\r\f\v'.charCodeAt('ntrfv'.indexOf(escaped)) : undefined;
      return { text: inside, code };
    }
    const text = punctuation(escaped);
    return text === undefined ? undefined : { text, code: escaped.charCodeAt(0) };
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? '';
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#pattern)?.[0];
    this.#at += text?.length ?? 0;
    return text;
  }
}

/** Is there no character that both match? */
function isApart(one: string, other: string): boolean {
  const both = new RegExp(`(?=${one})${other}`);
  for (let code = 0; code < 128; code++) if (both.test(String.fromCharCode(code))) return false;
  return true;
}

/** A sign that stands for itself when it is escaped; letters and digits do not. */
function punctuation(character: string): string | undefined {
  return /^[!-/:-@[-`{-~]$/.test(character) && character !== '_' ? `\\${character}` : undefined;
}
