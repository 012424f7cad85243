/** Prints definitions as native partials: those that give a text, and those that give structure. */
import type { Call, Expression } from './expression.ts';
import { printLines } from './layout.ts';
import { printWord } from './layout-text.ts';
import type { NoteSort } from './layout.ts';
import { linesOf } from './lines.ts';
import type { Node, Part } from './lines.ts';
import type { DefaultAt, Piece } from './pieces.ts';

/** A place that includes a definition: as structure (`{{> p}}`) or as text ((include "p")). */
export type Use = { name: string; as: 'structure' | 'text' };

/** The definitions that lines include. */
export function usesOf(nodes: readonly Node[]): Use[] {
  const uses: Use[] = [];
  visitNodes(nodes, uses);
  return uses;
}

function visitNodes(nodes: readonly Node[], uses: Use[]): void {
  for (const node of nodes) {
    if (node.type === 'tags') {
      for (const { opens, nodes: inner } of node.branches) {
        if (opens !== undefined) visit(opens.value, uses);
        visitNodes(inner, uses);
      }
    } else {
      const shown = node.parts.filter((part) => typeof part !== 'string' || part.trim() !== '');
      for (const part of shown) visitPart(part, uses, !node.isText && shown.length === 1);
    }
  }
}

function visitPart(part: Part, uses: Use[], isAlone: boolean): void {
  if (typeof part === 'string') return;
  if (part.type === 'value') visit(part.value, uses);
  else if (part.type === 'inline') {
    for (const { opens, parts } of part.branches) {
      if (opens !== undefined) visit(opens.value, uses);
      for (const inner of parts) visitPart(inner, uses, false);
    }
  } else {
    const { structure, text } = part.content;
    if (!isAlone) visit(text, uses);
    else if ('value' in structure) visit(structure.value, uses);
    else {
      uses.push({ name: structure.partial, as: 'structure' });
      if (structure.context !== undefined) visit(structure.context, uses);
    }
  }
}

function visit(expression: Expression, uses: Use[]): void {
  if (expression.type !== 'call') return;
  const [name] = expression.args;
  if (name?.type === 'literal') {
    if (expression.name === 'include') uses.push({ name: String(name.value), as: 'text' });
    if (expression.name === 'partial') uses.push({ name: String(name.value), as: 'structure' });
  }
  for (const arg of expression.args) visit(arg, uses);
}

/** Every call in the expressions of pieces. */
export function* callsIn(pieces: readonly Piece[]): Generator<Call> {
  for (const piece of pieces) {
    if (piece.type === 'value') yield* callsOf(piece.value);
    else if (piece.type === 'block') {
      yield* callsOf(piece.content.text);
    } else if (piece.type === 'control') {
      for (const { opens, body } of piece.branches) {
        if (opens !== undefined) yield* callsOf(opens.value);
        yield* callsIn(body);
      }
    }
  }
}

/** Every text that pieces print or name. */
export function* textsIn(pieces: readonly Piece[]): Generator<string> {
  for (const piece of pieces) {
    if (piece.type === 'text') yield piece.text.trim();
    else if (piece.type === 'control') for (const { body } of piece.branches) yield* textsIn(body);
    else if (piece.type === 'value' && piece.value.type === 'literal') yield String(piece.value.value);
  }
  for (const { args } of callsIn(pieces)) {
    for (const arg of args) if (arg.type === 'literal') yield String(arg.value);
  }
}

function* callsOf(expression: Expression): Generator<Call> {
  if (expression.type !== 'call') return;
  yield expression;
  for (const arg of expression.args) yield* callsOf(arg);
}

/**
 * A template as an inline partial.
 *
 * @param as what the partial gives to whatever includes it
 * @throws {Unprintable | CannotConvert}
 */
export function printHelper(
  { name, pieces, source }: { name: string; pieces: readonly Piece[]; source: string },
  as: Use['as'],
  defaultAt: DefaultAt,
  note: NoteSort,
): { text: string; uses: Use[] } {
  const nodes = linesOf(pieces, as === 'text', source);
  // `include` cuts the line break at the end. Where several lines would be printed, `~` has to cut the others.
  const body =
    as === 'structure' || isOneLine(nodes) || !isWord(nodes) ? printLines(nodes, defaultAt, note) : undefined;
  const text =
    body === undefined
      ? `{{#*inline "${name}"~}}\n${printWord(nodes, defaultAt)}{{~/inline}}\n`
      : `{{#*inline "${name}"}}\n${body}{{/inline}}\n`;
  return { text, uses: usesOf(nodes) };
}

/** Is at most one line printed, whatever the values are? */
function isOneLine(nodes: readonly Node[]): boolean {
  const [only] = nodes;
  if (nodes.length !== 1 || only === undefined) return nodes.length === 0;
  return only.type === 'line' || only.branches.every((branch) => isOneLine(branch.nodes));
}

/** Can `~` cut the space around all tags without changing the text? */
function isWord(nodes: readonly Node[]): boolean {
  if (nodes.every(({ type }) => type === 'tags')) {
    return nodes.every((node) => node.type === 'tags' && node.branches.every((branch) => isWord(branch.nodes)));
  }
  const [only] = nodes;
  if (nodes.length !== 1 || only?.type !== 'line') return false;
  const [first, last] = [only.parts[0], only.parts.at(-1)];
  return !(typeof first === 'string' && /^\s/.test(first)) && !(typeof last === 'string' && /\s$/.test(last));
}
