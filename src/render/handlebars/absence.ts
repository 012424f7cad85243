/** Names that are not there where that is no error by itself: in conditions, loops and arguments. */
import { nearest } from '../../nearest.ts';
import type { Path } from './ast.ts';
import { CLOSED_FIELDS } from './context.ts';
import type { Evaluator, Frame } from './evaluate.ts';
import { chartPathOf } from './partials.ts';
import { absentFrom, isScoped, ROOT_NAMES } from './scope.ts';
import type { Scope } from './scope.ts';

/**
 * Fails for a path that leads nowhere where that can only be a misspelling: a name at the root, or a field of what has
 * the same fields in every chart. Inside partials a name that some call gives is one that may be missing.
 */
export function checkAbsence(evaluator: Evaluator, path: Path, scope: Scope, frame: Frame): void {
  if (path.data && path.parts[0] !== 'root') return;
  const { container, name } = absentFrom(path, scope);
  if (container === scope.root) {
    if (mayBeMissing(evaluator, name, path, frame)) return;
    const near = nearest(name, ROOT_NAMES);
    const hints = near === undefined ? [] : [`did you mean ${[near, ...path.parts.slice(1)].join('.')}?`];
    const inValues = scope.root.get('values');
    if (inValues instanceof Map && inValues.has(name)) hints.unshift(`did you mean values.${path.parts.join('.')}?`);
    if (frame.calls !== undefined)
      hints.push(`if it is a parameter of this partial that no call gives, write this.${name}`);
    else if (hints.length === 0) hints.push(`templates know ${[...ROOT_NAMES].join(', ')}`);
    throw evaluator.fault('PKG_TEMPLATE_NAME_MISSING', `${name} is not defined`, path.loc, frame, { hints });
  }
  for (const [root, fields] of [...CLOSED_FIELDS, ['chart', evaluator.host.chartFields] as const]) {
    if (container !== scope.root.get(root) || fields.has(name)) continue;
    const near = nearest(name, fields);
    throw evaluator.fault('PKG_TEMPLATE_NAME_MISSING', `${root}.${name} is not defined`, path.loc, frame, {
      hints: [near === undefined ? `${root} has ${[...fields].join(', ')}` : `did you mean ${root}.${near}?`],
    });
  }
}

function mayBeMissing({ host }: Evaluator, name: string, path: Path, { calls, template }: Frame): boolean {
  if (calls === undefined || template.text !== undefined) return false;
  if (isScoped(path) || host.parameters.has(name)) return true;
  // What a library's partials may be given is its own matter.
  return chartPathOf(template.name) !== host.chartPath && nearest(name, ROOT_NAMES) === undefined;
}
