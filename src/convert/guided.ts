/** Values that lead into the branches of a template: what the conditions around each of them ask for. */
import type { Value } from '../yaml/value.ts';
import { withoutElse } from './expression.ts';
import type { Expression, Path, Trail } from './expression.ts';
import type { Piece } from './pieces.ts';

/** A condition, and whether it has to hold. */
export type Asked = { test: Expression; holds: boolean };

/** A value that a condition needs: what is not empty, what is empty, or this one. */
export type Needed = { trail: Trail; value: 'filled' | 'empty' | { is: Value } };

/** The conditions around each branch of these pieces, from the outermost in. */
export function* branchesOf(pieces: readonly Piece[], around: readonly Asked[] = []): Generator<readonly Asked[]> {
  for (const piece of pieces) {
    if (piece.type !== 'control') continue;
    let before = around;
    for (const { opens, body } of piece.branches) {
      const asked = opens === undefined ? before : [...before, { test: opens.value, holds: true }];
      yield asked;
      yield* branchesOf(body, asked);
      if (opens !== undefined) before = [...before, { test: opens.value, holds: false }];
    }
  }
}

/** What a condition needs of the chart's values, as far as it says so itself. */
export function* neededFor({ test, holds }: Asked): Generator<Needed> {
  const expression = withoutElse(test);
  if (expression.type === 'path') {
    if (isFixed(expression)) yield { trail: expression.trail ?? [], value: holds ? 'filled' : 'empty' };
    return;
  }
  if (expression.type !== 'call') return;
  const { name, args } = expression;
  const [first, second] = args;
  if (first === undefined) return;
  switch (name) {
    case 'not':
    case 'empty':
      yield* neededFor({ test: first, holds: !holds });
      break;
    case 'and':
    case 'or':
      // One of the values is enough for `or`, and against `and`.
      for (const arg of (name === 'and') === holds ? args : [first]) yield* neededFor({ test: arg, holds });
      break;
    case 'eq':
    case 'ne': {
      const [path, literal] = [first, second].map((arg) => arg && withoutElse(arg)).toSorted(pathFirst);
      if (path?.type !== 'path' || literal?.type !== 'literal' || !isFixed(path)) return;
      const isEqual = (name === 'eq') === holds;
      if (isEqual) yield { trail: path.trail ?? [], value: { is: literal.value } };
      break;
    }
  }
}

function pathFirst(a: Expression | undefined, b: Expression | undefined): number {
  return Number(b?.type === 'path') - Number(a?.type === 'path');
}

/** Does it lead to a value of the chart, and not to an item of some list? */
function isFixed({ trail }: Path): boolean {
  return trail !== undefined && trail.length > 0 && !trail.includes('*');
}
