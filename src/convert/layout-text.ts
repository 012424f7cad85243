/** Prints lines of texts, and the parts of a line, as native template text. */
import { orElse, printArgument, printExpression, Unprintable } from './expression.ts';
import type { Expression } from './expression.ts';
import type { Node, Part } from './lines.ts';
import type { Branch, DefaultAt } from './pieces.ts';

/**
 * Prints lines so that the result has no line break: for a partial that is included as a text. Tags cut the breaks
 * around them by `~`.
 *
 * @throws {Unprintable}
 */
export function printWord(nodes: readonly Node[], defaultAt: DefaultAt): string {
  const lines: string[] = [];
  word(nodes, lines, defaultAt);
  return lines.map((line) => `${line}\n`).join('');
}

/** Adds the lines of {@link printWord}. */
function word(nodes: readonly Node[], lines: string[], defaultAt: DefaultAt): void {
  for (const node of nodes) {
    if (node.type === 'line') {
      lines.push(textOf(node.parts, defaultAt));
      continue;
    }
    for (const [at, { opens, nodes: inner }] of node.branches.entries()) {
      lines.push(tag(opens, at, node.level, '~', at > 0 ? '~' : ''));
      word(inner, lines, defaultAt);
    }
    lines.push(`{{~/${node.branches[0]?.opens?.block ?? 'if'}~}}`);
  }
}

/** The tag that opens a branch of a block. */
export function tag(opens: Branch['opens'], at: number, level: number, after: string, before: string): string {
  if (opens === undefined) return `{{${before}else${after}}}`;
  const { block, value, names } = opens;
  const given = names.length === 0 ? '' : ` as |${names.join(' ')}|`;
  // `{{#if}}` takes one argument, so a call stands in parentheses.
  const shown = `${printArgument(value, level)}${given}`;
  if (at > 0) return `{{${before}else ${block} ${shown}${after}}}`;
  return `{{${before}#${block} ${shown}${after}}}`;
}

/** A line of a text (NOTES.txt, or below `|`), where each value is printed as text and a missing one is empty. */
export function textOf(parts: readonly Part[], defaultAt: DefaultAt, isInline = false): string {
  return parts
    .map((part, at): string => {
      if (typeof part === 'string') return literalText(part, isInline || at < parts.length - 1);
      if (part.type === 'inline') return inline(part, (inner) => textOf(inner, defaultAt, true));
      const value = part.type === 'value' ? part.value : part.content.text;
      return `{{${printExpression(orEmpty(value, defaultAt), part.level)}}}`;
    })
    .join('');
}

/** A value that may be missing gets a default: Go prints nothing for it, native templates fail. */
export function orEmpty(value: Expression, defaultAt: DefaultAt): Expression {
  const isOpen = value.type === 'path' && value.trail !== undefined && value.names.length > 0;
  // `list.0` is missing where the list is empty, whatever values.yaml has.
  const isItem = isOpen && value.names.some((name) => /^\d+$/.test(name));
  return isOpen && (isItem || defaultAt(value.trail) === undefined) ? orElse(value, '') : value;
}

/** A block within a line. */
export function inline(part: Extract<Part, { type: 'inline' }>, print: (parts: readonly Part[]) => string): string {
  const shown = part.branches.map(({ opens, parts }, at) => tag(opens, at, part.level, '', '') + print(parts));
  return `${shown.join('')}{{/${part.branches[0]?.opens?.block ?? 'if'}}}`;
}

/**
 * Escapes `{{` in a text. A backslash in front of a mustache is written twice, for one alone would escape the mustache.
 *
 * @param isBefore does a mustache stand behind the text?
 */
export function literalText(text: string, isBefore: boolean): string {
  if (text.includes('\\{{')) throw new Unprintable('a backslash in front of two braces');
  return text.replaceAll('{{', '\\{{') + (isBefore && text.endsWith('\\') ? '\\' : '');
}
