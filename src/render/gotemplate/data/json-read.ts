/** Reads JSON as Go's encoding/json does into an `interface {}`. */
import { chargeReading } from '../../functions/limits.ts';
import { GoError } from '../functions/signature.ts';
import { decodeRunes } from '../../../utf8.ts';
import { encodeText } from '../value.ts';
import type { GoValue } from '../value.ts';
import { MAX_DEPTH } from './plain.ts';
import { jsonError } from './json-error.ts';

/**
 * Reads a text of bytes.
 *
 * @param into the type that the value has to have, if only one is allowed; null has any
 * @throws {GoError} in Go's words for a text that is not JSON, and a value of another type
 * @throws {NumberError} for a number beyond the largest float
 */
export function readJson(bytes: string, into?: 'map[string]interface {}' | '[]interface {}'): GoValue {
  chargeReading(bytes);
  const text = decodeRunes(bytes);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new GoError(jsonError(bytes) ?? 'unexpected end of JSON input');
  }
  const isWanted =
    into === '[]interface {}' ? Array.isArray(parsed) : typeof parsed === 'object' && !Array.isArray(parsed);
  if (into !== undefined && parsed !== null && !isWanted) {
    const kind = Array.isArray(parsed) ? 'array' : typeof parsed === 'boolean' ? 'bool' : typeof parsed;
    throw new GoError(`json: cannot unmarshal ${kind} into Go value of type ${into}`);
  }
  const infinite: string[][] = [];
  const value = convert(parsed, [], infinite);
  const [path] = infinite;
  if (path === undefined) return value;
  throw new NumberError(
    `json: cannot unmarshal number ${firstInfinite(text)} into ${intoWhat(path)} of type float64`,
    value,
  );
}

/** A number is beyond the largest float. Go reads all the rest of the text, and has 0 in its place. */
export class NumberError extends GoError {
  readonly value: GoValue;

  constructor(message: string, value: GoValue) {
    super(message);
    this.value = value;
  }
}

/**
 * Converts what JSON.parse gives.
 *
 * @param path the keys and indexes that lead to the value
 * @param infinite takes the path to the first number that is beyond the largest float
 */
function convert(value: unknown, path: string[], infinite: string[][]): GoValue {
  if (path.length > MAX_DEPTH) throw new GoError('exceeded max depth');
  if (typeof value === 'string') return encodeText(value.toWellFormed());
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    if (infinite.length === 0) infinite.push([...path]);
    return 0;
  }
  if (typeof value !== 'object' || value === null) return (value ?? null) as GoValue;
  const below = (key: string, item: unknown): GoValue => {
    path.push(key);
    const converted = convert(item, path, infinite);
    path.pop();
    return converted;
  };
  if (Array.isArray(value)) return value.map((item, index) => below(String(index), item));
  const map = new Map<string, GoValue>();
  for (const key of Object.keys(value)) {
    map.set(encodeText(key.toWellFormed()), below(key, (value as Record<string, unknown>)[key]));
  }
  return map;
}

/** The first number of the text that is beyond the largest float, as it is written. */
function firstInfinite(text: string): string {
  let found = '';
  JSON.parse(text, (_key: string, value: unknown, context?: { source?: string }) => {
    if (found === '' && typeof value === 'number' && !Number.isFinite(value)) found = context?.source ?? '';
    return value;
  });
  return found;
}

/**
 * How Go 1.27 names the position of a value: by a JSON pointer with points in place of slashes. Where it ends in digits
 * Go takes it for the index of a list, and leaves out `Go struct field` (`UnmarshalTypeError.Error` in
 * encoding/json/v2_decode.go).
 */
function intoWhat(path: readonly string[]): string {
  if (path.length === 0) return 'Go value';
  const pointer = path.map((key) => `.${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return /\.[0-9]+$/.test(pointer) ? encodeText(pointer) : `Go struct field ${encodeText(pointer)}`;
}

/** The type of a value in JSON, as Go's errors name it. */
export function jsonKind(value: GoValue): string {
  if (Array.isArray(value)) return 'array';
  if (value instanceof Map) return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'number';
}
