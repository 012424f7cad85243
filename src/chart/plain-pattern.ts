/**
 * Plain patterns of RE2 as JavaScript's own: nearly all patterns of charts are, and RE2 need not be loaded for
 * them. A pattern is plain when both read it alike. It is run on a text when it is known that this takes no long time.
 * All others are left to RE2.
 */
import { countSteps, stepProgram } from './pattern-steps.ts';
import type { PatternNode, StepProgram } from './pattern-steps.ts';

/** A plain pattern. */
export type PlainPattern = {
  regex: RegExp;
  /** Quantifiers that may stop at any of a text's characters; infinite where one stands in another. */
  loops: number;
  /** In how many ways one may go through all else of it. */
  choices: number;
  /** Do its groups catch what they catch in RE2? JavaScript forgets that when a repetition around them goes on. */
  hasSameGroups: boolean;
  node: PatternNode;
  /** For those texts for which the two numbers do not tell; null when it is too long. */
  steps?: StepProgram | null;
};

/** Steps that a search may take; RE2 is the faster one beyond. */
const MOST_STEPS = 10_000_000;

/** May it be run on this text? The text must be ASCII. */
export function isCheap(pattern: PlainPattern, text: string): boolean {
  return stepsFor(pattern, text) !== undefined;
}

/** At most how many steps a search of this text takes, which must be ASCII; undefined when they are too many. */
export function stepsFor(pattern: PlainPattern, text: string): number | undefined {
  const { loops, choices, node, regex } = pattern;
  const bound = loops < Infinity ? (text.length + 1) ** (loops + 1) * choices : Infinity;
  if (bound <= MOST_STEPS) return bound;
  if (pattern.steps === undefined) pattern.steps = stepProgram(node, regex.flags.replace('g', '')) ?? null;
  return pattern.steps === null ? undefined : countSteps(pattern.steps, text, MOST_STEPS);
}

/**
 * A part of a pattern, written for JavaScript: `least` is the length of its shortest match. Through what is simple
 * one way leads from each place, and to one end. `single` is the text of one that matches one character, or that
 * character or nothing. `mayLeaveGroup`: a group in it may take no part in a match.
 */
type Part = {
  text: string;
  node: PatternNode;
  loops: number;
  choices: number;
  least: number;
  isSimple: boolean;
  groups: number;
  mayLeaveGroup: boolean;
  hasSameGroups: boolean;
  /** How often something of it is repeated by numbers, one in another. */
  copies: number;
  single?: string;
};

/** The pattern as one of JavaScript's; undefined when it is not plain. */
export function plainPattern(pattern: string): PlainPattern | undefined {
  if (pattern.length > LONGEST || !/^[\x00-\x7f]*$/.test(pattern)) return undefined;
  const [start, flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? [''];
  const reader = new Reader(pattern.slice(start.length), flags);
  const part = reader.alternatives(0);
  if (part === undefined || !reader.atEnd) return undefined;
  const { text, loops, choices, hasSameGroups, node } = part;
  return { regex: new RegExp(text, flags.includes('i') ? 'gi' : 'g'), loops, choices, hasSameGroups, node };
}

const LONGEST = 500;
const DEEPEST = 10;
/** RE2 refuses to repeat anything more often. */
const MOST_COPIES = 1000;
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

/** A part of a pattern that has no parts, and matches one character or stands at a place. */
function leaf(kind: 'character' | 'place', text: string): Part {
  const part: Part = {
    text,
    node: { kind, text },
    loops: 0,
    choices: 1,
    least: 0,
    isSimple: false,
    groups: 0,
    mayLeaveGroup: false,
    hasSameGroups: true,
    copies: 1,
  };
  return kind === 'place' ? part : { ...part, least: 1, isSimple: true, single: text };
}

class Reader {
  readonly #pattern: string;
  readonly #flags: string;
  #at = 0;
  #names: Set<string> = new Set();

  constructor(pattern: string, flags: string) {
    this.#pattern = pattern;
    this.#flags = flags;
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
    const groups = all.reduce((sum, part) => sum + part.groups, 0);
    return {
      text: all.map(({ text }) => text).join('|'),
      node: { kind: 'alternatives', parts: all.map(({ node }) => node) },
      loops: Math.max(...all.map(({ loops }) => loops)),
      choices: all.reduce((sum, { choices }) => sum + choices, 0),
      least: Math.min(...all.map(({ least }) => least)),
      isSimple: false,
      groups,
      mayLeaveGroup: groups > 0,
      hasSameGroups: all.every((part) => part.hasSameGroups),
      copies: Math.max(...all.map(({ copies }) => copies)),
    };
  }

  #sequence(depth: number): Part | undefined {
    const parts: PatternNode[] = [];
    const whole: Part = { ...leaf('place', ''), node: { kind: 'sequence', parts }, isSimple: true };
    // What may come before the next part, or not: that part tells, if it is another character.
    let undecided: string[] = [];
    while (!this.atEnd && !'|)'.includes(this.#peek())) {
      const part = this.#piece(depth);
      if (part === undefined) return undefined;
      parts.push(part.node);
      whole.text += part.text;
      whole.loops += part.loops;
      whole.choices *= part.choices;
      whole.least += part.least;
      whole.groups += part.groups;
      whole.mayLeaveGroup ||= part.mayLeaveGroup;
      whole.hasSameGroups &&= part.hasSameGroups;
      whole.copies = Math.max(whole.copies, part.copies);
      const { single } = part;
      const isMaybe = single !== undefined && part.least === 0;
      const isTold = undecided.every((one) => single !== undefined && this.#isApart(one, single));
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
    const quantifier = this.#match(/[*+?]\??|\{(?:0|[1-9]\d?)(?:,(?:0|[1-9]\d?)?)?\}\??/y);
    if (quantifier === undefined) return atom;
    // What may be nothing is repeated in another way by RE2, and a repetition of a repetition is an error.
    if (atom.least === 0 || '*+?'.includes(this.#peek() || ' ') || this.#isAtCount()) return undefined;
    const text = atom.text + quantifier;
    const [least, most] = countsOf(quantifier);
    const node: PatternNode = { kind: 'repeat', part: atom.node, least, most };
    const mayLeaveGroup = atom.mayLeaveGroup || (least === 0 && atom.groups > 0);
    const whole: Part = { ...atom, text, node, mayLeaveGroup, isSimple: false, least: atom.least * least };
    if (quantifier.startsWith('?')) return { ...whole, choices: atom.choices + 1 };
    const copies = atom.copies * Math.max(1, most === Infinity ? least : most);
    if (most < least || copies > MOST_COPIES) return undefined;
    const { single: _single, ...rest } = { ...whole, copies, hasSameGroups: atom.hasSameGroups && !atom.mayLeaveGroup };
    if (!atom.isSimple) return { ...rest, loops: Infinity };
    return { ...rest, loops: most === least ? 0 : 1, choices: 1 };
  }

  #atom(depth: number): Part | undefined {
    const character = this.#peek();
    switch (character) {
      case '(':
        return this.#group(depth);
      case '[':
        return this.#class();
      case '.':
        this.#at++;
        return leaf('character', this.#flags.includes('s') ? '[^]' : '[^\\n]');
      case '^':
      case '$':
        this.#at++;
        if (!this.#flags.includes('m')) return leaf('place', character);
        return leaf('place', character === '^' ? '(?<![^\\n])' : '(?![^\\n])');
      case '\\': {
        const escaped = this.#pattern[this.#at + 1] ?? '';
        this.#at += 2;
        if (escaped === 'b' || escaped === 'B') return leaf('place', `\\${escaped}`);
        if (escaped === 'A') return leaf('place', '^');
        if (escaped === 'z') return leaf('place', '$');
        const known = Object.hasOwn(ESCAPES, escaped) ? ESCAPES[escaped]?.[0] : punctuation(escaped);
        return known === undefined ? undefined : leaf('character', known);
      }
      default:
        // A brace is a character like others unless it says how often.
        if ('*+?'.includes(character) || this.#isAtCount()) return undefined;
        this.#at++;
        return leaf('character', punctuation(character) ?? character);
    }
  }

  #group(depth: number): Part | undefined {
    const open = this.#match(/\((?:\?:|\?P?<[A-Za-z_]\w*>|(?!\?))/y);
    if (open === undefined) return undefined;
    const name = /<(.+)>/.exec(open)?.[1];
    if (name !== undefined) {
      if (this.#names.has(name)) return undefined;
      this.#names.add(name);
    }
    const inside = this.alternatives(depth + 1);
    if (inside === undefined || !this.#take(')')) return undefined;
    const { single: _single, ...rest } = inside;
    const groups = inside.groups + (open === '(?:' ? 0 : 1);
    return { ...rest, groups, text: `${open.replace('?P', '?')}${inside.text})` };
  }

  #class(): Part | undefined {
    let text = this.#match(/\[\^?/y) ?? '';
    if (this.#peek() === ']') return undefined;
    while (!this.#take(']')) {
      const from = this.#member();
      if (from === undefined) return undefined;
      text += from.text;
      if (from.code === undefined || this.#peek() !== '-' || this.#pattern[this.#at + 1] === ']') continue;
      this.#at++;
      const to = this.#member();
      if (to?.code === undefined || to.code < from.code) return undefined;
      text += `-${to.text}`;
    }
    return leaf('character', `${text}]`);
  }

  /** A character of a class; or a class in it, which has no code. */
  #member(): { text: string; code: number | undefined } | undefined {
    if (this.atEnd || this.#pattern.startsWith('[:', this.#at)) return undefined;
    const character = this.#peek();
    this.#at++;
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

  #isAtCount(): boolean {
    return /^\{\d+(?:,\d*)?\}/.test(this.#pattern.slice(this.#at));
  }

  /** Is there no character that both match? */
  #isApart(one: string, other: string): boolean {
    const both = new RegExp(`(?=${one})${other}`, this.#flags.includes('i') ? 'i' : '');
    for (let code = 0; code < 128; code++) if (both.test(String.fromCharCode(code))) return false;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#pattern)?.[0];
    this.#at += text?.length ?? 0;
    return text;
  }
}

/** How often a quantifier has something repeated, at least and at most. */
function countsOf(quantifier: string): [least: number, most: number] {
  const [, least = '', comma = '', most = ''] = /^\{(\d+)(,?)(\d*)\}/.exec(quantifier) ?? [];
  if (least !== '') return [Number(least), most !== '' ? Number(most) : comma === '' ? Number(least) : Infinity];
  return [quantifier.startsWith('+') ? 1 : 0, quantifier.startsWith('?') ? 1 : Infinity];
}

/** A sign that stands for itself when it is escaped; letters and digits do not. */
function punctuation(character: string): string | undefined {
  return /^[!-/:-@[-`{-~]$/.test(character) && character !== '_' ? `\\${character}` : undefined;
}
