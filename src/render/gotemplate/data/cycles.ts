/** Finds values that contain themselves, which `set` can make, and of which JSON would have no end. */
import { GoError } from '../functions/signature.ts';
import { typeOf } from '../value.ts';
import type { GoValue } from '../value.ts';
import { StructFields, withoutType } from './plain.ts';
import type { Printable } from './plain.ts';

/** As Go's encoder, the printers look for a cycle only at this depth, which nearly no value has. */
export const CYCLE_CHECK_DEPTH = 1000;

/** @throws {GoError} in the words of Go's encoding/json, for a value that contains itself */
export function refuseCycle(value: GoValue | readonly GoValue[]): void {
  const above = new Set<Printable>();
  const finished = new Set<Printable>();
  const path: { plain: Printable; rest: Iterator<GoValue> }[] = [];
  const enter = (next: GoValue): void => {
    const plain = withoutType(next);
    if (typeof plain !== 'object' || plain === null || finished.has(plain)) return;
    if (above.has(plain)) throw new GoError(`json: unsupported value: encountered a cycle via ${typeOf(next)}`);
    above.add(plain);
    path.push({ plain, rest: itemsOf(plain) });
  };
  enter(value as GoValue);
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    const next = last.rest.next();
    if (next.done !== true) {
      enter(next.value);
      continue;
    }
    path.pop();
    above.delete(last.plain);
    finished.add(last.plain);
  }
}

function itemsOf(plain: Printable): Iterator<GoValue> {
  if (plain instanceof StructFields) return plain.entries.values();
  if (plain instanceof Map) return plain.values();
  return (Array.isArray(plain) ? plain : []).values();
}
