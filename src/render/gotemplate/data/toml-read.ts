/** TOML as BurntSushi's decoder reads it into an `interface {}`. */
import { TomlDate, TomlError, parse } from 'smol-toml';
import { chargeReading } from '../../functions/limits.ts';
import { GoError } from '../functions/signature.ts';
import { int64 } from '../int.ts';
import { GoTime } from '../time.ts';
import { TypedList, encodeText } from '../value.ts';
import type { GoMap, GoValue } from '../value.ts';
import { fixedZone, utc } from '../zoneinfo.ts';

/** Reads a text. @throws GoError for what is no TOML */
export function readToml(text: string): GoMap {
  chargeReading(text);
  try {
    return convertTable(parse(text, { integersAsBigInt: true, useLegacyDate: true }));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    throw new GoError(`toml: line ${error.line}: ${encodeText(reason)}`);
  }
}

function convertTable(table: object): GoMap {
  return new Map(Object.entries(table).map(([key, value]) => [encodeText(key), convert(value)]));
}

function convert(value: unknown): GoValue {
  switch (typeof value) {
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value) throw new GoError(`toml: ${value} is out of range for int64`);
      return int64(value);
    case 'string':
      return encodeText(value);
    case 'number':
    case 'boolean':
      return value;
    default:
  }
  if (value instanceof TomlDate) return convertTime(value);
  if (Array.isArray(value)) {
    const items = value.map(convert);
    const areTables = items.length > 0 && items.every((item) => item instanceof Map);
    return areTables ? new TypedList('map[string]interface {}', items) : items;
  }
  return convertTable(value as object);
}

function convertTime(value: TomlDate): GoTime {
  const [, sign, hours, minutes] = /([-+])(\d\d):(\d\d)$/.exec(value.toISOString()) ?? [];
  const seconds = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -60 : 60);
  return new GoTime(BigInt(value.getTime()) * 1_000_000n, seconds === 0 ? utc : fixedZone('', seconds));
}
