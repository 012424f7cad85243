/**
 * `print` and `printf`, as Go's package fmt does it for the values there are here. Where Go prints
 * `%!d(string=x)`, this is an error. `%v` and `%s` print any text, number or boolean.
 */
import type { Value } from '../../../yaml/value.ts';
import { FunctionFailure } from '../../functions/failure.ts';
import { joinValues, walkFormat } from '../../functions/format.ts';
import { checkLength } from '../../functions/limits.ts';
import { quoteJson } from '../../functions/quote.ts';
import { cut } from '../../functions/characters.ts';
import { escapeQuery } from '../../functions/urls.ts';
import { decodeText, encodeText } from '../../../utf8.ts';
import { formatDigits, formatInteger, formatNumber, formatText, pad } from '../../functions/verbs.ts';
import type { FormatSpec } from '../../functions/verbs.ts';
import { describe } from './describe.ts';
import { helper, rest, scalar, text, textOf, value } from './parameters.ts';
import type { Helper } from './types.ts';

export const formats: Record<string, Helper> = {
  print: helper([rest(value('value'))], ([values]) => joinValues(values, printedText)),
  printf: helper([text('format'), rest(value('value'))], ([format, values]) => printf(format, values)),
  urlquery: helper([rest(scalar('value'))], ([values]) => escapeQuery(encodeText(values.join('')))),
};

function printf(format: string, values: readonly Value[]): string {
  const used = new Set<number>();
  let length = 0;
  let isNegative = false;
  const { text } = walkFormat(encodeText(format), {
    count: values.length,
    size: (argument, directive) => {
      used.add(argument);
      const size = values[argument] ?? null;
      if (typeof size === 'number' && Number.isInteger(size) && Math.abs(size) <= MAX_SIZE) {
        isNegative = size < 0;
        return size;
      }
      const what = `takes a whole number for the * of ${decodeText(directive())}`;
      throw new FunctionFailure(`${what}, up to ${MAX_SIZE}, not ${describe(size)}`);
    },
    print: (argument, verb, spec, directive) => {
      used.add(argument);
      const printed = formatValue(values[argument] ?? null, verb, spec, directive);
      checkLength((length += printed.length));
      return printed;
    },
    problem: (problem, verb, directive) => {
      // A negative precision counts as none.
      if (problem === 'BADPREC' && isNegative) return '';
      const written = cut(decodeText(directive()), 0, MAX_SHOWN);
      if (problem === 'NOVERB') throw unknown(written, verb);
      const place = Number(/\[(\d+)\]/.exec(written)?.[1] ?? 1);
      if (problem === 'BADINDEX' && place >= 1 && place <= values.length) {
        throw new FunctionFailure(`does not know ${written}`, [
          'write the place of an argument right before the verb, as in %5.2[1]f',
        ]);
      }
      throw new FunctionFailure(
        `has no value for ${written}: its format asks for more than the ${values.length} given`,
        ['give a value for each % of the format; %% is the sign itself'],
      );
    },
  });
  const unused = values.findIndex((_value, index) => !used.has(index));
  if (unused >= 0) {
    throw new FunctionFailure(`does not print its argument ${unused + 2}: its format has no place for it`);
  }
  return decodeText(text);
}

/** The largest width and precision, as in Go. */
const MAX_SIZE = 1e6;
/** Longer directives are cut in messages. */
const MAX_SHOWN = 40;

function formatValue(value: Value, verb: string, spec: FormatSpec, directive: () => string): string {
  const isWhole = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  const whole = (): string => {
    const text = isWhole ? formatInteger(BigInt(value), true, verb, spec) : undefined;
    return text ?? wrong(value, 'a whole number', directive);
  };
  switch (verb) {
    case 's':
    case 'v':
      if (typeof value === 'number' || typeof value === 'bigint') return formatAsWritten(value, verb, spec);
      return formatText(encodeText(printedText(value)), 's', spec) ?? '';
    case 'q': {
      const text = printedText(value);
      const { precision } = spec;
      return pad(encodeText(quoteJson(precision === undefined ? text : cut(text, 0, precision))), spec);
    }
    case 't':
      return typeof value === 'boolean' ? pad(String(value), spec) : wrong(value, 'a boolean', directive);
    case 'x':
    case 'X':
      return typeof value === 'string' ? (formatText(encodeText(value), verb, spec) ?? '') : whole();
    case 'd':
    case 'b':
    case 'o':
    case 'O':
    case 'c':
    case 'U':
      return whole();
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': {
      const isNumber = typeof value === 'number' || typeof value === 'bigint';
      const text = isNumber ? formatNumber(Number(value), verb, spec) : undefined;
      return text ?? wrong(value, 'a number', directive);
    }
    default:
      throw unknown(decodeText(directive()), verb);
  }
}

/**
 * A number as it is written, whole ones too large for an exponent as well, with the signs and zeros that the flags ask
 * for.
 */
function formatAsWritten(value: number | bigint, verb: string, spec: FormatSpec): string {
  if (verb === 'v' && (typeof value === 'bigint' || Number.isInteger(value))) {
    return formatDigits(BigInt(value), true, 'd', spec);
  }
  const digits = String(value);
  const sign = digits.startsWith('-') ? '-' : spec.plus ? '+' : spec.space ? ' ' : '';
  const body = digits.replace(/^-/, '');
  const isFilled = spec.zero && !spec.minus;
  return pad(sign + (isFilled ? body.padStart((spec.width ?? 0) - sign.length, '0') : body), spec, false);
}

function unknown(written: string, verb: string): FunctionFailure {
  return new FunctionFailure(
    `does not know ${written}`,
    verb === '' || verb === ' ' ? ['write %% for a percent sign'] : [],
  );
}

/**
 * The text of a text, number or boolean.
 *
 * @throws {PkgError} for a list, a map and null
 */
function printedText(value: Value): string {
  const text = textOf(value);
  if (text !== undefined) return text;
  throw new FunctionFailure(
    `prints texts, numbers and booleans, not ${describe(value)}`,
    value === null ? ['use default'] : ['write it as text with toJson or toYaml'],
  );
}

function wrong(value: Value, expected: string, directive: () => string): never {
  throw new FunctionFailure(
    `takes ${expected} for ${decodeText(directive())}, not ${describe(value)}`,
    typeof value === 'string' ? ['use %s for a text'] : ['use %v for any number'],
  );
}
