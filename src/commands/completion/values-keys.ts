/** Candidates for `--set`: keys of the values of the chart on the line. */
import { coalesceValues } from '../../chart/values.ts';
import { printJson } from '../../yaml/json.ts';
import { isMap, toPlain } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import { openChart } from '../support/chart-source.ts';
import type { Candidate, Line, Offer } from './offer.ts';
import { Directive } from './directive.ts';

/** Candidates for the value of `--set`, one level of keys at a time. Fetches nothing. */
export async function valuesKeys(word: string, line: Line): Promise<Offer> {
  const directive = Directive.noFiles | Directive.noSpace;
  // In `a=1,b.c`, `b.c` is completed.
  const [, before = '', path = ''] = /^((?:.*[^\\])?,)?(.*)$/s.exec(word) ?? [];
  if (line.chart === undefined || /(?:^|[^\\])=/.test(path)) return { candidates: [], directive };
  const chart = await openChart(line.chart, { ...line.values, offline: true, verify: false });
  const { values } = coalesceValues(chart, new Map());
  const candidates = keysUnder(values, '', path).map(({ word: key, ...rest }) => ({ word: before + key, ...rest }));
  return { candidates, directive };
}

/** The keys and indices of a value, on the level that the typed text has reached. */
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
