/** Checks plain scalars of templates: those that readers of YAML disagree on, as `yes` and `0644`, are errors. */
import { booleanKey } from '../../chart/boolean-keys.ts';
import { resolvePlainScalar } from '../../yaml/scalar.ts';
import type { Value } from '../../yaml/value.ts';
import { ComposeError } from './compose-errors.ts';

/** Is this a number or a boolean that becomes another text than the one written (`1.10`, `yes`), or a fraction? */
export function isUnlike(value: Value, text: string): boolean {
  if (typeof value === 'boolean') return text !== String(value);
  if (typeof value === 'number') return !Number.isInteger(value) || text !== String(value);
  return typeof value === 'bigint' && text !== String(value);
}

/**
 * Checks a plain scalar.
 *
 * @throws {ComposeError} for `yes`, `on`, `y` and the like, and for `0644`: readers of YAML do not agree on what they are
 */
export function checkLiteral(text: string, offset: number): void {
  if (text.length > 3 && !/^[-+0]/.test(text)) return;
  const boolean = booleanKey(text);
  if (boolean !== undefined) {
    const message = `${text} is a boolean to some readers of YAML and a text to others`;
    throw new ComposeError(message, offset, [`write ${boolean} for the boolean, or "${text}" for the text`]);
  }
  if (!/^[-+]?0[0-9_]+$/.test(text)) return;
  const value = resolvePlainScalar(text);
  const message = `${text} is the number ${String(value)} to some readers of YAML, and something else to others`;
  throw new ComposeError(message, offset, [`write ${String(value)} for the number, or "${text}" for the text`]);
}

/**
 * Gives the value back.
 *
 * @throws {ComposeError} for `.inf` and `.nan`, which JSON does not have
 */
export function finite(value: Value, text: string, offset: number): Value {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new ComposeError(`${text} is a number that Kubernetes does not have`, offset, [
      'quote it if it is meant as text',
    ]);
  }
  return value;
}
