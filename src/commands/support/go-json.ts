import { goJson as encode } from '../../yaml/json.ts';
import type { Json } from '../../yaml/value.ts';

/** One line of JSON with a newline, escaped as Go does. Keys stay in order: structs have one. */
export function goJson(value: Json): string {
  return `${encode(value)}\n`;
}
