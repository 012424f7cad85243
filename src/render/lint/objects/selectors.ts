/** Label selectors, as Kubernetes evaluates them. */
import type { Value } from '../../../yaml/value.ts';
import { isMap } from '../../../yaml/value.ts';
import { field, listAt, mapAt, textAt } from './fields.ts';

/** Has a selector `matchLabels` or `matchExpressions`? */
export function selectsSomething(selector: Value | undefined): boolean {
  return mapAt(selector, 'matchLabels').size > 0 || listAt(selector, 'matchExpressions').length > 0;
}

/** Do labels match a selector? An empty selector matches everything, no selector nothing. */
export function selectorMatches(selector: Value | undefined, labels: Value | undefined): boolean {
  if (!isMap(selector)) return false;
  for (const [key, wanted] of mapAt(selector, 'matchLabels')) {
    if (field(labels, key) !== wanted) return false;
  }
  return listAt(selector, 'matchExpressions').every((expression) => {
    const value = field(labels, textAt(expression, 'key'));
    const listed = value !== undefined && listAt(expression, 'values').includes(value);
    switch (textAt(expression, 'operator')) {
      case 'In':
        return listed;
      case 'NotIn':
        return !listed;
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}
