/** Changes a part of an answer: another type, a hostile text, too few values, too many, or none. */
import fc from 'fast-check';

/** Plain JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** A path to a part, and its new value; undefined removes the part. */
export type Change = { at: readonly number[]; by: Json | undefined };

const NASTY: readonly (Json | undefined)[] = [
  undefined,
  null,
  {},
  [],
  [null],
  [{}],
  { name: {} },
  0,
  -1,
  1e300,
  true,
  '',
  '../../x',
  '%zz\u001b[2J\u202e',
  'é'.repeat(300),
];

/** An answer in which the part at a path is replaced by another part. */
export const change: fc.Arbitrary<Change> = fc.record({
  at: fc.array(fc.nat({ max: 1000 }), { maxLength: 9 }),
  by: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...NASTY) },
    { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<Json> },
  ),
});

/** A value with a part of it changed. */
export function changed(value: Json, at: readonly number[], by: Json | undefined): Json | undefined {
  const [step, ...rest] = at;
  if (step === undefined || typeof value !== 'object' || value === null) return by;
  const keys = Object.keys(value);
  const key = keys[step % Math.max(keys.length, 1)];
  if (key === undefined) return by;
  const below = changed((value as { [key: string]: Json })[key] ?? null, rest, by);
  if (Array.isArray(value))
    return value.flatMap((item, index) => (String(index) !== key ? [item] : below === undefined ? [] : [below]));
  const { [key]: _gone, ...others } = value;
  return below === undefined ? others : { ...others, [key]: below };
}
