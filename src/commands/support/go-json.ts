/** JSON and YAML as Helm prints them. */
import { goJson as encode, sortKeys } from '../../yaml/json.ts';
import { printYaml } from '../../yaml/print.ts';
import { fromPlain } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';

/** One line of JSON with a newline, escaped as Go does. Keys stay in order: structs have one. */
export function goJson(value: Json): string {
  return `${encode(value)}\n`;
}

/** Block YAML with all keys sorted. */
export function goYaml(value: Json): string {
  return printYaml(fromPlain(sortKeys(value)));
}
