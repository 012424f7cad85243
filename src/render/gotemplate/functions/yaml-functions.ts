/** Helm's functions that read and print YAML. */
import { chargeReading } from '../../functions/limits.ts';
import { YamlError } from '../../../yaml/yaml-error.ts';
import { readFirstDocument } from '../../../yaml/read.ts';
import { jsonKind } from '../data/json-read.ts';
import { printPrettyYaml, printYaml } from '../data/yaml-print.ts';
import { encodeText, fromValue } from '../value.ts';
import type { GoValue } from '../value.ts';
import { orElse } from './json-functions.ts';
import { fn, GoError } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

/** Removes a newline at the end, as Helm does. */
function withoutEnd(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** Reads the first document of a text. @throws {GoError} in Helm's words */
function readYaml(text: string): GoValue {
  chargeReading(text);
  try {
    return fromValue(readFirstDocument(text));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new GoError(`error converting YAML to JSON: ${encodeText(error.helm)}`);
  }
}

/** Helm's error for a document of another type than the function gives. */
function mismatch(value: GoValue, type: string): GoError {
  return new GoError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(value)} into Go value of type ${type}`,
  );
}

export const functions: FunctionGroup = {
  fromYaml: fn(['string'], (_host, text) =>
    orElse<GoValue>(
      () => {
        const value = readYaml(text);
        if (value !== null && !(value instanceof Map)) throw mismatch(value, 'map[string]interface {}');
        return value ?? new Map<string, GoValue>();
      },
      (message) => new Map([['Error', message]]),
    ),
  ),
  fromYamlArray: fn(['string'], (_host, text) =>
    orElse<GoValue>(
      () => {
        const value = readYaml(text);
        if (value !== null && !Array.isArray(value)) throw mismatch(value, '[]interface {}');
        return value ?? [];
      },
      (message) => [message],
    ),
  ),
  mustToYaml: fn(['any'], (_host, value) => withoutEnd(printYaml(value))),
  toYaml: fn(['any'], (_host, value) =>
    orElse(
      () => withoutEnd(printYaml(value)),
      () => '',
    ),
  ),
  // What go-yaml 3 cannot print is a panic, which the template reports.
  toYamlPretty: fn(['any'], (_host, value) => withoutEnd(printPrettyYaml(value))),
};
