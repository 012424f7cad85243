import type { Chart } from '../../../chart/chart.ts';
import { parseJson } from '../../../yaml/json.ts';
import { fromPlain } from '../../../yaml/value.ts';
import type { Value } from '../../../yaml/value.ts';

/**
 * The content of a chart's values.schema.json. Undefined where there is none, and where it is not JSON, which checking
 * the values reports.
 */
export function schemaOf({ schema }: Chart): Value | undefined {
  if (schema === undefined) return undefined;
  try {
    return fromPlain(parseJson(new TextDecoder().decode(schema.data), schema.name));
  } catch {
    return undefined;
  }
}
