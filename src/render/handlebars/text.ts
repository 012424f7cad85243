/** The texts of values. */
import { chargeWalk } from '../functions/limits.ts';
import { printJson } from '../../yaml/json.ts';
import { printYaml } from '../../yaml/print.ts';
import { isMap, toPlain } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import { ABSENT } from './helpers/types.ts';
import type { Argument } from './helpers/types.ts';

/** The text of a value: empty for null, JSON for a map or a list. */
export function valueText(value: Value): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (typeof value === 'object') {
    chargeWalk(value);
    return printJson(toPlain(value));
  }
  return String(value);
}

/** Is this absent, null, or an empty string, list or map, which `optional` leaves out? */
export function isEmptyValue(value: Argument): value is typeof ABSENT | null {
  if (value === ABSENT || value === null || value === '') return true;
  return (Array.isArray(value) && value.length === 0) || (isMap(value) && value.size === 0);
}

/** The lines of `{{spread x}}` where text is printed; `before` is the line up to it. */
export function spreadText(value: Argument, before: string): string {
  if (isEmptyValue(value)) return '';
  chargeWalk(value);
  const items = /^\s*- *$/.test(before) && Array.isArray(value);
  const lines = printYaml(value as Value)
    .trimEnd()
    .split('\n');
  const indent = items ? before.replace(/-.*$/, '') : before.replace(/[^\s]/g, ' ');
  const [first = '', ...rest] = items ? lines.map((line, index) => (index === 0 ? line.slice(2) : line)) : lines;
  return [first, ...rest.map((line) => indent + line)].join('\n');
}

/** How messages name the type of a value. */
export function typeName(value: Argument): string {
  if (value === ABSENT) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a map';
  return typeof value === 'boolean' ? 'a boolean' : typeof value === 'string' ? 'a string' : 'a number';
}
