import type { RE2JS } from 're2js';
import { helper, integer, text } from './parameters.ts';
import type { Helper, HelperContext } from './types.ts';

let engine: typeof RE2JS;

/** Regular expressions in RE2's syntax, as in Helm: no pattern takes more than linear time. */
export async function loadRegexes(): Promise<Record<string, Helper>> {
  ({ RE2JS: engine } = await import('../../../chart/re2.ts'));
  return regexes;
}

const regexes: Record<string, Helper> = {
  regexMatch: helper([text('pattern'), text('text')], ([pattern, subject], context) =>
    compile(pattern, context).matcher(subject).find(),
  ),
  regexFind: helper(
    [text('pattern'), text('text')],
    ([pattern, subject], context) => all(pattern, subject, 1, context)[0] ?? '',
  ),
  regexFindAll: helper([text('pattern'), text('text'), integer('count')], ([pattern, subject, count], context) =>
    all(pattern, subject, Number(count), context),
  ),
  regexReplaceAll: helper([text('pattern'), text('text'), text('replacement')], ([pattern, subject, by], context) =>
    compile(pattern, context).matcher(subject).replaceAll(goReplacement(by)),
  ),
  regexReplaceAllLiteral: helper(
    [text('pattern'), text('text'), text('replacement')],
    ([pattern, subject, by], context) =>
      compile(pattern, context).matcher(subject).replaceAll(by.replace(/[\\$]/g, '\\$&')),
  ),
  regexSplit: helper([text('pattern'), text('text'), integer('count')], ([pattern, subject, count], context) =>
    split(pattern, subject, Number(count), context),
  ),
  regexQuoteMeta: helper([text('text')], ([subject]) => subject.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
};

function compile(pattern: string, context: HelperContext): RE2JS {
  try {
    return engine.compile(pattern);
  } catch (error) {
    return context.fail(`the pattern cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function all(pattern: string, subject: string, count: number, context: HelperContext): string[] {
  const matcher = compile(pattern, context).matcher(subject);
  const found: string[] = [];
  while ((count < 0 || found.length < count) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

/** Go's Regexp.Split: at most `count` parts, the last one unsplit; 0 gives none. */
function split(pattern: string, subject: string, count: number, context: HelperContext): string[] {
  if (count === 0) return [];
  const matcher = compile(pattern, context).matcher(subject);
  const parts: string[] = [];
  let start = 0;
  let end = 0;
  while ((count < 0 || parts.length < count - 1) && matcher.find()) {
    end = matcher.start();
    if (matcher.end() !== 0) parts.push(subject.slice(start, end));
    start = matcher.end();
  }
  if (end !== subject.length || start !== subject.length || parts.length === 0) parts.push(subject.slice(start));
  return parts;
}

/** `$1`, `${1}` and `${name}` are groups in Go; a name reaches as far as it can. */
function goReplacement(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replace(/\$\$|\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
      if (whole === '$$') return '\\$';
      const name = braced ?? bare ?? '';
      return /^[0-9]+$/.test(name) ? `$${name}` : `\${${name}}`;
    });
}
