/** Removes defaults that are not needed, since the value was tested: `{{#if values.a}}{{dig "a" "" values}}{{/if}}`. */
import { isCall, keyOf, withoutElse } from './expression.ts';
import type { Expression } from './expression.ts';
import type { Content, Piece } from './pieces.ts';

/** The values that are not empty where a test holds, as {@link keyOf} writes them. */
export function asked(test: Expression): string[] {
  return isCall(test, 'and') ? test.args.flatMap(asked) : [keyOf(test)];
}

/**
 * The same pieces without such defaults.
 *
 * @param known values that were tested around the pieces, as {@link keyOf} writes them
 */
export function withoutNeedlessElse(pieces: readonly Piece[], known: readonly string[] = []): Piece[] {
  const plain = (expression: Expression): Expression => plainOf(expression, known);
  return pieces.map((piece): Piece => {
    switch (piece.type) {
      case 'text':
        return piece;
      case 'value':
        return { ...piece, value: plain(piece.value) };
      case 'block':
        return { ...piece, content: contentWith(piece.content, plain) };
      case 'control': {
        const branches = piece.branches.map(({ opens, body }) => ({
          opens: opens && { ...opens, value: plain(opens.value) },
          body: withoutNeedlessElse(body, opens?.block === 'if' ? [...known, ...asked(opens.value)] : known),
        }));
        return { ...piece, branches };
      }
    }
  });
}

function contentWith({ structure, text }: Content, change: (expression: Expression) => Expression): Content {
  if ('value' in structure) return { structure: { value: change(structure.value) }, text: change(text) };
  const { partial, context } = structure;
  return { structure: { partial, context: context && change(context) }, text: change(text) };
}

function plainOf(expression: Expression, known: readonly string[]): Expression {
  if (expression.type !== 'call') return expression;
  const inner = withoutElse(expression);
  if (inner !== expression && known.includes(keyOf(inner))) return inner;
  return { ...expression, args: expression.args.map((arg) => plainOf(arg, known)) };
}
