/**
 * `print` and `printf`, as Go's package fmt does it for the values there are here. Where Go prints
 * `%!d(string=x)`, this is an error. `%v` and `%s` print any text, number or boolean.
 */
import type { Value } from '../../../yaml/value.ts';
import { FunctionFailure } from '../../functions/failure.ts';
import { chargeCharacters, checkLength } from '../../functions/limits.ts';
import { quoteJson } from '../../functions/quote.ts';
import { cut } from '../../functions/characters.ts';
import { formatFloat, formatInteger, formatText, padText, parseFormat } from '../../functions/verbs.ts';
import type { Directive, Size, Spec } from '../../functions/verbs.ts';
import { describe } from './describe.ts';
import { helper, rest, scalar, text, textOf, value } from './parameters.ts';
import type { Helper } from './types.ts';

export const formats: Record<string, Helper> = {
  print: helper([rest(value('value'))], ([values]) => {
    let printed = '';
    for (const [index, value] of values.entries()) {
      // As in Go: a space between two values when neither is a text.
      const previous = values[index - 1];
      const gap = previous !== undefined && typeof previous !== 'string' && typeof value !== 'string';
      printed += (gap ? ' ' : '') + printedText(value);
    }
    return printed;
  }),
  printf: helper([text('format'), rest(value('value'))], ([format, values]) => printf(format, values)),
  urlquery: helper([rest(scalar('value'))], ([values]) => {
    const text = values.join('');
    chargeCharacters(text);
    return encodeURIComponent(text.toWellFormed())
      .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+');
  }),
};

function printf(format: string, values: readonly Value[]): string {
  const used = new Set<number>();
  let next = 0;
  const take = (place: number | undefined, { written }: Directive): Value => {
    if (place !== undefined) next = place - 1;
    const value = values[next];
    if (value === undefined) {
      throw new FunctionFailure(
        `has no value for ${written}: its format asks for more than the ${values.length} given`,
      );
    }
    used.add(next++);
    return value;
  };
  const takeSize = (size: Size | undefined, directive: Directive): number | undefined => {
    if (size === undefined) return undefined;
    const number = size.given === '*' ? take(size.place, directive) : size.given;
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
      throw new FunctionFailure(`takes a whole number for the * of ${directive.written}, not ${describe(number)}`);
    }
    checkLength(Math.abs(number));
    return number;
  };
  let length = 0;
  const parts = parseFormat(format).map((part) => {
    const printed = typeof part === 'string' ? part : formatDirective(part, take, takeSize);
    length += printed.length;
    checkLength(length);
    return printed;
  });
  const unused = values.findIndex((_value, index) => !used.has(index));
  if (unused >= 0) {
    throw new FunctionFailure(`does not print its argument ${unused + 2}: its format has no place for it`);
  }
  return parts.join('');
}

function formatDirective(
  directive: Directive,
  take: (place: number | undefined, directive: Directive) => Value,
  takeSize: (size: Size | undefined, directive: Directive) => number | undefined,
): string {
  const { verb, flags } = directive;
  const width = takeSize(directive.width, directive);
  const precision = takeSize(directive.precision, directive);
  const value = take(directive.place, directive);
  return formatValue(value, directive, {
    verb,
    flags: { ...flags, minus: flags.minus || (width ?? 0) < 0 },
    width: width === undefined ? undefined : Math.abs(width),
    precision: precision !== undefined && precision < 0 ? undefined : precision,
  });
}

function formatValue(value: Value, directive: Directive, spec: Spec): string {
  const { verb } = spec;
  const isWhole = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  switch (verb) {
    case 's':
    case 'v':
      // A number is written as it is, whole ones too large for an exponent as well.
      if (typeof value !== 'number' && typeof value !== 'bigint')
        return formatted(directive, formatText(printedText(value), spec));
      return isWhole && verb === 'v'
        ? formatted(directive, formatInteger(BigInt(value), spec))
        : padNumber(String(value), spec);
    case 'q':
      return padText(quoteJson(cutText(printedText(value), spec)), spec);
    case 't':
      return typeof value === 'boolean' ? padText(String(value), spec) : wrong(value, 'a boolean', directive);
    case 'x':
    case 'X':
      if (typeof value === 'string') return formatted(directive, formatText(value, spec));
      return isWhole
        ? formatted(directive, formatInteger(BigInt(value), spec))
        : wrong(value, 'a whole number', directive);
    case 'd':
    case 'b':
    case 'o':
    case 'O':
    case 'c':
    case 'U':
      return isWhole
        ? formatted(directive, formatInteger(BigInt(value), spec))
        : wrong(value, 'a whole number', directive);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      if (typeof value !== 'number' && typeof value !== 'bigint') return wrong(value, 'a number', directive);
      return formatted(directive, formatFloat(Number(value), spec));
    default:
      throw new FunctionFailure(
        `does not know ${directive.written}`,
        verb === '' || verb === ' ' ? ['write %% for a percent sign'] : [],
      );
  }
}

/** What a verb made of a value that it takes. */
function formatted({ written }: Directive, text: string | undefined): string {
  if (text === undefined) throw new Error(`${written} is not written`);
  return text;
}

/** The text of what has one; fails for a list, a map and null. */
function printedText(value: Value): string {
  const text = textOf(value);
  if (text !== undefined) return text;
  throw new FunctionFailure(
    `prints texts, numbers and booleans, not ${describe(value)}`,
    value === null ? ['use default'] : ['write it as text with toJson or toYaml'],
  );
}

function cutText(text: string, { precision }: Spec): string {
  return precision === undefined ? text : cut(text, 0, precision);
}

/** A number as it is, with the signs and zeros that the flags ask for. */
function padNumber(digits: string, spec: Spec): string {
  const { flags, width = 0 } = spec;
  const sign = digits.startsWith('-') ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  const body = digits.replace(/^-/, '');
  if (!flags.zero || flags.minus) return padText(sign + body, { ...spec, flags: { ...flags, zero: false } });
  checkLength(width);
  return sign + body.padStart(width - sign.length, '0');
}

function wrong(value: Value, expected: string, { written }: Directive): never {
  throw new FunctionFailure(
    `takes ${expected} for ${written}, not ${describe(value)}`,
    typeof value === 'string' ? ['use %s for a text'] : ['use %v for any number'],
  );
}
