/** Hints for syntax errors of native templates, by the line and the token at which Handlebars' parser stopped. */
import type { Location } from './ast.ts';
import { builtinBlocks } from './blocks.ts';
import { LITERAL_BRACES, NEW_VALUES } from './template-error.ts';

/** What Handlebars' parser says about an unexpected token. */
export type SyntaxHash = { text: string; token: string | number | null; line: number; loc?: Location & RawLocation };
type RawLocation = { first_line: number; first_column: number };

/** Hints on what is not closed. The last one is followed by the closing tag. */
export const CLOSE_MUSTACHE = 'a mustache is closed by two braces: {{x}}';
export const CLOSE_EACH = 'each {{#block}} is closed by {{/block}}';
export const CLOSE_IT = 'close it with ';
const NONE_OPEN = 'no block is open here';
const ELSE_LAST = 'a block has one {{else}}, and it comes last: {{#if a}} … {{else if b}} … {{else}} … {{/if}}';

/** The hints for blocks that do not fit together, which may be because the tag of one is in another language. */
export const UNBALANCED: ReadonlySet<string> = new Set([CLOSE_EACH, NONE_OPEN, ELSE_LAST]);

/** Does the template end where the parser stopped? */
export function atEnd(hash: SyntaxHash): boolean {
  return hash.token === 'EOF' || hash.token === 1;
}

/** The name by which a block is closed. */
function blockName(open: { tag: string } | undefined): string | undefined {
  return open && /^\{\{~?[#^][>*]?\s*([^\s}]+)/.exec(open.tag)?.[1];
}

/** A block or a mustache that begins at an offset of the source. */
type Open = { tag: string; offset: number };

/** The innermost block or mustache that a template leaves open. */
export function openBlock(source: string): Open | undefined {
  const open: Open[] = [];
  eachBlockTag(
    source,
    (tag) => open.push(tag),
    () => open.pop(),
  );
  return open.at(-1);
}

/**
 * The first tag that closes a block by another name, with the offset of the block. Undefined where a block further out
 * has that name: then the tag is right, and that of the inner block is missing.
 */
export function wrongClose(source: string): { offset: number; opened: number } | undefined {
  const open: Open[] = [];
  let found: { offset: number; opened: number } | undefined;
  let isFound = false;
  eachBlockTag(
    source,
    (tag) => open.push(tag),
    ({ tag, offset }) => {
      const last = open.pop();
      const name = /^\{\{~?\/\s*([^\s}~]+)/.exec(tag)?.[1];
      if (isFound || last === undefined || blockName(last) === name) return;
      isFound = true;
      if (!open.some((one) => blockName(one) === name)) found = { offset, opened: last.offset };
    },
  );
  return found;
}

/** Goes through the tags that open and close blocks, and through mustaches that do not end. */
function eachBlockTag(source: string, opens: (tag: Open) => void, closes: (tag: Open) => void): void {
  const tags =
    /\\\{\{|\{\{~?!--[^]*?--~?\}\}|\{\{~?![^]*?\}\}|\{\{\{\{\/?[^{}]*\}\}\}\}|\{\{\{?~?([#^/]?)[^]*?(?:\}\}|$)/g;
  for (const { 0: text, 1: kind, index } of source.matchAll(tags)) {
    const isEnded = text.endsWith('}}');
    if (kind === '/') closes({ tag: text, offset: index });
    else if (kind !== undefined && (!isEnded || kind === '#' || (kind === '^' && !/^\{\{~?\^~?\}\}$/.test(text)))) {
      const name = /^\{\{\{?~?[#^]?[>*]?\s*[^\s}]*/.exec(text)?.[0] ?? text;
      opens({ tag: isEnded ? `${name}}}` : name.trimEnd(), offset: index });
    }
  }
}

/** How many characters of a line are looked at before and behind an error: the patterns take the square of them. */
const MAX_LINE = 500;

/** A name such as `.Values.x`, which only Go templates have. */
const GO_NAME = /\{\{-?[^}]*(?:^|[\s({-])\$?\.(?:Values|Release|Chart|Files|Capabilities|Template)\b/;

/** Where the parser stopped: its line, what stands on it before and from there on, and the tag around. */
type Stop = { source: string; hash: SyntaxHash; lineNumber: number; line: string; before: string; tag: string };

/**
 * The hints for an error of the parser.
 *
 * @param at where the parser stopped
 */
export function hintsFor(source: string, at: { line: number; column: number }, hash: SyntaxHash): string[] {
  const from = Math.max(0, at.column - MAX_LINE);
  const line = (source.split('\n')[at.line - 1] ?? '').slice(from, at.column + MAX_LINE);
  const before = line.slice(0, at.column - 1 - from);
  const tag = before.slice(before.lastIndexOf('{{'));
  const spot: Stop = { source, hash, lineNumber: at.line, line, before, tag };
  return otherLanguageHints(line) ?? endHints(spot) ?? nameHints(spot) ?? [];
}

/** Hints for braces, names and white space as other languages write them. */
function otherLanguageHints(line: string): string[] | undefined {
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
  return undefined;
}

/** Hints for blocks, comments, mustaches and calls that do not end as they began. */
function endHints({ source, hash, lineNumber, line, before, tag }: Stop): string[] | undefined {
  if (hash.token === 'INVERSE' || hash.token === 'OPEN_INVERSE_CHAIN') return [ELSE_LAST];
  if (/\{\{~?!--/.test(line) && !/--~?\}\}/.test(line)) return ['a comment {{!-- is closed by --}}'];
  if (hash.token === 'CLOSE' && /^\{\{~?\/\s*$/.test(tag)) {
    const above = source.split('\n').slice(0, lineNumber - 1);
    const open = openBlock([...above, before.slice(0, -tag.length)].join('\n'));
    return [`a block is closed by its name: {{/${blockName(open) ?? 'if'}}}`];
  }
  const closing = 'a mustache is closed by as many braces as it is opened by: {{x}}';
  if (hash.token === 'CLOSE' && /\{\{\{[^{}]*$/.test(before)) return [closing];
  if (hash.token === 'CLOSE_UNESCAPED' || /\}\}\}/.test(hash.text))
    return [closing, 'before a brace of your own write a blank, {{x}} }, or {{x~}} } where the text must not have it'];
  if (/\)\.[A-Za-z]/.test(line.slice(tag.length === 0 ? 0 : before.length - tag.length)))
    return [
      'what a call gives has no names behind it: write (get (call) "name"), and (files.asConfig "pattern") for files',
    ];
  if (hash.token === 'CLOSE' && /^\{\{~?\s*$/.test(tag)) return ['a mustache holds a name or a call: {{values.x}}'];
  const named = /([\w-]{1,100})=\s*$/.exec(before)?.[1];
  if ((hash.token === 'CLOSE' || hash.token === 'CLOSE_SEXPR') && named !== undefined)
    return [`a value follows ${named}=, as in ${named}="x" or ${named}=values.x`];
  if (hash.token === 'CLOSE' || hash.token === 'CLOSE_SEXPR') return ['each ( is closed by ) before the mustache ends'];
  return undefined;
}

/** Hints for what stands in a mustache, and for templates that end too early. */
function nameHints({ source, hash, lineNumber, line, before, tag }: Stop): string[] | undefined {
  const rest = line.slice(before.length);
  if (hash.text === '`' || tag.endsWith('`')) return ['put a text in quotes, " or \''];
  if (/^\{\{[^}]*[\w"')],(?:\s|$)/.test(`${tag}${rest}`))
    return ['separate the arguments of a helper or partial by blanks, without commas'];
  if (/\|/.test(line) && hash.text === '|')
    return ['Handlebars has no pipes: write (helper argument), innermost first'];
  if (hash.text === '{{>' || (hash.token === 'OPEN_PARTIAL' && /\{\{[^{}]*$/.test(before)))
    return ['what a partial prints is (partial "name") inside a mustache'];
  if (hash.text === '(' && /\.\w+$/.test(before))
    return ['values have no functions of their own: a helper comes first, as in (join "," values.list)'];
  const compared = /^\{\{[~#/]*\s*(?:\w+\s+)?([\w.]+)\s+=\s+("[^"]*"|'[^']*'|[\w.]+)/.exec(`${tag}${rest}`);
  if (hash.token === 'EQUALS' || compared !== null) {
    const [, left = 'a', right = 'b'] = compared ?? [];
    return [`two values are compared by (eq ${left} ${right}); a named argument is written without blanks: name=value`];
  }
  if (hash.text === ':' || /\{\{[^}]*:=/.test(line)) return ['Handlebars has no variables: use {{#with … as |name|}}'];
  if (/\{\{\{\{/.test(line)) return ['{{{{raw}}}} is closed by {{{{/raw}}}}'];
  if (atEnd(hash)) {
    const open = openBlock(source);
    if (open !== undefined && !open.tag.endsWith('}}')) return [CLOSE_MUSTACHE];
    const isComment = open !== undefined && !builtinBlocks.has(blockName(open) ?? '') && /^\{\{~?#[^>*]/.test(open.tag);
    return isComment ? [CLOSE_EACH, 'a comment is written {{! … }}, and a value {{x}}'] : [CLOSE_EACH];
  }
  if (hash.text === '}') return [CLOSE_MUSTACHE];
  if (hash.text === '{' && tag !== '') return [NEW_VALUES];
  if (/^[\w$-]+[^\w\s$=~})/.|[\]-]/.test(rest))
    return ['a name consists of letters, digits, - and _; put others in brackets: values.[a;b]'];
  if (hash.token === 'OPEN_ENDBLOCK' || /\{\{~?\/\/|\{\{~?\/\*/.test(line)) {
    if (/\{\{~?\/[/*]/.test(line)) return ['a comment is written {{! … }}'];
    const name = /\{\{~?\/\s*([^\s}~]+)/.exec(line)?.[1] ?? '';
    const isPartial = source
      .split('\n', lineNumber)
      .some((one) => new RegExp(`\\{\\{~?>\\s*${RegExp.escape(name)}[\\s~}]`).test(one));
    return isPartial && name !== ''
      ? [`a partial that is given a block begins with {{#> ${name}}}`, NONE_OPEN]
      : [NONE_OPEN];
  }
  if (/\{\{[^}]*(?:\w\[|\.["'\d])/.test(line))
    return ['places and unusual names are written in brackets: list.[0], map.[a name]'];
  return undefined;
}
