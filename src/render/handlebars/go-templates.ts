/** Native templates include Go templates, in charts that have both. */
import { PkgError } from '../../errors.ts';
import { ValueError } from '../../chart/value-error.ts';
import type { Value } from '../../yaml/value.ts';
import type { Expression, Hash, Location } from './ast.ts';
import type { Evaluator, Frame } from './evaluation.ts';
import { describeCalls, positionIn } from './template-error.ts';
import { ABSENT } from './helpers/types.ts';
import { Namespace } from './scope.ts';
import type { Item, Scope } from './scope.ts';

/**
 * The text of the Go template of a name; undefined where there is none.
 *
 * @param call its name, and its `.`; without it, `.` is the root context of the chart's Go templates
 * @throws {PkgError} for an error in the Go template, with the call in its notes, and for named arguments
 */
export function printGoTemplate(
  evaluator: Evaluator,
  call: { name: string; param: Expression | undefined; node: { loc: Location; hash?: Hash | undefined } },
  scope: Scope,
  frame: Frame,
): string | undefined {
  const { name, param, node } = call;
  const { loc } = node;
  const { template } = frame;
  const data = param === undefined ? undefined : dataOf(evaluator.item(param, scope, frame));
  let text: string | undefined;
  try {
    text = evaluator.host.goTemplate(name, data, evaluator.identify(frame, scope, `include ${name}`).identity);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    const calls = describeCalls({ what: `include ${name}`, template, loc, outer: frame.calls });
    throw ValueError.through(error, positionIn(template, loc), calls);
  }
  if (text !== undefined && node.hash !== undefined) {
    const hints = ['give it a map instead: (dict "name" value)'];
    throw evaluator.error('PKG_TEMPLATE_HELPER', 'a Go template takes one value, and no names', node.hash.loc, frame, {
      hints,
    });
  }
  return text;
}

/** The value for `.`. The root of native templates means nothing to Go templates: they get their own, by undefined. */
function dataOf(item: Item): Value | undefined {
  if (item instanceof Namespace || typeof item === 'function') return undefined;
  return item === ABSENT ? null : (item as Value);
}
