/** Reads expressions of Go templates and of languages with operators, and gives their native spelling for hints. */

import { ROOT_NAMES } from './scope.ts';
import { helperOfAlias } from './helpers/aliases.ts';

/** An expression that was read. */
export type Foreign = {
  /** The native spelling, without parentheses around it. */
  native: string;
  /** It is called with arguments. */
  isCall: boolean;
  /** The name that it calls is that of a helper. */
  isHelper: boolean;
  /** The operators that it was written with. */
  operators: readonly string[];
  /** The words that stand between what they join, as in `a and b`, or in a call without parentheses around it. */
  words: readonly string[];
  /** It has names such as `.Values.x`, or pipes. */
  isGo: boolean;
  /**
   * For `x | toYaml | nindent 4` and the like: `x`, whether `quote` is among the calls, and the partial that `x`
   * includes.
   */
  pipe?: { native: string; quotes: boolean; include: string | undefined };
};

/** The helper for each operator; those that bind least come first. */
const OPERATORS: readonly Readonly<Record<string, string>>[] = [
  { '||': 'or' },
  { '&&': 'and' },
  { '===': 'eq', '!==': 'ne', '==': 'eq', '!=': 'ne' },
  { '<=': 'le', '>=': 'ge', '<': 'lt', '>': 'gt' },
  { '+': 'add', '-': 'sub' },
  { '*': 'mul', '/': 'div', '%': 'mod' },
];

/** Operators that other languages write as words between what they join. */
const JOINING: ReadonlySet<string> = new Set(['or', 'and']);

/** Helpers of conditions: their bare name among arguments begins a call without parentheses. */
const COMPARING: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'not', 'contains', 'hasKey']);

type ForeignExpression =
  | { type: 'literal'; text: string }
  | { type: 'path'; text: string }
  | { type: 'named'; name: string; value: ForeignExpression }
  | { type: 'call'; name: string; args: ForeignExpression[] };

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(-?\d+(?:\.\d+)?)(?![\w.])|(===|!==|==|!=|<=|>=|&&|\|\||\?\?|:=|[|()<>!?:,+*/%[\]=]|-(?=\s))|((?:\$|@|\.\.\/|\.\/|\.(?=[\w$])|\.(?=[\s)|,]|$))*(?:[\w$]|-(?=\w))*(?:[./](?:[\w$-]+|\[[^\]]*\]))*))/y;

/** Reads an expression; undefined for text that is none in any of these languages. */
export function parseForeign(text: string, isHelper: (name: string) => boolean): Foreign | undefined {
  const tokens = tokensOf(
    text.replaceAll(/\(\s*(\$?\.Files)\.Glob\s+([^()]+?)\s*\)\.(AsConfig|AsSecrets)/g, '($1.$3 $2)'),
  );
  if (tokens === undefined || tokens.length === 0) return undefined;
  const reader = new Reader(tokens, isHelper);
  try {
    const expression = reader.pipeline();
    if (!reader.isAtEnd) return undefined;
    const pipe = pipeOf(expression);
    const isCall = expression.type === 'call' && (expression.args.length > 0 || isHelper(expression.name));
    return {
      native: print(expression, false),
      isCall,
      isHelper: expression.type === 'call' && isHelper(expression.name),
      operators: reader.operators,
      words: reader.words,
      isGo: reader.isGo,
      ...(pipe && { pipe }),
    };
  } catch (error) {
    if (error instanceof NoExpression) return undefined;
    throw error;
  }
}

/** The text is not an expression. */
class NoExpression extends Error {}

type ForeignToken = { text: string; kind: 'string' | 'number' | 'sign' | 'path'; spaced: boolean };

function tokensOf(text: string): ForeignToken[] | undefined {
  const tokens: ForeignToken[] = [];
  TOKEN.lastIndex = 0;
  const trimmed = text.trimEnd();
  while (TOKEN.lastIndex < trimmed.length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(trimmed);
    if (match === null || TOKEN.lastIndex === start) return undefined;
    const [all, string, number, sign, path] = match;
    const found = string ?? number ?? sign ?? path ?? '';
    if (found === '') return undefined;
    const kind =
      string !== undefined ? 'string' : number !== undefined ? 'number' : sign !== undefined ? 'sign' : 'path';
    tokens.push({ text: found, kind, spaced: all.length > found.length });
  }
  return tokens;
}

class Reader {
  readonly operators: string[] = [];
  readonly words: string[] = [];
  isGo = false;
  readonly #tokens: readonly ForeignToken[];
  readonly #isHelper: (name: string) => boolean;
  #at = 0;
  /** Inside `upper(a, b)`, where commas end arguments. */
  #inArguments = false;

  constructor(tokens: readonly ForeignToken[], isHelper: (name: string) => boolean) {
    this.#tokens = tokens;
    this.#isHelper = isHelper;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  pipeline(): ForeignExpression {
    let value = this.#choice();
    while (this.#take('|')) {
      this.isGo = true;
      const next = this.#call();
      if (next.type === 'path') value = { type: 'call', name: next.text, args: [value] };
      else if (next.type === 'call') value = { ...next, args: [...next.args, value] };
      else throw new NoExpression();
    }
    return value;
  }

  /** Reads `c ? a : b` and `a ?? b`. */
  #choice(): ForeignExpression {
    const value = this.#binary(0);
    if (this.#take('??')) {
      this.operators.push('??');
      return { type: 'call', name: 'default', args: [this.#choice(), value] };
    }
    if (!this.#take('?')) return value;
    this.operators.push('? :');
    const then = this.#choice();
    if (!this.#take(':')) throw new NoExpression();
    return { type: 'call', name: 'ternary', args: [then, this.#choice(), value] };
  }

  #binary(level: number): ForeignExpression {
    const names = OPERATORS[level];
    if (names === undefined) return this.#call();
    let left = this.#binary(level + 1);
    for (;;) {
      const token = this.#tokens[this.#at];
      const isWord = token?.kind === 'path' && Object.values(names).includes(token.text) && JOINING.has(token.text);
      const name = token?.kind === 'sign' ? names[token.text] : isWord ? token.text : undefined;
      if (token === undefined || name === undefined) return left;
      this.#at++;
      (isWord ? this.words : this.operators).push(token.text);
      const right = this.#binary(level + 1);
      const isText = (one: ForeignExpression): boolean => one.type === 'literal' && /^["'`]/.test(one.text);
      left = {
        type: 'call',
        name: name === 'add' && (isText(left) || isText(right)) ? 'print' : name,
        args: [left, right],
      };
    }
  }

  /** Reads a term, or a helper with its arguments behind it. */
  #call(): ForeignExpression {
    const head = this.#term();
    if (head.type === 'path' && this.#isHelper(head.text) && this.#hasCommas()) return this.#arguments(head.text);
    const args: ForeignExpression[] = [];
    while (this.#startsTerm()) args.push(this.#bareCall() ?? this.#term());
    if (args.length === 0) return head;
    if (head.type === 'path') return { type: 'call', name: head.text, args };
    // A call of what a call gives, as in `(.Files.Get "x") y`, has no native spelling.
    throw new NoExpression();
  }

  /** Reads `eq a b` among the arguments of another helper, as in `and x eq a b`. */
  #bareCall(): ForeignExpression | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'path' || !COMPARING.has(token.text)) return undefined;
    this.words.push(token.text);
    return this.#call();
  }

  #startsTerm(): boolean {
    if (!this.#inArguments && this.#take(',')) this.operators.push(',');
    const token = this.#tokens[this.#at];
    if (token?.kind === 'path' && JOINING.has(token.text)) return false;
    return token !== undefined && (token.kind !== 'sign' || token.text === '(' || token.text === '!');
  }

  #term(): ForeignExpression {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new NoExpression();
    if (token.kind === 'string') return { type: 'literal', text: quoted(token.text) };
    if (token.kind === 'number') return { type: 'literal', text: token.text };
    if (token.text === '!') {
      this.operators.push('!');
      return { type: 'call', name: 'not', args: [this.#term()] };
    }
    if (token.text === '(') {
      const outer = this.#inArguments;
      this.#inArguments = false;
      const inner = this.pipeline();
      this.#inArguments = outer;
      if (!this.#take(')')) throw new NoExpression();
      return inner;
    }
    if (token.kind !== 'path') throw new NoExpression();
    const next = this.#tokens[this.#at];
    // A named argument: `key=value`.
    if (next?.text === '=' && !next.spaced) {
      this.#at++;
      return { type: 'named', name: token.text, value: this.#term() };
    }
    if (next?.text === '(' && !next.spaced && this.#isHelper(token.text)) return this.#arguments(token.text);
    return this.#path(token.text);
  }

  /** Do parentheses with commas follow, as in `max (a, b)`? */
  #hasCommas(): boolean {
    if (this.#tokens[this.#at]?.text !== '(') return false;
    let depth = 0;
    for (const { text } of this.#tokens.slice(this.#at)) {
      if (text === '(') depth++;
      else if (text === ')' && --depth === 0) return false;
      else if (text === ',' && depth === 1) return true;
    }
    return false;
  }

  /** Reads the arguments of `upper(a, b)`. */
  #arguments(name: string): ForeignExpression {
    this.operators.push(`${name}( )`);
    this.#at++;
    const outer = this.#inArguments;
    this.#inArguments = true;
    const args: ForeignExpression[] = [];
    while (!this.#take(')')) {
      args.push(this.#choice());
      this.#take(',');
      if (this.isAtEnd) throw new NoExpression();
    }
    this.#inArguments = outer;
    return { type: 'call', name, args };
  }

  #path(written: string): ForeignExpression {
    let text = this.#nameOf(written);
    for (;;) {
      const next = this.#tokens[this.#at];
      if (next?.text !== '[' || next.spaced) break;
      const key = this.#tokens[this.#at + 1];
      if (key === undefined || this.#tokens[this.#at + 2]?.text !== ']') throw new NoExpression();
      this.operators.push('[ ]');
      this.#at += 3;
      const name = key.kind === 'string' ? key.text.slice(1, -1) : key.text;
      text += key.kind !== 'number' && /^\w+$/.test(name) ? `.${name}` : `.[${name}]`;
      const more = this.#tokens[this.#at];
      if (more !== undefined && more.kind === 'path' && !more.spaced && more.text.startsWith('.')) {
        this.#at++;
        text += more.text;
      }
    }
    if (text === GO_MINOR || text === GO_MAJOR) {
      const part: ForeignExpression = { type: 'literal', text: text === GO_MINOR ? '"Minor"' : '"Major"' };
      const version: ForeignExpression = { type: 'path', text: 'capabilities.kubeVersion' };
      return { type: 'call', name: 'get', args: [{ type: 'call', name: 'semver', args: [version] }, part] };
    }
    return { type: 'path', text };
  }

  /** The native name for `.Values.x`, `$.Release.Name`, `$x` or `.`. */
  #nameOf(written: string): string {
    const go = /^\$?\.?(Values|Release|Chart|Capabilities|Files|Template)(?:\.(.*))?$/.exec(written);
    if (go !== null) {
      this.isGo = true;
      return rootName(go[1] ?? '', go[2]);
    }
    // Handlebars reads `.` as `this`, too.
    if (written === '.') return 'this';
    if (written === '$') {
      this.isGo = true;
      return '@root';
    }
    if (/^\$\w/.test(written)) {
      this.isGo = true;
      if (written.startsWith('$root.')) return this.#nameOf(written.slice('$root.'.length));
      return written.slice(1);
    }
    if (/^\.\w/.test(written)) {
      this.isGo = true;
      const [head = ''] = written.slice(1).split('.');
      return ROOT_NAMES.has(head) ? written.slice(1) : `this${written}`;
    }
    return written;
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.kind !== 'sign' || token.text !== text) return false;
    this.#at++;
    return true;
  }
}

const GO_MINOR = 'capabilities.kubeVersion.Minor';
const GO_MAJOR = 'capabilities.kubeVersion.Major';

function rootName(root: string, rest: string | undefined): string {
  const name = root.toLowerCase();
  if (rest === undefined) return name;
  if (root === 'Values') return `${name}.${rest}`;
  if (root === 'Capabilities') {
    const known = rest
      .replace(/^APIVersions\.Has$/, 'has')
      .replace(/^APIVersions$/, 'apiVersions')
      .replace(/^KubeVersion\.(?:Version|GitVersion|String)$/, 'kubeVersion')
      .replace(/^KubeVersion\b/, 'kubeVersion');
    return `${name}.${known}`;
  }
  const [first = '', ...more] = rest.split('.');
  const field = first === 'AppVersion' || first === 'APIVersion' ? first.replace('API', 'api') : first;
  return [name, field.charAt(0).toLowerCase() + field.slice(1), ...more].join('.');
}

/** A text in quotes that Handlebars knows: it has no backquotes. */
function quoted(text: string): string {
  const inner = text.slice(1, -1);
  if (text.startsWith('`')) return inner.includes('"') ? `'${inner}'` : `"${inner}"`;
  return text;
}

/** The helpers that make a text of a value for the YAML of a Go template. */
const TO_TEXT: ReadonlySet<string> = new Set(['toYaml', 'nindent', 'indent', 'quote', 'squote']);

/** The value inside calls of {@link TO_TEXT}; undefined where there is no such call. */
function pipeOf(expression: ForeignExpression): Foreign['pipe'] {
  let inner = expression;
  let quotes = false;
  let count = 0;
  while (inner.type === 'call' && TO_TEXT.has(inner.name)) {
    const last = inner.args.at(-1);
    if (last === undefined) return undefined;
    quotes ||= inner.name === 'quote' || inner.name === 'squote';
    count++;
    inner = last;
  }
  if (count === 0) return undefined;
  const [name] = inner.type === 'call' && inner.name === 'include' ? inner.args : [];
  const isInclude = name?.type === 'literal' && !quotes;
  return { native: print(inner, false), quotes, include: isInclude ? name.text.slice(1, -1) : undefined };
}

function print(expression: ForeignExpression, inCall: boolean): string {
  switch (expression.type) {
    case 'literal':
    case 'path':
      return expression.text;
    case 'named':
      return `${expression.name}=${print(expression.value, true)}`;
    case 'call': {
      const go = expression.name.replace(/^must(?=[A-Z])/, '').replace(/^[A-Z]/, (letter) => letter.toLowerCase());
      const name = helperOfAlias(go) ?? go;
      // A context of `.` or `$` is left out: native calls use the current context by themselves.
      const isContext = ({ type, ...one }: ForeignExpression): boolean =>
        type === 'path' && 'text' in one && (one.text === 'this' || one.text === '@root');
      const keepsContext = !['include', 'tpl', 'template'].includes(name);
      const args = expression.args.filter((one, index) => keepsContext || index === 0 || !isContext(one));
      const text = [name, ...args.map((one) => print(one, true))].join(' ');
      return inCall ? `(${text})` : text;
    }
  }
}
