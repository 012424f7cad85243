/** Errors in the structure that templates print, with the tag that printed the wrong line. */
import { PkgError, formatPosition } from '../../errors.ts';
import type { Position } from '../../errors.ts';
import { walk } from './ast.ts';
import type { Block, Location, Template } from './ast.ts';
import { describeCalls, positionIn } from './template-error.ts';
import type { CallSite } from './template-error.ts';
import { findMisplaced } from './misplaced-lines.ts';
import type { Output } from './output.ts';
import { joiningTag, printedBy, tagSource } from './printed-by.ts';
import type { PrintedBy } from './printed-by.ts';
import { DuplicateKey } from './compose-errors.ts';
import type { ComposeError } from './compose-errors.ts';

/** The tag of a block, or the call of a partial, that printed something. */
type PrintingTag = { template: Template; loc: Location; isBlock: boolean };

/**
 * The error for the structure of a document.
 *
 * @param start where the document begins: the part of the output, and the offset in this part
 */
export function structureError(error: ComposeError, output: Output, start: { part: number; offset: number }): PkgError {
  const { part } = start;
  const at = (offset: number): Position => printedBy(output, start.offset + offset, part)?.at ?? { file: '' };
  const hints = [...error.hints];
  const notes: string[] = [];
  if (error instanceof DuplicateKey) {
    const { note, hint } = duplicateAdvice(at(error.first), at(error.offset));
    notes.push(note);
    if (hint !== undefined) hints.unshift(hint);
  }
  const code = error.isSlot ? 'PKG_TEMPLATE_SLOT' : 'PKG_TEMPLATE_YAML';
  const misplaced = error.isYaml ? findMisplaced(output.textFrom(part).slice(start.offset), error.offset) : undefined;
  let message = error.message;
  let { offset } = error;
  let tag: PrintingTag | undefined;
  if (misplaced !== undefined) {
    ({ message, offset } = misplaced);
    hints.splice(0, Infinity, misplaced.hint);
    const { other } = misplaced;
    if (other !== undefined) {
      const [own, beside] = [offset, other.offset].map((one) => trailOf(printedBy(output, start.offset + one, part)));
      tag = differs(own, beside);
      const moved = tag === undefined ? differs(beside, own) : undefined;
      if (moved !== undefined) {
        // Only the other line is printed by a block or a partial of its own, so that one is wrong.
        notes.push(`the line that it conflicts with is at ${formatPosition(at(offset))}`);
        tag = moved;
        ({ offset, message } = other);
      } else notes.push(`the line that it conflicts with is at ${formatPosition(at(other.offset))}`);
    }
  }
  const printed = printedBy(output, start.offset + offset, part);
  if (printed?.node.type === 'MustacheStatement' && !printed.node.escaped)
    hints.unshift('{{{ }}} pastes text before YAML is read: {{ }} puts the value itself there');
  const joined = error.isSlot ? undefined : joiningTag(output, start.offset + offset, part);
  if (joined !== undefined) {
    notes.push(`the ~ of ${joined.what} at ${formatPosition(joined.at)} took away the line break before this`);
    hints.unshift(`take the ~ out of ${joined.what}`);
  } else {
    tag ??= inlineBlock(printed);
    // Calls of partials are named by `describeCalls`.
    if (tag?.isBlock === true) {
      const what = tagSource(tag.template, tag.loc);
      notes.push(`this line is printed by ${what} at ${formatPosition(positionIn(tag.template, tag.loc))}`);
    }
  }
  return new PkgError(code, message, {
    at: printed?.at ?? { file: '' },
    hints,
    notes: [...notes, ...describeCalls(printed?.calls)],
    cause: error,
  });
}

/** The note for a key that is given twice, and the hint where a loop gives it at one position. */
function duplicateAdvice(first: Position, second: Position): { note: string; hint?: string } {
  if (formatPosition(first) !== formatPosition(second)) return { note: `first given at ${formatPosition(first)}` };
  const hint =
    first.column === 1
      ? 'a loop that makes objects begins each with a line ---'
      : 'make the key of the item, as in {{@key}}: {{this}}, or write items of a list: - {{this}}';
  return { note: 'a loop gives it in each of its turns', hint };
}

/** The blocks and the calls of partials around the node that printed something, outermost first. */
function trailOf(printed: PrintedBy | undefined): PrintingTag[] {
  if (printed === undefined) return [];
  const trail: PrintingTag[] = [];
  let { template } = printed;
  let { loc } = printed.node;
  let calls: CallSite | undefined = printed.calls;
  for (;;) {
    trail.unshift(...blocksAround(template, loc));
    if (calls === undefined) return trail;
    ({ template, loc } = calls);
    trail.unshift({ template, loc, isBlock: false });
    calls = calls.outer;
  }
}

function blocksAround(template: Template, { start }: Location): PrintingTag[] {
  const found: PrintingTag[] = [];
  walk(template.program, (node) => {
    if (node.type === 'BlockStatement' && holds(node, start)) found.push({ template, loc: node.loc, isBlock: true });
  });
  return found;
}

function holds({ loc }: Block, at: Location['start']): boolean {
  const isAfter = loc.start.line < at.line || (loc.start.line === at.line && loc.start.column < at.column);
  return isAfter && (at.line < loc.end.line || (at.line === loc.end.line && at.column < loc.end.column));
}

/** The first tag of a trail that another trail does not have; of blocks that follow each other the innermost. */
function differs(trail: readonly PrintingTag[] = [], other: readonly PrintingTag[] = []): PrintingTag | undefined {
  let first = trail.findIndex(({ loc }, index) => other[index]?.loc !== loc);
  while (trail[first]?.isBlock === true && trail[first + 1]?.isBlock === true) first++;
  return trail[first];
}

/** The block that stands whole on the line of what it printed: all turns of such a loop print one line. */
function inlineBlock(printed: PrintedBy | undefined): PrintingTag | undefined {
  if (printed === undefined) return undefined;
  return blocksAround(printed.template, printed.node.loc).findLast(
    ({ loc }) => loc.start.line === printed.at.line && loc.start.line === loc.end.line,
  );
}
