/** Prints and reads YAML and JSON. Keys keep their order, and numbers stay exact. */
import { PkgError } from '../../../errors.ts';
import { printYaml } from '../../../yaml/print.ts';
import { parseYaml } from '../../../yaml/read.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap } from '../../../yaml/value.ts';
import { describe } from './describe.ts';
import { parseJsonValue, printJsonValue } from './json-text.ts';
import { chargeReading, chargeWalk, checkLength } from '../../functions/limits.ts';
import { helper, text, value } from './parameters.ts';
import type { Argument, Helper, HelperContext } from './types.ts';

export const dataTexts: Record<string, Helper> = {
  toYaml: helper([value('value')], ([value]) => printed(value, (given) => printYaml(given).replace(/\n$/, ''))),
  toJson: helper([value('value')], ([value]) => printed(value, printJsonValue)),
  toPrettyJson: helper([value('value')], ([value]) => printed(value, (given) => printJsonValue(given, '  '))),
  fromYaml: reader('YAML', parseYaml, asMap),
  fromYamlArray: reader('YAML', parseYaml, asList),
  fromJson: reader('JSON', parseJsonValue, asMap),
  fromJsonArray: reader('JSON', parseJsonValue, asList),
};

function printed(value: Value, print: (value: Value) => string): string {
  chargeWalk(value);
  const text = print(value);
  checkLength(text.length);
  return text;
}

function reader(
  language: string,
  parse: (text: string, file: string) => Value,
  check: (value: Value, context: HelperContext) => Argument,
): Helper {
  return helper([text('text')], ([text], context) => {
    chargeReading(text);
    let value: Value;
    try {
      value = parse(text, 'text');
    } catch (error) {
      if (!(error instanceof PkgError)) throw error;
      const line = error.at?.line;
      const place = line === undefined ? '' : ` (line ${line} of the text)`;
      return context.fail(`${context.helper} cannot read ${language}: ${error.message}${place}`, [...error.hints]);
    }
    return check(value, context);
  });
}

function asMap(value: Value, context: HelperContext): ValueMap {
  if (value === null) return new Map();
  if (isMap(value)) return value;
  const hints = Array.isArray(value) ? [`Use ${context.helper}Array for a list`] : [];
  return context.fail(`${context.helper} takes the text of a map, not of ${describe(value)}`, hints);
}

function asList(value: Value, context: HelperContext): Value[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value;
  const hints = isMap(value) ? [`Use ${context.helper.replace('Array', '')} for a map`] : [];
  return context.fail(`${context.helper} takes the text of a list, not of ${describe(value)}`, hints);
}
