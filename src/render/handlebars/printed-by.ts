/** Which node of which template printed a character of an output, and where it is written there. */
import type { Position } from '../../errors.ts';
import { linesOf } from './ast.ts';
import type { Location, Template } from './ast.ts';
import { positionIn } from './template-error.ts';
import type { CallSite } from './template-error.ts';
import type { Output, PrintingNode } from './output.ts';

/** What printed a character: its position, and the calls of partials that led there. */
export type PrintedBy = { at: Position; node: PrintingNode; template: Template; calls: CallSite | undefined };

/**
 * What printed a character; for one behind the end, what printed the last part.
 *
 * @param offset counted from the beginning of the part with the number `from`
 */
export function printedBy(output: Output, offset: number, from = 0): PrintedBy | undefined {
  let left = offset;
  const { length } = output.parts;
  for (let index = from; index < length; index++) {
    const part = output.textOf(index);
    if (left < part.length) return within(output, index, part.slice(0, left));
    left -= part.length;
  }
  return length === 0 ? undefined : within(output, length - 1, output.textOf(length - 1));
}

/** @param before what the part with this number holds before the character */
function within(output: Output, index: number, before: string): PrintedBy | undefined {
  const origin = output.originOf(index);
  if (origin === undefined) return undefined;
  const { node, template, calls } = origin;
  return { at: positionWithin(template, node, output.textOf(index), before), node, template, calls };
}

/**
 * @param text what the node printed
 * @param before what of it stands before the character
 */
function positionWithin(template: Template, node: PrintingNode, text: string, before: string): Position {
  const start = positionIn(template, node.loc);
  if (node.type !== 'ContentStatement') return start;
  // White space that was cut off in front stands in the file too; the indentation put before lines of partials does
  // not.
  const cut = node.original.slice(0, node.cut ?? 0);
  const lines = (cut + before).split('\n');
  const line = before.split('\n').length - 1;
  const indent = (text.split('\n')[line]?.length ?? 0) - (node.value.split('\n')[line]?.length ?? 0);
  const column = Math.max(0, (lines.at(-1)?.length ?? 0) - indent);
  return lines.length === 1
    ? { ...start, column: (start.column ?? 1) + column }
    : { ...start, line: (start.line ?? 1) + lines.length - 1, column: column + 1 };
}

/** A tag with a `~`, as it is written. */
type TildeTag = { what: string; at: Position };

/**
 * The tag whose `~` took away a line break before a character, so that it stands on a line with what is before.
 *
 * @param from the part of the output from which the offset is counted, and before which no tag is looked for
 */
export function joiningTag(output: Output, offset: number, from: number): TildeTag | undefined {
  let left = offset;
  let index = from;
  while (index < output.parts.length - 1 && left >= output.textOf(index).length) left -= output.textOf(index++).length;
  for (let before = output.textOf(index).slice(0, left); !before.includes('\n') && index > from; index--) {
    const tag = tagBetween(output, index);
    if (tag !== undefined) return tag;
    before = output.textOf(index - 1);
  }
  return undefined;
}

/** The tag whose `~` took the line break between a part and the part before it, if one did. */
function tagBetween(output: Output, index: number): TildeTag | undefined {
  if (output.textOf(index - 1).endsWith('\n')) return undefined;
  return tagAt(output, index, 'start') ?? tagAt(output, index - 1, 'end');
}

/** The tag whose `~` cut a line break off the start or the end of a part. */
function tagAt(output: Output, index: number, edge: 'start' | 'end'): TildeTag | undefined {
  const { node, template } = output.originOf(index) ?? {};
  if (node?.type !== 'ContentStatement' || template === undefined) return undefined;
  const cut = node.cut ?? 0;
  const removed = edge === 'start' ? node.original.slice(0, cut) : node.original.slice(cut + node.value.length);
  const { line, column } = node.loc[edge];
  const text = linesOf(template)[line - 1] ?? '';
  const what =
    edge === 'start'
      ? /\{\{[^{}]*~\}\}\}?$/.exec(text.slice(0, column))?.[0]
      : /^\{\{\{?~[^}]*\}\}\}?/.exec(text.slice(column))?.[0];
  if (!removed.includes('\n') || what === undefined) return undefined;
  const start = edge === 'start' ? column - what.length : column;
  return { what, at: { file: template.file, line, column: start + 1 } };
}

/** The mustache or tag that begins at a location, as it is written. */
export function tagSource(template: Template, { start: { line, column } }: Location): string {
  const rest = (linesOf(template)[line - 1] ?? '').slice(column);
  return /^\{\{\{?[^}]*\}\}\}?/.exec(rest)?.[0] ?? rest.slice(0, 40);
}
