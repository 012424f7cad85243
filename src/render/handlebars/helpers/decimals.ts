/** Arithmetic on fractions. */
import { addDecimals, divideDecimals, multiplyDecimals, subtractDecimals } from '../../functions/decimals.ts';
import { helper, number, rest } from './parameters.ts';
import type { Helper } from './types.ts';

export const decimals: Record<string, Helper> = {
  add1f: helper([number('number')], ([number]) => addDecimals(number, 1)),
  addf: helper([rest(number('number'))], ([numbers]) => numbers.reduce<number | bigint>(addDecimals, 0)),
  subf: helper([number('number'), rest(number('other'))], ([number, others]) =>
    others.reduce(subtractDecimals, number),
  ),
  mulf: helper([number('number'), rest(number('other'))], ([number, others]) =>
    others.reduce(multiplyDecimals, number),
  ),
  divf: helper([number('number'), rest(number('divisor'))], ([number, divisors]) =>
    divisors.reduce(divideDecimals, number),
  ),
};
