/** Turns errors of Handlebars' parser into errors with the position, the open block and hints. */
import { PkgError, formatPosition } from '../../errors.ts';
import type { Position } from '../../errors.ts';
import { builtinBlocks } from './blocks.ts';
import { positionAt } from '../../yaml/read.ts';
import { atEnd, CLOSE_IT, CLOSE_MUSTACHE, hintsFor, openBlock, wrongClose } from './parse-hints.ts';
import type { SyntaxHash } from './parse-hints.ts';

/** An error of Handlebars' parser at an unexpected token. */
export class TemplateSyntaxError extends Error {
  readonly hash: SyntaxHash;
  constructor(message: string, hash: SyntaxHash) {
    super(message);
    this.hash = hash;
  }
}

/** The error for blocks or calls that are nested too deeply. */
export function nestedTooDeeply(at: Position): PkgError {
  return new PkgError('PKG_TEMPLATE_LIMIT', 'the template is nested too deeply to be read', { at });
}

/**
 * The error for what Handlebars' parser threw; anything that it does not throw for a template is given back unchanged.
 *
 * @param file the file as messages name it
 */
export function syntaxError(error: unknown, source: string, file: string): unknown {
  if (error instanceof TemplateSyntaxError) {
    const { hash } = error;
    const at = positionOf(hash, error.message, source);
    const unclosed = openMustache(source, at);
    if (unclosed !== undefined)
      return new PkgError('PKG_TEMPLATE_SYNTAX', 'this mustache is not closed', {
        at: positionAt(source, unclosed, file),
        hints: [CLOSE_MUSTACHE],
      });
    const quote = openQuote(source, at);
    if (quote !== undefined)
      return new PkgError('PKG_TEMPLATE_SYNTAX', 'the quote that opens here is not closed before the mustache ends', {
        at: positionAt(source, quote, file),
        hints: ['close it: {{helper "text"}}'],
      });
    const open = atEnd(hash) ? openBlock(source) : undefined;
    // A block that is left open is reported where it begins, and not at the end of the file.
    return new PkgError('PKG_TEMPLATE_SYNTAX', describe(hash, at, source), {
      at: open === undefined ? { file, ...at } : positionAt(source, open.offset, file),
      notes:
        open === undefined
          ? []
          : [`${open.tag} is open since ${formatPosition(positionAt(source, open.offset, file))}`],
      hints: hintsFor(source, at, hash),
    });
  }
  if (error instanceof RangeError) {
    return nestedTooDeeply({ file });
  }
  // Handlebars' own Exception: a close tag that does not match, an invalid path; it has a position.
  const known = error as { message?: unknown; lineNumber?: unknown; column?: unknown };
  if (typeof known.message === 'string' && typeof known.lineNumber === 'number') {
    const column = typeof known.column === 'number' ? known.column + 1 : 1;
    const message = known.message.replace(/ - \d+:\d+$/, '');
    const mismatch = /^(.+) doesn't match (.+)$/s.exec(message);
    // The name of a block that does not exist is wrong itself, and not that of the tag that closes it.
    const wrong = builtinBlocks.has(mismatch?.[1] ?? '') ? wrongClose(source) : undefined;
    if (mismatch !== null && wrong !== undefined)
      return new PkgError(
        'PKG_TEMPLATE_SYNTAX',
        `the block {{#${mismatch[1]}}} of line ${positionAt(source, wrong.opened, file).line} is closed by {{/${mismatch[2]}}}`,
        {
          at: positionAt(source, wrong.offset, file),
          hints: [mismatchHint(mismatch[1] ?? '', mismatch[2] ?? '')],
        },
      );
    return new PkgError(
      'PKG_TEMPLATE_SYNTAX',
      mismatch ? `the block {{#${mismatch[1]}}} is closed by {{/${mismatch[2]}}}` : lowerFirst(message),
      {
        at: { file, line: known.lineNumber, column },
        hints: mismatch ? [mismatchHint(mismatch[1] ?? '', mismatch[2] ?? '')] : [],
      },
    );
  }
  return error;
}

/** What to write where a block is closed by another name. */
function mismatchHint(opened: string, closed: string): string {
  if (opened === 'else') return 'write {{else}} without the sign';
  if (!builtinBlocks.has(opened) && builtinBlocks.has(closed)) {
    // The blank is missing in {{#ifvalues.x}}, and {{#If x}} has a capital letter.
    if (opened.toLowerCase() === closed) return `write {{#${closed} …}}`;
    if (opened.startsWith(closed)) return `write {{#${closed} ${opened.slice(closed.length)}}}`;
  }
  return `${CLOSE_IT}{{/${opened}}}`;
}

/** The position of an error. The parser locates the token before it, so the `---^` in its message is read too. */
function positionOf(hash: SyntaxHash, message: string, source: string): { line: number; column: number } {
  const line = hash.line + 1;
  const picture = /\n([^\n]*)\n(-*)\^/.exec(message);
  const text = source.split('\n')[line - 1] ?? '';
  if (picture === null) return { line, column: 1 };
  // The picture shows up to 20 characters before the token, newlines removed, `...` when it was cut.
  const shown = picture[1]?.slice(0, picture[2]?.length) ?? '';
  const tail = shown.startsWith('...') ? shown.slice(3) : shown;
  for (let length = tail.length; length > 0; length--) {
    const at = text.indexOf(tail.slice(-length));
    if (at >= 0) return { line, column: at + length + 1 };
  }
  return { line, column: 1 };
}

/** Where a mustache begins that is still open where another one begins, on a line below. */
function openMustache(source: string, at: { line: number; column: number }): number | undefined {
  const lines = source.split('\n');
  const offset = lines.slice(0, at.line - 1).reduce((sum, { length }) => sum + length + 1, 0) + at.column - 1;
  if (!source.startsWith('{{', offset)) return undefined;
  const before = source.slice(0, offset);
  const start = before.lastIndexOf('{{');
  const isOpen = start >= 0 && !before.slice(start).includes('}}') && before.slice(start).includes('\n');
  return isOpen && !/^\{\{~?!/.test(before.slice(start)) ? start : undefined;
}

/** Where a text in quotes begins that goes on behind its mustache, up to the quote at which the parser stopped. */
function openQuote(source: string, at: { line: number; column: number }): number | undefined {
  const lines = source.split('\n');
  const stop = lines.slice(0, at.line - 1).reduce((sum, { length }) => sum + length + 1, 0) + at.column - 1;
  let found: number | undefined;
  const from = Math.max(0, stop - MAX_QUOTE);
  const tags = /\{\{~?!--[^]*?--~?\}\}|\{\{~?![^]*?\}\}|\{\{(?:[^"'{}]|(["'])[^]*?\1)*/g;
  for (const { 0: tag, index: begin } of source.slice(from, stop + 1).matchAll(tags)) {
    const index = from + begin;
    for (const { 0: text, index: inside } of tag.matchAll(/(["'])[^]*?\1/g)) {
      const end = index + inside + text.length;
      if (/\}\}|\n/.test(text) && end <= stop + 1 && !source.slice(end, stop).includes('\n')) found = index + inside;
    }
  }
  return found;
}

/** Texts that are longer are not looked for: finding them takes the square of the length. */
const MAX_QUOTE = 2000;

const TOKENS: Record<string, string> = {
  CLOSE: '}}',
  CLOSE_UNESCAPED: '}}}',
  OPEN: '{{',
  OPEN_UNESCAPED: '{{{',
  OPEN_BLOCK: '{{#',
  OPEN_ENDBLOCK: '{{/',
  OPEN_INVERSE: '{{^',
  OPEN_INVERSE_CHAIN: '{{else',
  INVERSE: '{{else}}',
  CLOSE_SEXPR: ')',
  OPEN_SEXPR: '(',
  EQUALS: '=',
  SEP: '.',
};

function describe(hash: SyntaxHash, at: { line: number; column: number }, source: string): string {
  if (atEnd(hash)) return 'the template ends inside an open block or mustache';
  const token = hash.token === null ? undefined : TOKENS[String(hash.token)];
  const rest = (source.split('\n')[at.line - 1] ?? '').slice(at.column - 1);
  // Where a name is not followed by what may follow one, the parser stops at its first letter.
  const sign = /^[\w$-]+([^\w\s$=~})/.|[\]-])/.exec(rest)?.[1];
  if (sign !== undefined && hash.text.length <= 1) return `${sign} is not expected here`;
  const text = hash.text === '' ? rest.slice(0, 1) : hash.text;
  return `${token ?? (text.trim() === '' ? 'this' : text.trim().slice(0, 40))} is not expected here`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
