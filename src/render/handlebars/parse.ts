import { PkgError, formatPosition, throwTogether } from '../../errors.ts';
import type { Position } from '../../errors.ts';
import { positionAt } from '../../yaml/read.ts';
import { parseWithoutProcessing, parser } from 'handlebars/dist/cjs/handlebars/compiler/base.js';
import type { Location, Program, Template } from './ast.ts';
import { builtinBlocks } from './blocks.ts';
import { syntaxHintsOf } from './syntax-hints.ts';
import { isHelperName } from './helpers/index.ts';
import { controlWhitespace } from './whitespace.ts';

/** What Handlebars' parser tells about an unexpected token. */
type SyntaxHash = { text: string; token: string | number | null; line: number; loc?: Location & RawLocation };
type RawLocation = { first_line: number; first_column: number };

class TemplateSyntaxError extends Error {
  readonly hash: SyntaxHash;
  constructor(message: string, hash: SyntaxHash) {
    super(message);
    this.hash = hash;
  }
}

/**
 * Parses a template with Handlebars' own parser, and applies our own rules of white space (`whitespace.ts`).
 *
 * @param source the template's text
 * @param name `CHART/templates/FILE`
 * @param file the file as messages name it
 * @throws {PkgError} `PKG_TEMPLATE_SYNTAX` with line and column
 */
export function parseTemplate(source: string, name: string, file: string): Template {
  const deep = tooDeepAt(source);
  if (deep !== undefined) throw nestedTooDeeply(positionAt(source, deep, file));
  parser.parseError = (message: string, hash: SyntaxHash): never => {
    throw new TemplateSyntaxError(message, hash);
  };
  try {
    const program = parseWithoutProcessing(source) as Program;
    controlWhitespace(program, source);
    return { name, file, source, program };
  } catch (error) {
    const known = syntaxError(error, source, file);
    if (known instanceof PkgError)
      throwTogether(withSyntaxHints(known, source, file), (count) => `${count} errors in ${file}`);
    throw known;
  }
}

/** Foreign spellings beyond this are not reported. */
const MAX_SYNTAX_HINTS = 20;

/**
 * The error, with all foreign spellings of the template: the parser stops at the first. Without it where they are its
 * cause.
 */
function withSyntaxHints(error: PkgError, source: string, file: string): PkgError[] {
  const raw = rawProblem(source);
  if (raw !== undefined) {
    const { offset, message, hint } = raw;
    return [new PkgError('PKG_TEMPLATE_SYNTAX', message, { at: positionAt(source, offset, file), hints: [hint] })];
  }
  const syntaxHints = syntaxHintsOf(source, isHelperName).slice(0, MAX_SYNTAX_HINTS);
  const errors = syntaxHints.map(
    ({ offset, message, hint }) =>
      new PkgError('PKG_TEMPLATE_SYNTAX', message, { at: positionAt(source, offset, file), hints: [hint] }),
  );
  const lines = new Set(errors.map(({ at }) => at?.line));
  // The parser's own message describes a consequence of the foreign syntax, so it is left out.
  const isBefore = errors.some(({ at }) => (at?.line ?? 0) <= (error.at?.line ?? 0));
  const isConsequence = error.hints.some((hint) => (isBefore && UNBALANCED.has(hint)) || hint.startsWith(CLOSE_IT));
  if (errors.length > 0 && (lines.has(error.at?.line) || error.hints.includes(CLOSE_EACH) || isConsequence))
    return errors;
  return [error, ...errors].sort((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0));
}

const CLOSE_MUSTACHE = 'a mustache is closed by two braces: {{x}}';
const CLOSE_EACH = 'each {{#block}} is closed by {{/block}}';
const CLOSE_IT = 'close it with ';
const NONE_OPEN = 'no block is open here';
const ELSE_LAST = 'a block has one {{else}}, and it comes last: {{#if a}} … {{else if b}} … {{else}} … {{/if}}';

/** The hints for blocks that do not fit together, which may be because the tag of one is in another language. */
const UNBALANCED: ReadonlySet<string> = new Set([CLOSE_EACH, NONE_OPEN, ELSE_LAST]);

const LITERAL_BRACES = 'braces that are meant literally are written \\{{ … }}, or between {{{{raw}}}} and {{{{/raw}}}}';

/** Finds `{{{{` that begins or ends no `{{{{raw}}}} … {{{{/raw}}}}`: the parser reads what follows as tags. */
function rawProblem(source: string): { offset: number; message: string; hint: string } | undefined {
  let open: number | undefined;
  for (const { 0: mark, 1: name = '', index } of source.matchAll(
    /(?<!\\|\{)\{\{\{\{(?!\{)~?\s*(\/?\w*)[^{}]*(?:\}{1,4})?/g,
  )) {
    if (open === undefined && name === 'raw' && mark.endsWith('}}}}')) open = index;
    else if (open !== undefined && name === '/raw' && mark.endsWith('}}}}')) open = undefined;
    else if (open === undefined || name === '/raw' || name === 'raw') {
      const isRaw = /^\/?raw$/.test(name);
      const hint = isRaw ? 'literal braces stand between {{{{raw}}}} and {{{{/raw}}}}' : LITERAL_BRACES;
      return { offset: index, message: `${mark.slice(0, 40)} cannot be read`, hint };
    }
  }
  if (open === undefined) return undefined;
  return { offset: open, message: '{{{{raw}}}} is not closed', hint: 'close it with {{{{/raw}}}}' };
}

/** How deep blocks (each `else if` counts as one more) and calls may be nested. */
const MAX_DEPTH = 500;

/** The offset at which a template is nested too deeply. Found before parsing, which takes the square of the depth. */
function tooDeepAt(source: string): number | undefined {
  /** How many levels each open block is. */
  const blocks: number[] = [];
  let levels = 0;
  let calls = 0;
  for (const { 0: mark, index } of source.matchAll(/\{\{~?(?:#|\^(?!~?\})|\/|\s*else\s+(?=[^\s~}]))?|[()]/g)) {
    if (mark === '(') calls++;
    else if (mark === ')') calls = Math.max(0, calls - 1);
    else {
      calls = 0;
      if (mark.endsWith('/')) levels -= blocks.pop() ?? 0;
      else if (/[#^]$/.test(mark)) {
        blocks.push(1);
        levels++;
      } else if (/else\s+$/.test(mark) && blocks.length > 0) {
        blocks.push((blocks.pop() ?? 0) + 1);
        levels++;
      }
    }
    if (levels > MAX_DEPTH || calls > MAX_DEPTH) return index;
  }
  return undefined;
}

function nestedTooDeeply(at: Position): PkgError {
  return new PkgError('PKG_TEMPLATE_LIMIT', 'the template is nested too deeply to be read', { at });
}

function syntaxError(error: unknown, source: string, file: string): unknown {
  if (error instanceof TemplateSyntaxError) {
    const { hash } = error;
    const at = positionOf(hash, error.message, source);
    const unclosed = openMustache(source, at);
    if (unclosed !== undefined)
      return new PkgError('PKG_TEMPLATE_SYNTAX', 'this mustache is not closed', {
        at: positionAt(source, unclosed, file),
        hints: [CLOSE_MUSTACHE],
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
    return new PkgError(
      'PKG_TEMPLATE_SYNTAX',
      mismatch ? `the block {{#${mismatch[1]}}} is closed by {{/${mismatch[2]}}}` : lowerFirst(message),
      {
        at: { file, line: known.lineNumber, column },
        hints: mismatch
          ? [mismatch[1] === 'else' ? 'write {{else}} without the sign' : `${CLOSE_IT}{{/${mismatch[1]}}}`]
          : [],
      },
    );
  }
  return error;
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

function atEnd(hash: SyntaxHash): boolean {
  return hash.token === 'EOF' || hash.token === 1;
}

/** The name by which a block is closed. */
function blockName(open: { tag: string } | undefined): string | undefined {
  return open && /^\{\{~?[#^][>*]?\s*([^\s}]+)/.exec(open.tag)?.[1];
}

/** The innermost block or mustache that a template leaves open. */
function openBlock(source: string): { tag: string; offset: number } | undefined {
  const open: { tag: string; offset: number }[] = [];
  const tags =
    /\\\{\{|\{\{~?!--[^]*?--~?\}\}|\{\{~?![^]*?\}\}|\{\{\{\{\/?[^{}]*\}\}\}\}|\{\{\{?~?([#^/]?)[^]*?(?:\}\}|$)/g;
  for (const { 0: text, 1: kind, index } of source.matchAll(tags)) {
    const isEnded = text.endsWith('}}');
    if (kind === '/') open.pop();
    else if (kind !== undefined && (!isEnded || kind === '#' || (kind === '^' && !/^\{\{~?\^~?\}\}$/.test(text)))) {
      const name = /^\{\{\{?~?[#^]?[>*]?\s*[^\s}]*/.exec(text)?.[0] ?? text;
      open.push({ tag: isEnded ? `${name}}}` : name.trimEnd(), offset: index });
    }
  }
  return open.at(-1);
}

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

/** How many characters of a line are looked at before and behind an error: the patterns take the square of them. */
const MAX_LINE = 500;

/** A name such as `.Values.x`, which only Go templates have. */
const GO_NAME = /\{\{-?[^}]*(?:^|[\s({-])\$?\.(?:Values|Release|Chart|Files|Capabilities|Template)\b/;

function hintsFor(source: string, at: { line: number; column: number }, hash: SyntaxHash): string[] {
  const from = Math.max(0, at.column - MAX_LINE);
  const line = (source.split('\n')[at.line - 1] ?? '').slice(from, at.column + MAX_LINE);
  if (/\{\{[^}]*\$\w/.test(line) && !GO_NAME.test(line)) {
    return [LITERAL_BRACES];
  }
  if (GO_NAME.test(line)) {
    return [
      'in Handlebars names have no dot in front: values.x, release.name',
      'a file whose name does not end in .hbs is a Go template, as Helm has them',
    ];
  }
  if (/\{\{-|-\}\}/.test(line)) return ['white space is cut with {{~ and ~}} in Handlebars, not with {{- and -}}'];
  if (/\{[^{}]*:\s*\{\{[^{}]*\}\}\}/.test(line)) {
    return ['a flow map that ends with a value needs a space before its own brace: {k: {{v}} }'];
  }
  if (hash.token === 'INVERSE' || hash.token === 'OPEN_INVERSE_CHAIN') return [ELSE_LAST];
  const before = line.slice(0, at.column - 1 - from);
  const tag = before.slice(before.lastIndexOf('{{'));
  if (/\{\{~?!--/.test(line) && !/--~?\}\}/.test(line)) return ['a comment {{!-- is closed by --}}'];
  if (hash.token === 'CLOSE' && /^\{\{~?\/\s*$/.test(tag)) {
    const above = source.split('\n').slice(0, at.line - 1);
    const open = openBlock([...above, before.slice(0, -tag.length)].join('\n'));
    return [`a block is closed by its name: {{/${blockName(open) ?? 'if'}}}`];
  }
  if (
    hash.token === 'CLOSE_UNESCAPED' ||
    (hash.token === 'CLOSE' && /\{\{\{[^{}]*$/.test(before)) ||
    /\}\}\}/.test(hash.text)
  )
    return ['a mustache is closed by as many braces as it is opened by: {{x}}'];
  if (/\)\.[A-Za-z]/.test(line.slice(tag.length === 0 ? 0 : before.length - tag.length)))
    return [
      'what a call gives has no names behind it: write (get (call) "name"), and (files.asConfig "pattern") for files',
    ];
  if (hash.token === 'CLOSE' && /^\{\{~?\s*$/.test(tag)) return ['a mustache holds a name or a call: {{values.x}}'];
  if (hash.token === 'CLOSE' || hash.token === 'CLOSE_SEXPR') return ['each ( is closed by ) before the mustache ends'];
  if (hash.text === '`' || tag.endsWith('`')) return ['a text stands in quotes, " or \''];
  if (/^\{\{[^}]*[\w"')],(?:\s|$)/.test(`${tag}${line.slice(at.column - 1 - from)}`))
    return ['what a helper or a partial is given stands behind each other with blanks between, without commas'];
  if (/\|/.test(line) && hash.text === '|')
    return ['Handlebars has no pipes: write (helper argument), innermost first'];
  if (hash.text === ':' || /\{\{[^}]*:=/.test(line)) return ['Handlebars has no variables: use {{#with … as |name|}}'];
  if (/\{\{\{\{/.test(line)) return ['{{{{raw}}}} is closed by {{{{/raw}}}}'];
  if (atEnd(hash)) {
    const open = openBlock(source);
    if (open !== undefined && !open.tag.endsWith('}}')) return [CLOSE_MUSTACHE];
    const isComment = open !== undefined && !builtinBlocks.has(blockName(open) ?? '') && /^\{\{~?#[^>*]/.test(open.tag);
    return isComment ? [CLOSE_EACH, 'a comment is written {{! … }}, and a value {{x}}'] : [CLOSE_EACH];
  }
  if (hash.text === '}') return [CLOSE_MUSTACHE];
  if (/^[\w$-]+[^\w\s$=~})/.|[\]-]/.test(line.slice(at.column - 1 - from)))
    return ['a name consists of letters, digits, - and _; others stand in brackets: values.[a;b]'];
  if (hash.token === 'OPEN_ENDBLOCK' || /\{\{~?\/\/|\{\{~?\/\*/.test(line)) {
    if (/\{\{~?\/[/*]/.test(line)) return ['a comment is written {{! … }}'];
    const name = /\{\{~?\/\s*([^\s}~]+)/.exec(line)?.[1] ?? '';
    const isPartial = source
      .split('\n', at.line)
      .some((one) => new RegExp(`\\{\\{~?>\\s*${escaped(name)}[\\s~}]`).test(one));
    return isPartial && name !== ''
      ? [`a partial that is given a block begins with {{#> ${name}}}`, NONE_OPEN]
      : [NONE_OPEN];
  }
  if (/\{\{[^}]*(?:\w\[|\.["'\d])/.test(line))
    return ['places and unusual names are written in brackets: list.[0], map.[a name]'];
  return [];
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
