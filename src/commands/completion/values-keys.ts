/** Keys of values for `--set`, from the values of the chart that was named. */
import { coalesceValues } from '../../chart/values.ts';
import { printJson } from '../../yaml/json.ts';
import { isMap, toPlain } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import { openChart } from '../support/chart-source.ts';
import type { Candidate, Line, Offer } from './offer.ts';
import { Directive } from './directive.ts';

/** What may stand for a word of `--set`: the keys of the chart's values, a level at a time. Fetches nothing. */
export async function valuesKeys(word: string, line: Line): Promise<Offer> {
  const directive = Directive.noFiles | Directive.noSpace;
  // `a=1,b.c`: the last of several is completed.
  const [, before = '', path = ''] = /^((?:.*[^\\])?,)?(.*)$/s.exec(word) ?? [];
  if (line.chart === undefined || /(?:^|[^\\])=/.test(path)) return { candidates: [], directive };
  const chart = await openChart(line.chart, { ...line.values, offline: true, verify: false });
  const { values } = coalesceValues(chart, new Map());
  const candidates = keysUnder(values, '', path).map(({ word: key, ...rest }) => ({ word: before + key, ...rest }));
  return { candidates, directive };
}

/** The keys and indices under a value, as deep as what was typed leads. */
function keysUnder(value: Value, path: string, typed: string): Candidate[] {
  return childrenOf(value, path).flatMap(([name, child]): Candidate[] => {
    const isMapping = isMap(child) && child.size > 0;
    const isList = Array.isArray(child) && child.length > 0;
    const word = name + (isMapping ? '.' : isList ? '[' : '=');
    if ((isMapping || isList) && typed.startsWith(word)) return keysUnder(child, name, typed);
    if (!word.startsWith(typed)) return [];
    return [{ word, description: isMapping || isList ? '' : printJson(toPlain(child)) }];
  });
}

function childrenOf(value: Value, path: string): [name: string, child: Value][] {
  if (Array.isArray(value)) return value.map((item, index) => [`${path}[${index}]`, item]);
  if (!isMap(value)) return [];
  const before = path === '' ? '' : `${path}.`;
  return [...value].map(([key, item]) => [before + key.replace(/[\\.,=[\]]/g, String.raw`\$&`), item]);
}
