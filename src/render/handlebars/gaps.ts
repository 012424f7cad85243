/**
 * Gaps: where blocks and partials stand that printed nothing. A key that has nothing but gaps for a value is left out.
 */
import type { Block, Partial, PartialBlock, Program, Template } from './ast.ts';
import { linesOf } from './ast.ts';

/**
 * A block or partial that printed nothing: what it would have printed begins at this column, and is a list or not.
 */
export type Gap = { readonly column: number; readonly isList: boolean };

/** A gap, and its offset in the text of a document. */
export type PlacedGap = Gap & { at: number };

const gaps: Gap[] = [];

/** The gap of a column: always the same object, so that gaps can be compared. */
export function gapAt(column: number, isList: boolean): Gap {
  const index = column * 2 + (isList ? 1 : 0);
  return (gaps[index] ??= { column, isList });
}

/** The column of a block that stands behind something else on its line: it is further right than every key. */
const INLINE = 1000;

/** A line that a program prints first, or the call of a partial that prints it. */
type First = Gap & { readonly partial?: Partial };

const known = new WeakMap<Block | Partial | PartialBlock, First>();

/**
 * The gap of a node that printed nothing. Its column is that of the first line that a branch of it would print.
 *
 * @param partial gives the program of a partial
 */
export function gapOf(
  node: Block | Partial | PartialBlock,
  template: Template,
  partial: (name: string) => Program | undefined,
): Gap {
  let first = known.get(node);
  if (first === undefined) known.set(node, (first = find(node, template)));
  if (first.partial === undefined) return first;
  // Which partial has a name depends on the chart, so this is not remembered.
  return gapAt(first.column, printsItems({ ...NO_LINES, body: [first.partial] }, partial) === true);
}

const NO_LINES: Program = {
  type: 'Program',
  body: [],
  loc: { start: { line: 1, column: 0 }, end: { line: 1, column: 0 } },
};

function find(node: Block | Partial | PartialBlock, template: Template): First {
  const { line, column } = node.loc.start;
  const before = (linesOf(template)[line - 1] ?? '').slice(0, column);
  // Tags do not count: a line that holds nothing else prints nothing.
  if (before.replaceAll(/\{\{[^{}]*\}\}/g, '').trim() !== '') return gapAt(INLINE, false);
  const own: First = { column: /^[ \t]*/.exec(before)?.[0].length ?? 0, isList: false };
  if (node.type === 'PartialStatement') return { ...gapAt(Math.min(own.column, INLINE), false), partial: node };
  const inverse = node.type === 'BlockStatement' ? node.inverse : undefined;
  const firsts = [node.program, inverse].flatMap((program) => firstLine(program) ?? []);
  const first = firsts.reduce((least, one) => (one.column < least.column ? one : least), firsts[0] ?? own);
  const gap = gapAt(Math.min(first.column, INLINE), first.isList);
  return first.partial === undefined ? gap : { ...gap, partial: first.partial };
}

/** The first line of a program that is not blank. */
function firstLine(program: Program | undefined): First | undefined {
  let start = 0;
  /** A mustache behind the `#` of a comment begins no line. */
  let isComment = false;
  /** A partial on a line of its own. If the next line is an item of a list, so is what the partial prints. */
  let partial: First | undefined;
  for (const statement of program?.body ?? []) {
    switch (statement.type) {
      case 'ContentStatement': {
        const { original } = statement;
        if (isComment && !original.includes('\n')) break;
        const text: string = isComment ? original.slice(original.indexOf('\n')) : original;
        const found = /^([ \t]*)([^\s#].*)/m.exec(text);
        if (found !== null) {
          const isFirst = !text.slice(0, found.index).includes('\n');
          return isFirst ? undefined : { column: found[1]?.length ?? 0, isList: /^-(?:\s|$)/.test(found[2] ?? '') };
        }
        const line = text.slice(text.lastIndexOf('\n') + 1);
        start = line.length;
        isComment = line.trimStart().startsWith('#');
        break;
      }
      case 'BlockStatement': {
        if (isComment) break;
        const found = firstLine(statement.program) ?? firstLine(statement.inverse);
        if (found !== undefined) return found;
        break;
      }
      case 'CommentStatement':
      case 'Decorator':
      case 'DecoratorBlock':
        break;
      default: {
        if (isComment) break;
        const gap = { column: start, isList: false };
        if (statement.type !== 'PartialStatement' || statement.alone !== true) return partial ?? gap;
        partial ??= { ...gap, partial: statement };
      }
    }
  }
  return partial;
}

/** How deep partials in partials are looked through. */
const MAX_PARTIALS = 10;

/**
 * Does a program print items of a list? Undefined if that depends on the values.
 *
 * @param partial gives the program of a partial
 */
export function printsItems(
  program: Program | undefined,
  partial: (name: string) => Program | undefined = () => undefined,
  depth = 0,
): boolean | undefined {
  for (const statement of program?.body ?? []) {
    if (statement.type === 'ContentStatement') {
      const first = /^[ \t]*([^\s#].*)/m.exec(statement.original)?.[1];
      if (first !== undefined) return /^-(?:\s|$)/.test(first);
    } else if (statement.type === 'BlockStatement') {
      const inner = printsItems(statement.program, partial, depth) ?? printsItems(statement.inverse, partial, depth);
      if (inner !== undefined) return inner;
    } else if (statement.type === 'PartialStatement' && statement.alone === true && depth < MAX_PARTIALS) {
      const { name } = statement;
      if (name.type === 'SubExpression' || name.type !== 'PathExpression' || name.data) return undefined;
      return printsItems(partial(name.original), partial, depth + 1);
    } else if (!['CommentStatement', 'Decorator', 'DecoratorBlock'].includes(statement.type)) return undefined;
  }
  return undefined;
}
