/** Helm's and Sprig's functions that read and print JSON. */
import { NumberError, readJson } from '../data/json-read.ts';
import { printJson } from '../data/json-print.ts';
import type { JsonStyle } from '../data/json-print.ts';
import { TypedList, TypedMap } from '../value.ts';
import type { GoValue } from '../value.ts';
import { fn, GoError } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

const COMPACT: JsonStyle = { escapeHtml: true, indent: undefined };
const PRETTY: JsonStyle = { escapeHtml: true, indent: '  ' };
const RAW: JsonStyle = { escapeHtml: false, indent: undefined };

/** The result of `run`, or of `instead` where that throws a {@link GoError}: many functions of Helm do not report errors. */
export function orElse<T>(run: () => T, instead: (message: string) => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof GoError) return instead(error.message);
    throw error;
  }
}

/** A nil `map[string]interface {}`, which is what Go's decoder makes of null. */
function nilMap(): GoValue {
  return new TypedMap('interface {}', new Map(), { isNil: true });
}

export const functions: FunctionGroup = {
  fromJson: fn(['string'], (_host, text) => {
    try {
      return readJson(text, 'map[string]interface {}') ?? nilMap();
    } catch (error) {
      if (!(error instanceof GoError)) throw error;
      const map = error instanceof NumberError && error.value instanceof Map ? error.value : new Map<string, GoValue>();
      return map.set('Error', error.message);
    }
  }),
  fromJsonArray: fn(['string'], (_host, text) =>
    orElse<GoValue>(
      () => readJson(text, '[]interface {}') ?? new TypedList('interface {}', [], { isNil: true }),
      (message) => [message],
    ),
  ),
  mustFromJson: fn(['string'], (_host, text) => readJson(text)),
  mustToJson: fn(['any'], (_host, value) => printJson(value, COMPACT)),
  mustToPrettyJson: fn(['any'], (_host, value) => printJson(value, PRETTY)),
  mustToRawJson: fn(['any'], (_host, value) => printJson(value, RAW)),
  toJson: fn(['any'], (_host, value) =>
    orElse(
      () => printJson(value, COMPACT),
      () => '',
    ),
  ),
  toPrettyJson: fn(['any'], (_host, value) =>
    orElse(
      () => printJson(value, PRETTY),
      () => '',
    ),
  ),
  toRawJson: fn(['any'], (_host, value) => printJson(value, RAW)),
};
