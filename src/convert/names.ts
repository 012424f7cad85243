/** Chooses names for block parameters: `{{#each values.hosts as |host|}}`. */
import type { Expression } from './expression.ts';

/** Names with a meaning of their own, which a block parameter would hide. */
const TAKEN: ReadonlySet<string> = new Set(
  'values release chart capabilities files template this as else true false null undefined list index'.split(' '),
);

/**
 * A name for the items of a list, or for a value: `host` for those of `values.ingress.hosts`.
 *
 * @param of what it is made of, or the name itself
 * @param used names that blocks around have given already
 */
export function nameFor(of: Expression | string, used: readonly string[]): string {
  const wanted = typeof of === 'string' ? of : of.type === 'path' ? singular(of.names.at(-1) ?? of.base) : 'item';
  const base = typeof of !== 'string' && TAKEN.has(wanted) ? 'item' : wanted;
  let name = base;
  for (let count = 2; used.includes(name); count++) name = `${base}${count}`;
  return name;
}

function singular(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9]{3,}$/.test(name)) return 'item';
  if (name.endsWith('ies')) return `${name.slice(0, -3)}y`;
  if (/(?:ss|us|is)$/.test(name)) return 'item';
  if (/(?:sses|xes|ches|shes)$/.test(name)) return name.slice(0, -2);
  return name.endsWith('s') ? name.slice(0, -1) : 'item';
}
