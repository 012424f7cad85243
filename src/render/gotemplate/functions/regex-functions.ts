/** Sprig's functions on regular expressions. */
import {
  findAll,
  findFirst,
  matchesPattern,
  quotePattern,
  replaceLiteral,
  replaceTemplate,
  splitPattern,
} from '../../functions/regex.ts';
import { FunctionFailure } from '../../functions/failure.ts';
import { decodeText, encodeText, stringList, TypedList } from '../value.ts';
import { fn, GoError } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

const mustMatch = fn(['string', 'string'], (_host, pattern, text) => matchesPattern(textOf(pattern), text, 'bytes'));

const regexFind = fn(['string', 'string'], (_host, pattern, text) => findFirst(textOf(pattern), text, 'bytes'));

const regexFindAll = fn(['string', 'string', 'int'], (_host, pattern, text, count) =>
  listOf(findAll(textOf(pattern), text, count, 'bytes')),
);

const regexReplaceAll = fn(['string', 'string', 'string'], (_host, pattern, text, template) =>
  replaceTemplate(textOf(pattern), text, template, 'bytes'),
);

const regexReplaceAllLiteral = fn(['string', 'string', 'string'], (_host, pattern, text, replacement) =>
  replaceLiteral(textOf(pattern), text, replacement, 'bytes'),
);

const regexSplit = fn(['string', 'string', 'int'], (_host, pattern, text, count) => {
  const parts = splitPattern(textOf(pattern), text, count, 'bytes');
  // For a count of 0 Go's result is a nil list.
  return count === 0 ? listOf(parts) : stringList(parts);
});

export const functions: FunctionGroup = {
  /** As in Sprig, an invalid pattern matches nothing. */
  regexMatch: fn(['string', 'string'], (_host, pattern, text) => {
    try {
      return matchesPattern(textOf(pattern), text, 'bytes');
    } catch (error) {
      if (error instanceof FunctionFailure || error instanceof GoError) return false;
      throw error;
    }
  }),
  mustRegexMatch: mustMatch,
  regexFind,
  mustRegexFind: regexFind,
  regexFindAll,
  mustRegexFindAll: regexFindAll,
  regexReplaceAll,
  mustRegexReplaceAll: regexReplaceAll,
  regexReplaceAllLiteral,
  mustRegexReplaceAllLiteral: regexReplaceAllLiteral,
  regexSplit,
  mustRegexSplit: regexSplit,
  regexQuoteMeta: fn(['string'], (_host, text) => quotePattern(text)),
};

/** The text of a pattern, which is given as bytes. @throws {GoError} for bytes that are not UTF-8 */
function textOf(pattern: string): string {
  const text = decodeText(pattern);
  if (text !== pattern && encodeText(text) !== pattern) throw new GoError('error parsing regexp: invalid UTF-8');
  return text;
}

/** The list of matches; as in Go, a nil list where there are none. */
function listOf(items: readonly string[]): TypedList {
  return items.length === 0 ? new TypedList('string', [], { isNil: true }) : stringList(items);
}
