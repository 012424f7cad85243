/** JSON as Go's encoding/json reads it into an `interface {}`. */
import { chargeReading } from '../../functions/limits.ts';
import { GoError } from '../functions/signature.ts';
import { decodeText, encodeText } from '../value.ts';
import type { GoValue } from '../value.ts';
import { DEEPEST } from './plain.ts';
import { jsonFault } from './json-fault.ts';

/** Reads bytes. @throws GoError with Go's words for what is no JSON */
export function readJson(bytes: string): GoValue {
  chargeReading(bytes);
  let parsed: unknown;
  try {
    parsed = JSON.parse(decodeText(bytes));
  } catch {
    throw new GoError(jsonFault(bytes) ?? 'unexpected end of JSON input');
  }
  return convert(parsed, bytes, 0);
}

/** Is it one number? Go complains first that it is no map, then that it is too large. */
export function isJsonNumber(bytes: string): boolean {
  return /^\s*-?\d/.test(bytes) && jsonFault(bytes) === undefined;
}

function convert(value: unknown, bytes: string, depth: number): GoValue {
  if (depth > DEEPEST) throw new GoError('exceeded max depth');
  if (typeof value === 'string') return encodeText(value.toWellFormed());
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    const written = [...bytes.matchAll(/-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g)].find(
      ([text]) => !Number.isFinite(Number(text)),
    );
    throw new GoError(`json: cannot unmarshal number ${written?.[0] ?? ''} into Go value of type float64`);
  }
  if (typeof value !== 'object' || value === null) return (value ?? null) as GoValue;
  if (Array.isArray(value)) return value.map((item) => convert(item, bytes, depth + 1));
  const map = new Map<string, GoValue>();
  for (const key of Object.keys(value)) {
    map.set(encodeText(key.toWellFormed()), convert((value as Record<string, unknown>)[key], bytes, depth + 1));
  }
  return map;
}

/** What JSON calls a value in Go's error messages. */
export function jsonKind(value: GoValue): string {
  if (Array.isArray(value)) return 'array';
  if (value instanceof Map) return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'number';
}
