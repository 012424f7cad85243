/**
 * Finds spellings of Go templates and of other languages in native templates, and gives the native spelling of the same
 * expression as the hint. Called only for templates with errors.
 */
import { beginsLine } from './block-texts.ts';
import { parseForeign } from './foreign.ts';
import type { Foreign } from './foreign.ts';

/** An error in a mustache, and how the mustache is written here. */
export type SyntaxHint = { message: string; hint: string };

/** What a hint depends on: the blocks that are open there, the names of helpers, and the text of the file. */
type Surroundings = { open: readonly string[]; isHelper: (name: string) => boolean; source: string };

const KEYWORD =
  /^(#|\/|else\s+|#\s*else\s+)?(if|unless|with|range|each|foreach|for|define|block|template|end|endif|endfor|endeach|endrange|endwith|break|continue|elseif|elsif|elif|else-if|set|let|var|const)(?=\s|$|\()/;

/**
 * The error and the hint for a mustache in the syntax of another language; undefined for one of our own.
 *
 * @param tag the mustache as it is written, with its braces
 */
function syntaxHintIn(tag: string, surroundings: Surroundings): SyntaxHint | undefined {
  const raw = /^\{\{\{?([^]*?)\}?\}\}$/.exec(tag)?.[1];
  if (raw === undefined) return undefined;
  const trims = /^-(?:\s|$)|^-\.|\s-$/.test(raw);
  const inner = raw
    .replace(/^(?:-(?=[\s./]|$)|~)/, '')
    .replace(/(?:\s-|~)$/, '')
    .trim();
  if (/^\/\*[^]*\*\/$/.test(inner))
    return go(tag, `write {{!-- ${shortened(inner.slice(2, -2).trim())} --}} for a comment`);
  if (isLiteral(inner, surroundings.source)) return undefined;
  const own = slipIn(raw, inner, surroundings);
  if (own !== undefined) return { message: `${shortened(tag)} cannot be read`, hint: own };
  const statement = statementIn(inner, surroundings);
  if (statement !== undefined) return { ...go(tag, statement), ...elseMessage(inner, tag) };
  const { prefix, rest, suffix } = partsOf(inner);
  const parsed = parseForeign(rest, surroundings.isHelper);
  if (parsed === undefined) return trims ? go(tag, DASHES) : undefined;
  const needsParens =
    prefix !== '' && !prefix.includes('>') && parsed.isHelper && parsed.isCall && !rest.startsWith('(');
  const isForeign = parsed.operators.length > 0 || parsed.words.length > 0 || parsed.isGo || trims || needsParens;
  if (!isForeign) return undefined;
  const written = `{{${prefix}${prefix === '' || prefix === '#' ? '' : ' '}${spelling(parsed, prefix)}${suffix}}}`;
  const hint = whole(parsed, prefix) ?? `write ${written}`;
  const [operator] = parsed.operators;
  if (operator !== undefined && !parsed.isGo && !trims)
    return { message: `there is no ${operator} in native templates: ${shortened(tag)}`, hint };
  const [word] = parsed.words;
  if (word !== undefined && !parsed.isGo && !trims)
    return {
      message:
        word === 'and' || word === 'or'
          ? `a helper comes before its arguments, and ${word} is between them: ${shortened(tag)}`
          : `the call of ${word} needs parentheses: ${shortened(tag)}`,
      hint,
    };
  if (needsParens && !parsed.isGo && !trims)
    return { message: `${prefix} takes one value, and a call in it needs parentheses: ${shortened(tag)}`, hint };
  return go(tag, hint);
}

const DASHES = 'white space is cut with {{~ and ~}}; a tag alone on its line needs neither';

function go(tag: string, hint: string): SyntaxHint {
  return { message: `${shortened(tag)} is written as in another template language`, hint };
}

/** The message for `{{elseif}}`, which other languages have, and Go templates do not. */
function elseMessage(inner: string, tag: string): { message?: string } {
  return /^(?:#\s*)?(?:elseif|elsif|elif|else-if)\b/.test(inner) ? { message: `${shortened(tag)} is not a tag` } : {};
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/**
 * Is this `{{ $labels.x }}` of Prometheus: a variable that the file does not set? Then the braces are meant literally.
 */
function isLiteral(inner: string, source: string): boolean {
  const name = /^\$(\w+)/.exec(inner)?.[1] ?? /(?:^|[\s(|])\$(\w+)/.exec(inner)?.[1];
  if (name === undefined || name === 'root') return false;
  return !new RegExp(`\\$${name}\\s*(?::=|=|,)|,\\s*\\$${name}\\b`).test(source);
}

/** The hint for a mustache that is nearly native, as `{{ #if x }}` or `{{/if x}}`. */
function slipIn(raw: string, inner: string, surroundings: Surroundings): string | undefined {
  if (/^\s+[#/>*]/.test(raw) && !raw.trimStart().startsWith('/*'))
    return `remove the blank before the sign: {{${inner}}}`;
  const closed = /^\/\s*(\w+)\s+\S/.exec(inner);
  if (closed !== null) return `a block is closed by its name alone: {{/${closed[1]}}}`;
  const named =
    /^#\s*(each|with)\s+(.+?)\s+(?:as\s+)?\(?(?:\|\s*(\w+)(?:[\s,]+(\w+))?\s*\|)\)?$/.exec(inner) ??
    /^#\s*(each|with)\s+(.+?)\s+as\s+(\w+)(?:[\s,]+(\w+))?$/.exec(inner);
  if (named !== null && (!/\sas\s+\|/.test(inner) || /\|[^|]*,/.test(inner))) {
    const [, block = '', over, first = '', second] = named;
    const names =
      second === undefined
        ? first
        : /^(?:k|key|name|i|index)$/.test(first)
          ? `${second} ${first}`
          : `${first} ${second}`;
    return `write {{#${block} ${value(over, surroundings)} as |${names}|}}`;
  }
  const over = /^#\s*each\s+(?:\w+\s*,\s*)?(\w+)\s+(?:in|of)\s+(.+)$/.exec(inner);
  if (over !== null) return `write {{#each ${value(over[2], surroundings)} as |${over[1]}|}}`;
  const spread = /^\.\.\.\s*(\w[\w.]*)$/.exec(inner);
  if (spread !== null)
    return `write {{spread ${spread[1]}}} on a line of its own, or - {{spread ${spread[1]}}} in a list`;
  const compared = /^#\s*if_?(eq|ne|not|lt|gt|le|ge|and|or)\s+(.+)$/i.exec(inner);
  if (compared !== null) return `write {{#if (${compared[1]?.toLowerCase()} ${compared[2]})}}`;
  const pattern = /(?:^|\s)([\w/.-]*\*[\w/.*-]*\.\w+)/.exec(inner);
  return pattern !== null && !/["']/.test(inner) ? `put a pattern in quotes: "${pattern[1]}"` : undefined;
}

/** Cuts a mustache into `#if`, `else if`, `> name` or the like, its expression, and `as |x|`. */
function partsOf(inner: string): { prefix: string; rest: string; suffix: string } {
  const prefix =
    /^(?:#\s*(?:if|unless|with|each)|else\s+(?:if|unless|with|each)|#?>\s*[^\s]+|\^)(?=\s|$)/.exec(inner)?.[0] ?? '';
  const rest = inner.slice(prefix.length).trim();
  const suffix = /\s+as\s*\|[^|]*\|$/.exec(rest)?.[0] ?? '';
  return { prefix: prefix.replaceAll(/\s+/g, ' '), rest: suffix === '' ? rest : rest.slice(0, -suffix.length), suffix };
}

/** The hint for a statement of another language, as `{{range .Values.x}}`. */
function statementIn(inner: string, surroundings: Surroundings): string | undefined {
  const assigned = /^(?:(?:set|let|var|const)\s+)?\$?(\w+)\s*(?::=|=(?!=))\s*([^]+)$/.exec(inner);
  if (assigned !== null && (inner.startsWith('$') || /^(?:set|let|var|const)\s/.test(inner)))
    return `give the value a name where it is used: {{#with ${value(assigned[2], surroundings)} as |${assigned[1]}|}} … {{/with}}`;
  const match = KEYWORD.exec(inner);
  if (match === null) return undefined;
  const [all, before = '', word = ''] = match;
  const rest = inner.slice(all.length).trim();
  const lead = before.replaceAll(/\s+/g, '');
  const given = (text: string): string => value(text, surroundings);
  switch (word) {
    case 'end':
    case 'endif':
    case 'endfor':
    case 'endeach':
    case 'endrange':
    case 'endwith': {
      const open = surroundings.open.at(-1) ?? 'if';
      return `a block is closed by its name: {{/${open}}}`;
    }
    case 'elseif':
    case 'elsif':
    case 'elif':
    case 'else-if':
      return `write {{else if ${rest === '' ? '…' : given(rest)}}}`;
    case 'break':
    case 'continue':
      return rest === '' && lead === ''
        ? `loops go through all items: put {{#if …}} around what is left out`
        : undefined;
    case 'define':
      return `write {{#*inline ${rest}}} … {{/inline}} in a file such as templates/_names.hbs, or a file templates/_${unquoted(rest)}.hbs`;
    case 'block':
      return `write {{#> ${unquoted(rest)}}} … {{/${unquoted(rest)}}}`;
    case 'template':
      return /^["'`]/.test(rest) ? `write {{> ${unquoted(rest)}${contextOf(rest, surroundings)}}}` : undefined;
    case 'range':
    case 'foreach':
    case 'for':
      return loop(word, rest, given);
    case 'if': {
      const choice = /^([\w.]+)\s+("[^"]*"|[\w.]+)\s+("[^"]*"|[\w.]+)$/.exec(rest);
      if (choice !== null && lead === '' && !surroundings.isHelper(choice[1] ?? ''))
        return `write {{ternary ${choice[2]} ${choice[3]} ${choice[1]}}}`;
      return lead === '' && rest !== '' ? `write {{#if ${given(rest)}}} … {{/if}}` : undefined;
    }
    case 'unless':
    case 'each':
      return lead === '' && rest !== '' ? `write {{#${word} ${given(rest)}}} … {{/${word}}}` : undefined;
    case 'with': {
      const named = /^\$(\w+)\s*:=\s*([^]+)$/.exec(rest);
      if (named !== null) return `write {{#with ${given(named[2] ?? '')} as |${named[1]}|}} … {{/with}}`;
      return lead === '' && rest !== '' ? `write {{#with ${given(rest)}}} … {{/with}}` : undefined;
    }
    default:
      return undefined;
  }
}

function loop(word: string, rest: string, given: (text: string) => string): string | undefined {
  const pair = /^\$(\w+)\s*,\s*\$(\w+)\s*:=\s*([^]+)$/.exec(rest);
  if (pair !== null) return `write {{#each ${given(pair[3] ?? '')} as |${pair[2]} ${pair[1]}|}} … {{/each}}`;
  const one = /^\$(\w+)\s*:=\s*([^]+)$/.exec(rest) ?? /^\(?\s*(?:\w+\s+)?(\w+)\s+(?:in|of)\s+([^]+?)\)?$/.exec(rest);
  if (one !== null) return `write {{#each ${given(one[2] ?? '')} as |${one[1]}|}} … {{/each}}`;
  return word === 'for' && rest === '' ? undefined : `write {{#each ${given(rest)}}} … {{/each}}`;
}

function unquoted(text: string): string {
  return /^["'`]([^"'`]*)["'`]/.exec(text)?.[1] ?? text.split(/\s/)[0] ?? text;
}

/** The context behind the name of a template; empty for `.` and `$`, which stand for the current one. */
function contextOf(rest: string, surroundings: Surroundings): string {
  const context = rest.replace(/^["'`][^"'`]*["'`]\s*/, '').trim();
  return context === '' || context === '.' || context === '$' ? '' : ` ${value(context, surroundings)}`;
}

/** An expression in native spelling, in parentheses where it is a call. */
function value(text: string | undefined, { isHelper }: Surroundings): string {
  const parsed = text === undefined ? undefined : parseForeign(text, isHelper);
  if (parsed === undefined) return '…';
  return parsed.isCall ? `(${parsed.native})` : parsed.native;
}

function spelling(parsed: Foreign, prefix: string): string {
  return parsed.isCall && prefix !== '' && !prefix.startsWith('>') ? `(${parsed.native})` : parsed.native;
}

/** The hint for `{{ toYaml .Values.x | nindent 4 }}` and the like: native templates take the value itself. */
function whole({ pipe }: Foreign, prefix: string): string | undefined {
  if (pipe === undefined || prefix !== '') return undefined;
  const { native, quotes, include } = pipe;
  if (include !== undefined) return `write {{> ${include}}} on a line of its own, or behind the key`;
  if (quotes) return `write {{${native}}}: a text stays a text without quotes`;
  return `write {{${native}}} behind its key: maps and lists are put in at the right depth`;
}

/** A mustache of a source, and where it begins. */
export type SourceTag = { text: string; offset: number };

const TAGS =
  /\\\{\{|\{\{~?!--[^]*?--~?\}\}|\{\{~?![^]*?\}\}|\{\{\{\{([^{}\s]*)[^{}]*\}\}\}\}[^]*?\{\{\{\{\/\1\}\}\}\}|\{\{\{?[^]*?(?:\}\}\}?|$)/g;

/**
 * Longer sources and mustaches are not looked at: finding the ends of mustaches takes the square of the length at
 * worst.
 */
const MAX_SOURCE = 1 << 16;
const MAX_TAG = 500;

/** Finds the foreign spellings of a whole source, with the mustaches in which they are. */
export function syntaxHintsOf(source: string, isHelper: (name: string) => boolean): (SourceTag & SyntaxHint)[] {
  const found: (SourceTag & SyntaxHint)[] = [];
  if (source.length > MAX_SOURCE) return found;
  const open: string[] = [];
  for (const { 0: text, index } of source.matchAll(TAGS)) {
    if (text.startsWith('\\{{') || text.startsWith('{{{{') || /^\{\{~?!/.test(text)) continue;
    if (text.length > MAX_TAG || !text.endsWith('}}')) continue;
    const syntaxHint = syntaxHintIn(text, { open, isHelper, source });
    if (syntaxHint !== undefined) found.push({ text, offset: index, ...syntaxHint });
    const name = /^\{\{[-~]?\s*#?\s*([\w-]+)/.exec(text)?.[1] ?? '';
    if (/^\{\{[-~]?\s*(?:\/|end\b)/.test(text)) open.pop();
    else if (/^\{\{~?#/.test(text) || ['if', 'range', 'with', 'define', 'block'].includes(name)) {
      open.push(name === 'range' ? 'each' : name === 'define' ? 'inline' : name);
    }
  }
  const lines = source.split('\n');
  for (const { 0: text, 1: inner = '', index } of source.matchAll(FOREIGN_TAG)) {
    const above = source.slice(0, index).split('\n');
    // In a text it is meant literally, as in a file of configuration.
    if (!beginsLine(lines, above.length - 1, above.at(-1)?.length ?? 0)) continue;
    const hint = syntaxHintIn(`{{${inner}}}`, { open, isHelper, source })?.hint;
    const message = `${shortened(text)} is written as in another template language`;
    found.push({ text, offset: index, message, hint: hint ?? 'blocks are written {{#if x}} … {{else}} … {{/if}}' });
  }
  return found;
}

/** A tag of Jinja, Liquid or Twig. */
const FOREIGN_TAG =
  /\{%-?\s*((?:if|elif|elsif|else|endif|for|endfor|unless|endunless|set|assign|case|when|include|macro|block|endblock)\b[^%{}]{0,200}?)\s*-?%\}/g;
