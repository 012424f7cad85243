/** Helpers that select, sort or group lists of maps by a field. Of these Sprig has only `pluck`. */
import type { Value, ValueMap } from '../../../yaml/value.ts';
import { compareText } from '../../functions/characters.ts';
import { describe } from './describe.ts';
import { identityOf } from './equal.ts';
import { helper, maps, scalar, textOf, value } from './parameters.ts';
import { isTrue } from './truth.ts';
import type { Argument, Helper, HelperContext } from './types.ts';

export const collections: Record<string, Helper> = {
  filter: selecting(true),
  reject: selecting(false),
  sortBy: helper([scalar('field'), maps('list')], ([field, list], context) => sorted(field, list, context)),
  groupBy: helper([scalar('field'), maps('list')], ([field, list], context) => {
    const groups: ValueMap = new Map();
    for (const [index, item] of list.entries()) {
      const key = textOf(item.get(field) ?? null);
      if (key === undefined) {
        return context.fail(`groupBy takes items with a text in ${field}, and item ${index} has ${found(item, field)}`);
      }
      const group = groups.get(key) as Value[] | undefined;
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
    return groups;
  }),
};

/** `filter field [value] list`: the items whose field is this value, or true without a value. */
function selecting(wanted: boolean): Helper {
  const byTruth = helper([scalar('field'), maps('list')], ([field, list]) =>
    list.filter((item) => isTrue(item.get(field) ?? null) === wanted),
  );
  const byValue = helper([scalar('field'), value('value'), maps('list')], ([field, value, list]) => {
    const identity = identityOf(value);
    const matches = (item: ValueMap): boolean => item.has(field) && identityOf(item.get(field) ?? null) === identity;
    return list.filter((item) => matches(item) === wanted);
  });
  return (args, hash, context) => (args.length === 3 ? byValue : byTruth)(args, hash, context);
}

/** Numbers by their size, texts by their characters, and items without the field last. */
function sorted(field: string, list: readonly ValueMap[], context: HelperContext): Argument {
  const keyed = list.map((item, index) => {
    const key = item.get(field) ?? null;
    if (key === null || typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint')
      return { item, key };
    return context.fail(
      `sortBy takes items with a text or a number in ${field}, and item ${index} has ${found(item, field)}`,
    );
  });
  const rank = (key: Value): number => (key === null ? 2 : typeof key === 'string' ? 1 : 0);
  return keyed
    .sort((a, b) => {
      const order = rank(a.key) - rank(b.key);
      if (order !== 0 || a.key === null || b.key === null || a.key === b.key) return order;
      if (typeof a.key === 'string' && typeof b.key === 'string') return compareText(a.key, b.key);
      return a.key < b.key ? -1 : 1;
    })
    .map(({ item }) => item);
}

function found(item: ValueMap, field: string): string {
  return item.has(field) ? describe(item.get(field) ?? null) : 'nothing there';
}
