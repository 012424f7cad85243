/** Parses native templates. */
import { PkgError, throwTogether } from '../../errors.ts';
import { positionAt } from '../../yaml/read.ts';
import { parseWithoutProcessing, parser } from 'handlebars/dist/cjs/handlebars/compiler/base.js';
import type { Program, Template } from './ast.ts';
import { nestedTooDeeply, syntaxError, TemplateSyntaxError } from './parse-errors.ts';
import { CLOSE_EACH, CLOSE_IT, UNBALANCED } from './parse-hints.ts';
import type { SyntaxHash } from './parse-hints.ts';
import { syntaxHintsOf } from './syntax-hints.ts';
import { isHelperName } from './helpers/index.ts';
import { controlWhitespace } from './whitespace.ts';
import { LITERAL_BRACES } from './template-error.ts';

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
      const hint = isRaw ? 'put literal braces between {{{{raw}}}} and {{{{/raw}}}}' : LITERAL_BRACES;
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
