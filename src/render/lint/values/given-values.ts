/**
 * Finds values that a chart gives its subcharts and that make fields of their objects wrong: the subchart itself is sound,
 * and its author does not see these values.
 */
import { join } from 'node:path';
import type { Chart } from '../../../chart/chart.ts';
import type { Origins } from '../../../chart/origins.ts';
import { pathText } from '../../../chart/path-text.ts';
import { printable } from '../../../errors-text.ts';
import { locateKeys } from '../../../yaml/locate.ts';
import { printJson } from '../../../yaml/json.ts';
import { isMap, toPlain, valueAt } from '../../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import { textFieldErrors } from '../../text-fields.ts';
import { KindTypes } from '../../field-types.ts';
import { finding } from '../message.ts';
import type { LintMessage, LintRule } from '../message.ts';
import type { LintObject } from '../objects/lint-object.ts';
import { missingFields } from '../objects/missing-fields.ts';
import { objectProblems } from '../objects/object-problems.ts';
import type { ChartKinds } from '../objects/object-schema.ts';

/** Further findings are left out, since finding the line of each reads the text. */
const MAX_FINDINGS = 20;

/** The rules on what a field holds. */
const OF_VALUES: ReadonlySet<LintRule> = new Set(['object-value', 'object-label', 'object-name', 'object-required']);

type Problem = { rule: LintRule; keys: ValuePath; message: string; item: LintObject };

/**
 * The findings on the objects of subcharts that these do not have with their own values, where a given value is in the
 * field. Any other may be a fault of the subchart in a part that the chart only switches on.
 *
 * @param objects all that the chart prints
 * @param withOwnValues prints them with the subcharts' own values; called only where something is wrong
 */
export async function lintGivenValues(
  chart: Chart,
  userValues: ValueMap,
  objects: readonly LintObject[],
  withOwnValues: () => Promise<readonly LintObject[] | undefined>,
  { kinds, origins, isNative }: Context,
): Promise<LintMessage[]> {
  const blocks = blocksOf(chart);
  const given = [userValues, chart.values].map((values) => new Map([...values].filter(([key]) => blocks.has(key))));
  if (given.every((values) => values.size === 0)) return [];
  const types = new KindTypes(chart);
  const found = problemsOf(objects, kinds, types);
  const own = found.length === 0 ? undefined : await withOwnValues();
  if (own === undefined) return [];
  const known = new Set(problemsOf(own, kinds, types).map(keyOf));
  const text = new TextDecoder().decode(chart.valuesFile?.data);
  const messages: LintMessage[] = [];
  for (const problem of found) {
    const { rule, keys, message, item } = problem;
    const path = known.has(keyOf(problem)) ? undefined : pathOf(given, item, keys);
    const origin = path && (await origins?.find(path));
    if (path === undefined || origin === undefined) continue;
    const at = { file: join(chart.location, 'values.yaml'), ...locateKeys(text, path) };
    const said = `in ${printable(item.path)}, ${message} (${printable(`values.${pathText(path)}`)} comes from ${origin})`;
    messages.push(finding(rule, 'values.yaml', said, at, isNative ? undefined : 'info'));
    if (messages.length >= MAX_FINDINGS) break;
  }
  return messages;
}

type Context = { kinds: ChartKinds; origins: Origins | undefined; isNative: boolean };

/** The names under which a chart gives values to its subcharts. */
export function blocksOf({ metadata: { dependencies } }: Chart): Set<string> {
  return new Set(['global', ...dependencies.map(({ name, alias }) => (alias === '' ? name : alias))]);
}

function problemsOf(objects: readonly LintObject[], kinds: ChartKinds, types: KindTypes): Problem[] {
  return objects.flatMap((item) => {
    if (!item.path.startsWith('charts/') || !isMap(item.object)) return [];
    const texts = textFieldErrors(item.object, types).map(({ path, message }) => ({
      rule: 'object-value' as const,
      keys: path,
      message,
    }));
    return [...texts, ...objectProblems(item.object, kinds), ...missingFields(item.object, kinds)].flatMap(
      ({ rule, keys, message }) => (OF_VALUES.has(rule) ? [{ rule, keys, message, item }] : []),
    );
  });
}

/** What identifies a problem: not the names of objects, which may be random, but what is wrong in which field. */
function keyOf({ rule, keys, item: { path, object, head } }: Problem): string {
  const value = valueAt(object, keys) ?? null;
  return `${path} ${head.kind} ${rule} ${keys.join('\0')} ${printJson(toPlain(value))}`;
}

/** The path of a given value that is what a field holds, if possible one with the name of the field. */
function pathOf(given: readonly ValueMap[], { path, object, valuePath }: LintObject, keys: ValuePath): Place {
  const known = valuePath?.(keys);
  const wanted = valueAt(object, keys) ?? null;
  if (wanted === null) return undefined;
  const text = printJson(toPlain(wanted));
  const name = keys.at(-1);
  const blocks = ['global', path.split('/')[1]];
  const found: (readonly string[])[] = [];
  const visit = (value: Value, at: readonly string[]): void => {
    // Many values are `true`: a boolean counts only where it has the name of the field.
    const isSame = typeof wanted !== 'boolean' || at.at(-1) === name;
    if (at.length > 1 && isSame && typeof value === typeof wanted && printJson(toPlain(value)) === text) found.push(at);
    if (isMap(value))
      for (const [key, inner] of value) if (at.length > 0 || blocks.includes(key)) visit(inner, [...at, key]);
  };
  for (const values of given) visit(values, []);
  const isGiven = known !== undefined && given.some((values) => valueAt(values, known) !== undefined);
  return isGiven ? known : (found.find((at) => at.at(-1) === name) ?? found[0]);
}

type Place = readonly string[] | undefined;
