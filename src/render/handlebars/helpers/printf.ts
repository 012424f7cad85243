import { printJsonValue } from './json-text.ts';
import { LONGEST_TEXT } from './limits.ts';
import { anything, helper, rest, text } from './parameters.ts';
import type { Argument, Helper, HelperContext } from './types.ts';
import { ABSENT } from './types.ts';

/** `printf` and `print`: Go's verbs as far as they make sense for the values of a chart. */
export const formats: Record<string, Helper> = {
  printf: helper([text('format'), rest(anything('value'))], ([format, values], context) =>
    printf(format, values as Argument[], context),
  ),
  print: helper([rest(anything('value'))], ([values]) => goPrint(values as Argument[])),
};

const VERB = /%([-+# 0]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g;

function printf(format: string, values: readonly Argument[], context: HelperContext): string {
  let next = 0;
  const printed = format.replace(
    VERB,
    (whole, flags: string, width: string | undefined, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      if (next >= values.length) return context.fail(`the format has more verbs than there are values: ${whole}`);
      const value = values[next++] ?? null;
      if (value === ABSENT) return context.fail(`the value for ${whole} is not there`);
      const body = formatted(value, flags, precision === undefined ? undefined : Number(precision), verb);
      if (body === undefined) return context.fail(`${whole} does not fit ${printJsonValue(value).slice(0, 60)}`);
      return padded(body, flags, width === undefined ? 0 : Number(width), verb, context);
    },
  );
  if (next < values.length) context.fail('there are more values than verbs in the format');
  return printed;
}

function formatted(
  value: Exclude<Argument, typeof ABSENT>,
  flags: string,
  precision: number | undefined,
  verb: string,
): string | undefined {
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  const signed = (body: string): string => (flags.includes('+') && !body.startsWith('-') ? `+${body}` : body);
  switch (verb) {
    case 's':
    case 'v': {
      const plain = plainText(value);
      return verb === 's' && precision !== undefined ? [...plain].slice(0, precision).join('') : plain;
    }
    case 'q':
      return typeof value === 'string' ? JSON.stringify(value) : undefined;
    case 't':
      return typeof value === 'boolean' ? String(value) : undefined;
    case 'd':
      return isNumber && (typeof value === 'bigint' || Number.isInteger(value))
        ? signed(String(BigInt(value)))
        : undefined;
    case 'x':
    case 'X':
    case 'o':
    case 'b': {
      const base = verb === 'o' ? 8 : verb === 'b' ? 2 : 16;
      if (typeof value === 'string' && base === 16) return cased(Buffer.from(value).toString('hex'), verb);
      return isNumber && (typeof value === 'bigint' || Number.isInteger(value))
        ? cased(BigInt(value).toString(base), verb)
        : undefined;
    }
    case 'f':
    case 'F':
      return isNumber ? signed(Number(value).toFixed(Math.min(100, precision ?? 6))) : undefined;
    case 'e':
      return isNumber
        ? signed(
            Number(value)
              .toExponential(Math.min(100, precision ?? 6))
              .replace(/e([+-])(\d)$/, 'e$10$2'),
          )
        : undefined;
    case 'g':
      return isNumber
        ? signed(
            precision === undefined
              ? String(value)
              : String(Number(Number(value).toPrecision(Math.min(100, precision || 1)))),
          )
        : undefined;
    case 'c':
      return isNumber && Number(value) >= 0 && Number(value) <= 0x10ffff
        ? String.fromCodePoint(Number(value))
        : undefined;
    default:
      return undefined;
  }
}

function cased(body: string, verb: string): string {
  return verb === 'X' ? body.toUpperCase() : body;
}

function padded(body: string, flags: string, width: number, verb: string, context: HelperContext): string {
  if (width > LONGEST_TEXT) return context.fail('the width is too large');
  const missing = width - [...body].length;
  if (missing <= 0) return body;
  if (flags.includes('-')) return body + ' '.repeat(missing);
  if (!flags.includes('0') || verb === 's' || verb === 'v' || verb === 'q') return ' '.repeat(missing) + body;
  const sign = /^[-+]/.exec(body)?.[0] ?? '';
  return sign + '0'.repeat(missing) + body.slice(sign.length);
}

/** What a value looks like in text: JSON for a list or a map. */
function plainText(value: Exclude<Argument, typeof ABSENT>): string {
  if (value === null) return '';
  return typeof value === 'object' ? printJsonValue(value) : String(value);
}

/** Go's Sprint: a blank between two values when neither is a string. */
function goPrint(values: readonly Argument[]): string {
  let printed = '';
  for (const [index, value] of values.entries()) {
    const before = values[index - 1];
    if (index > 0 && typeof value !== 'string' && typeof before !== 'string') printed += ' ';
    printed += value === ABSENT ? '' : plainText(value);
  }
  return printed;
}
