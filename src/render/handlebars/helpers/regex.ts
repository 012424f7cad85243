/** Regular expressions. */
import {
  findAll,
  findFirst,
  matchesPattern,
  quotePattern,
  replaceLiteral,
  replaceTemplate,
  splitPattern,
} from '../../functions/regex.ts';
import { count, helper, text } from './parameters.ts';
import type { Helper } from './types.ts';

export const regexes: Record<string, Helper> = {
  regexMatch: helper([text('pattern'), text('text')], ([pattern, text]) => matchesPattern(pattern, text)),
  regexFind: helper([text('pattern'), text('text')], ([pattern, text]) => findFirst(pattern, text)),
  regexFindAll: helper([text('pattern'), text('text'), count('count')], ([pattern, text, count]) =>
    findAll(pattern, text, count),
  ),
  regexReplaceAll: helper([text('pattern'), text('text'), text('replacement')], ([pattern, text, replacement]) =>
    replaceTemplate(pattern, text, replacement),
  ),
  regexReplaceAllLiteral: helper([text('pattern'), text('text'), text('replacement')], ([pattern, text, replacement]) =>
    replaceLiteral(pattern, text, replacement),
  ),
  regexSplit: helper([text('pattern'), text('text'), count('count')], ([pattern, text, count]) =>
    splitPattern(pattern, text, count),
  ),
  regexQuoteMeta: helper([text('text')], ([text]) => quotePattern(text)),
};
