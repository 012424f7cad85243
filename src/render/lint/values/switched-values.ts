/** The values of a chart with all its parts switched on. */
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap } from '../../../yaml/value.ts';

/** A copy of values in which all that is false is true; `isChanged` if something is. */
export function withAllTrue(values: ValueMap): { values: ValueMap; isChanged: boolean } {
  let isChanged = false;
  const changed = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(changed);
    if (isMap(value)) return new Map(Array.from(value, ([key, item]) => [key, changed(item)]));
    isChanged ||= value === false;
    return value === false ? true : value;
  };
  return { values: changed(values) as ValueMap, isChanged };
}
