/**
 * Pieces of a template set out in lines, so that each tag of a block stands on a line of its own.
 *
 * Go templates mostly cut the space in front of a tag, so a line break belongs to the line behind it: `{{- if x }}⏎a: b`.
 * Native ones end each line by its break. Both say the same where a block begins and ends at the end of a line; blank
 * lines count only in texts.
 */
import { CannotConvert } from './cannot.ts';
import type { Branch, Content, Control, Piece } from './pieces.ts';
import { isCall, keyOf } from './expression.ts';
import type { Expression } from './expression.ts';

/** A part of a line. `level` is how many blocks with a context of their own are around it. */
export type Part =
  | string
  | { type: 'value'; value: Expression; level: number }
  | { type: 'block'; content: Content; level: number }
  /** A block within the line. */
  | {
      type: 'inline';
      branches: readonly { opens: Branch['opens']; parts: readonly Part[]; level: number }[];
      level: number;
    };

/** A line, with the values and blocks in it. */
export type Line = {
  type: 'line';
  parts: Part[];
  /** In a block of text, `|` or `>`, or in a file that is not YAML. */
  isText: boolean;
  /** The branches that it stands in, by the number of their block, with what each of them asks for. */
  within: readonly { control: number; branch: number; test: string }[];
};

/** A block whose tags stand on lines of their own. */
export type Tags = {
  type: 'tags';
  branches: readonly { opens: Branch['opens']; nodes: readonly Node[]; level: number }[];
  level: number;
  /** In a block of text every line counts. */
  isText: boolean;
};

/** A line, or a block of lines. */
export type Node = Line | Tags;

/**
 * Sets pieces out in lines.
 *
 * @param isText keep every blank line: it is a text, and no YAML
 * @throws {CannotConvert} where a block begins or ends within a line that it adds lines to
 */
export function linesOf(pieces: readonly Piece[], isText: boolean, source: string): Node[] {
  const setter = new Setter(isText, source);
  return setter.body(pieces, { prefix: '', skips: false, follows: undefined, text: undefined, within: [], level: 0 })
    .nodes;
}

type LineState = {
  /** What stands on the line already. */
  prefix: string;
  /** The line before is written already: the next line break ends it, and makes no blank line. */
  skips: boolean;
  /** Does a line break follow? Undefined at the end. */
  follows: boolean | undefined;
  /** The column that a block of text is indented from, where one is open. */
  text: number | undefined;
  within: Line['within'];
  level: number;
};

class Setter {
  readonly isText: boolean;
  readonly source: string;
  #controls = 0;

  constructor(isText: boolean, source: string) {
    this.isText = isText;
    this.source = source;
  }

  /** The lines of a body, without blank ones at the end; `text` is the block of text (`|`) that is open there. */
  body(pieces: readonly Piece[], state: LineState): { nodes: Node[]; text: number | undefined } {
    const body = new Body(this, state);
    for (const [at, piece] of pieces.entries()) body.add(piece, pieces.slice(at + 1));
    return body.end();
  }

  /** A number for the next block, to tell its branches from those of others. */
  nextControl(): number {
    return this.#controls++;
  }
}

/** Collects the lines of one body. */
class Body {
  readonly #setter: Setter;
  readonly #state: LineState;
  readonly #nodes: Node[] = [];
  /** The unfinished line. */
  #parts: Part[];
  #text: number | undefined;
  #skips: boolean;

  constructor(setter: Setter, state: LineState) {
    this.#setter = setter;
    this.#state = state;
    this.#parts = state.prefix === '' ? [] : [state.prefix];
    this.#text = state.text;
    this.#skips = state.skips;
  }

  end(): { nodes: Node[]; text: number | undefined } {
    if (!isBlank(this.#parts)) this.#flush();
    return { nodes: this.#nodes, text: this.#text };
  }

  /** @param rest what stands behind the piece in the body */
  add(piece: Piece, rest: readonly Piece[]): void {
    switch (piece.type) {
      case 'text': {
        const [first = '', ...lines] = piece.text.replaceAll('\r\n', '\n').split('\n');
        if (first !== '') this.#parts.push(first);
        for (const line of lines) {
          this.#flush();
          if (line !== '') this.#parts.push(line);
        }
        break;
      }
      case 'value':
        this.#parts.push({ type: 'value', value: piece.value, level: this.#state.level });
        break;
      case 'block': {
        const { indent, isNewLine, content } = piece;
        // `{{- include "x" . | indent 2 }}` behind text: such a definition begins with a line break.
        if (isNewLine || (indent !== undefined && !isBlank(this.#parts))) this.#flush();
        if (indent !== undefined) this.#parts = [`${this.#parts.join('')}${' '.repeat(indent)}`];
        this.#parts.push({ type: 'block', content, level: this.#state.level });
        break;
      }
      case 'control':
        this.#control(piece, rest);
    }
  }

  /** Is the line part of a text, where blank lines count? */
  get #inText(): boolean {
    return this.#setter.isText || this.#text !== undefined;
  }

  /** Ends a line. */
  #flush(): void {
    const { within } = this.#state;
    const parts = this.#parts;
    if (isBlank(parts)) {
      if (this.#inText && !this.#skips) this.#nodes.push({ type: 'line', parts: [], isText: true, within });
    } else {
      if (this.#text !== undefined && indentOf(parts) <= this.#text) this.#text = undefined;
      const isText = this.#inText;
      this.#nodes.push({ type: 'line', parts: trimmedEnd(parts, isText), isText, within });
      if (!isText) this.#text = opensText(parts);
    }
    this.#skips = false;
    this.#parts = [];
  }

  #control(piece: Control, rest: readonly Piece[]): void {
    const { level } = this.#state;
    const follows = startsLine(rest) ?? this.#state.follows;
    // `---{{ if … }}`: the separator is a line of its own.
    if (this.#text === undefined && isSeparator(this.#parts)) this.#flush();
    const startsAll = piece.branches.every(({ body }) => startsLine(body) !== false);
    // A blank line of a text ends with the line break at the beginning of the branch.
    const isStart = isBlank(this.#parts) && !(this.#inText && startsAll && !this.#skips);
    if (!isLineLevel(piece, isStart, follows)) {
      this.#parts.push(inlineOf(piece, level, this.#setter.source));
      return;
    }
    const prefix = isStart ? this.#parts.join('') : '';
    if (!isStart) this.#flush();
    this.#parts = [];
    this.#branches(piece, { prefix, isStart, follows });
    this.#skips = follows !== false && piece.branches.some(({ body }) => body.length > 0 && !endsLine(body));
    if (follows === false) this.#parts = lastIndent(piece);
  }

  /** A block whose tags stand on lines of their own. */
  #branches(
    piece: Control,
    { prefix, isStart, follows }: { prefix: string; isStart: boolean; follows: boolean | undefined },
  ): void {
    const { within, level } = this.#state;
    const control = this.#setter.nextControl();
    const isText = this.#inText;
    let after = this.#text;
    const branches = piece.branches.map(({ opens, body }, branch) => {
      const inner = levelIn(opens, level);
      const made = this.#setter.body(body, {
        prefix,
        skips: !isStart || startsLine(body) === true,
        follows,
        text: this.#text,
        within: [...within, { control, branch, test: opens?.block === 'if' ? keyOf(opens.value) : '' }],
        level: inner,
      });
      after = made.text ?? after;
      return { opens, nodes: made.nodes, level: inner };
    });
    this.#text = after;
    this.#nodes.push({ type: 'tags', branches, level, isText });
  }
}

/** `each` and `with` give their body a context of its own, `if` does not. */
function levelIn(opens: Branch['opens'], level: number): number {
  return opens === undefined || opens.block === 'if' ? level : level + 1;
}

function isSeparator(parts: readonly Part[]): boolean {
  return parts.length > 0 && parts.every((part) => typeof part === 'string') && parts.join('').trim() === '---';
}

/** A block within a line. */
function inlineOf({ branches, pos }: Control, level: number, source: string): Part {
  return {
    type: 'inline',
    level,
    branches: branches.map(({ opens, body }) => {
      const inner = levelIn(opens, level);
      const parts = body.map((piece): Part => {
        if (piece.type === 'control') return inlineOf(piece, inner, source);
        if (piece.type === 'text' && !piece.text.includes('\n')) return piece.text;
        if (piece.type === 'value') return { type: 'value', value: piece.value, level: inner };
        if (piece.type === 'block' && piece.indent === undefined && !piece.isNewLine) {
          return { type: 'value', value: piece.content.text, level: inner };
        }
        throw new CannotConvert('a block of lines begins or ends within a line', source, pos);
      });
      return { opens, parts, level: inner };
    }),
  };
}

/** Do pieces begin with a line break? Undefined where they print nothing. */
function startsLine(pieces: readonly Piece[]): boolean | undefined {
  for (const [at, piece] of pieces.entries()) {
    if (piece.type === 'text') {
      if (/^[ \t\r]*\n/.test(piece.text)) return true;
      if (piece.text.trim() !== '') return false;
    } else if (piece.type === 'value') return false;
    // `{{- end }}{{- include "x" . | indent 2 }}`: such a definition begins with a line break.
    else if (piece.type === 'block') return piece.isNewLine || (piece.indent !== undefined && at === 0);
    else {
      const bodies = piece.branches.map(({ body }) => body).filter((body) => !body.every(isRefusal));
      const starts = bodies.map(startsLine).filter((start) => start !== undefined);
      if (starts.length > 0) return starts.every(Boolean);
    }
  }
  return undefined;
}

/** Do pieces end with a line break, and space behind it? */
function endsLine(pieces: readonly Piece[]): boolean {
  const last = pieces.at(-1);
  if (last?.type === 'text') {
    // `---` is a line of its own, whatever stands behind it.
    if (/\n(?:[ \t]*|---)$/.test(last.text)) return true;
    return last.text.trim() === '' && endsLine(pieces.slice(0, -1));
  }
  return last?.type === 'control' && last.branches.every(({ body }) => body.length === 0 || endsLine(body));
}

/** Does a piece print nothing, since it is blank or stops the render? */
function isRefusal(piece: Piece): boolean {
  if (piece.type === 'text') return piece.text.trim() === '';
  return piece.type === 'value' && (isCall(piece.value, 'fail') || isCall(piece.value, 'required'));
}

function isLineLevel({ branches }: Control, isStart: boolean, follows: boolean | undefined): boolean {
  const bodies = branches.map(({ body }) => body).filter((body) => body.length > 0 && !body.every(isRefusal));
  if (!isStart && !bodies.every((body) => startsLine(body) === true)) return false;
  return follows !== false || bodies.every(endsLine);
}

/** The indentation that the last branch leaves for what stands behind the block on its line. */
function lastIndent({ branches }: Control): Part[] {
  const last = branches.find(({ body }) => body.length > 0)?.body.at(-1);
  const indent = last?.type === 'text' ? /\n([ \t]*)$/.exec(last.text)?.[1] : '';
  return indent === undefined || indent === '' ? [] : [indent];
}

/** Do these parts print nothing but white space? */
export function isBlank(parts: readonly Part[]): boolean {
  return parts.every((part) => typeof part === 'string' && part.trim() === '');
}

/** The column at which a line begins. */
export function indentOf(parts: readonly Part[]): number {
  let indent = 0;
  for (const part of parts) {
    if (typeof part !== 'string') break;
    const blank = part.length - part.trimStart().length;
    indent += blank;
    if (blank < part.length) break;
  }
  return indent;
}

function trimmedEnd(parts: Part[], isText: boolean): Part[] {
  const last = parts.at(-1);
  return isText || typeof last !== 'string'
    ? parts
    : [...parts.slice(0, -1), last.trimEnd()].filter((part) => part !== '');
}

/** The column of the key whose text a line opens by `|` or `>`; undefined for another line. */
function opensText(parts: readonly Part[]): number | undefined {
  const line = parts.map((part) => (typeof part === 'string' ? part : 'x')).join('');
  // The pattern takes the cube of the length.
  const match = line.length > 500 ? null : /^( *)((?:- +)*)(.*?)(?:^|[ :])[|>][-+0-9]*\s*(?:#.*)?$/.exec(line);
  if (match === null || line.trimStart().startsWith('#')) return undefined;
  const [, indent = '', dashes = '', key = ''] = match;
  if (key !== '')
    return key.trimEnd().endsWith(':') || /[|>][-+0-9]*\s*(?:#.*)?$/.test(line)
      ? indent.length + dashes.length
      : undefined;
  return indent.length + Math.max(0, dashes.trimEnd().length - 1);
}
