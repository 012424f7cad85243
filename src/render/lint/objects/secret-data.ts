/** Finds texts under `data` of a Secret that nobody encoded, and that are valid base64 by accident: `changeme`. */
import { printable } from '../../../errors-text.ts';
import type { ValueMap } from '../../../yaml/value.ts';
import { describe, mapAt, textAt } from './fields.ts';
import type { FieldProblem } from './object-fields.ts';

/** Longer base64 may be a key, which is not text. */
const MAX_LENGTH = 20;

/**
 * The findings on an object in which values are what is written, or defaults: what is encoded or random is null there.
 */
export function plainSecrets(object: ValueMap): FieldProblem[] {
  if (textAt(object, 'kind') !== 'Secret' || textAt(object, 'apiVersion') !== 'v1') return [];
  return [...mapAt(object, 'data')].flatMap(([key, value]): FieldProblem[] => {
    if (typeof value !== 'string' || value.length > MAX_LENGTH || !/^(?:[A-Za-z0-9]{4})+$/.test(value)) return [];
    if (isText(Buffer.from(value, 'base64'))) return [];
    const message = `data.${printable(key)} of ${describe(object)} decodes to what is not text: if it is not base64, write {{b64enc x}}, or put the key under stringData`;
    return [{ rule: 'secret-text', keys: ['data', key], message }];
  });
}

function isText(bytes: Buffer): boolean {
  try {
    return !/[\0-\x08\x0E-\x1F\x7F]/.test(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return false;
  }
}
