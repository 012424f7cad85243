/** Go templates of a chart that mixes both kinds, as native templates include them. */
import type { Value } from '../../yaml/value.ts';
import type { Expression, Hash, Location } from './ast.ts';
import type { Evaluator, Frame } from './evaluate.ts';
import { ABSENT } from './helpers/types.ts';
import { Namespace } from './scope.ts';
import type { Item, Scope } from './scope.ts';

/**
 * What the Go template of a name prints, undefined where there is none. Its `.` is what is given; without that,
 * all that Go templates of the chart know.
 */
export function printGoTemplate(
  evaluator: Evaluator,
  name: string,
  node: { loc: Location; hash?: Hash | undefined },
  param: Expression | undefined,
  scope: Scope,
  frame: Frame,
): string | undefined {
  const { goTemplate } = evaluator.host;
  if (goTemplate === undefined) return undefined;
  if (node.hash !== undefined) {
    const { loc } = node.hash;
    const hints = ['give it a map instead: (dict "name" value)'];
    throw evaluator.fault('PKG_TEMPLATE_HELPER', 'a Go template takes one value, and no names', loc, frame, { hints });
  }
  return goTemplate(name, param === undefined ? undefined : dataOf(evaluator.item(param, scope, frame)));
}

/** The names of native templates mean nothing to Go templates: they get their own. */
function dataOf(item: Item): Value | undefined {
  if (item instanceof Namespace || typeof item === 'function') return undefined;
  return item === ABSENT ? null : (item as Value);
}
