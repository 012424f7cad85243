/** Checks the keywords for each type of value. */
import { printable } from '../../errors-text.ts';
import { booleanKeyHint } from '../boolean-keys.ts';
import { nearest } from '../../nearest.ts';
import { printJson } from '../../yaml/json.ts';
import { isMap, toPlain } from '../../yaml/value.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import { canonical, compareNumbers, isInteger, isMultipleOf, isNumber } from './numbers.ts';
import type { Visit } from './visit.ts';

/** Checks `type`, `const`, `enum` and `format`; false for a wrong type, where no other keyword needs checking. */
export function checkValue(visit: Visit): boolean {
  const { rule, value } = visit;
  const { keywords } = rule;
  const type = keywords.get('type');
  if (type !== undefined && !isOfType(value, type)) {
    visit.report('type', `is ${typeName(value)}, and should be ${typesText(type)}`);
    return false;
  }
  const wanted = rule.draft >= 6 ? keywords.get('const') : undefined;
  if (wanted !== undefined && canonical(value) !== canonical(wanted)) {
    visit.report('const', `should be ${shown(wanted)}`);
    return false;
  }
  const choices = keywords.get('enum');
  if (Array.isArray(choices) && !isSame(visit, value, choices)) {
    visit.report(
      'enum',
      choices.length === 1 ? `should be ${shown(choices[0] ?? null)}` : `should be one of ${shown(choices)}`,
    );
    return false;
  }
  if (rule.format === undefined || typeof value !== 'string' || rule.format(value)) return true;
  visit.report('format', `is not of the format ${shown(keywords.get('format') ?? '')}`);
  return false;
}

function isOfType(value: Value, type: Value): boolean {
  const types = Array.isArray(type) ? type : [type];
  if (types.includes('integer') && isNumber(value) && isInteger(value)) return true;
  return types.includes(typeOf(value));
}

function typeOf(value: Value): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (isMap(value)) return 'object';
  return typeof value === 'bigint' ? 'number' : typeof value;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  null: 'null',
  array: 'a list',
  object: 'a map',
  number: 'a number',
  integer: 'a whole number',
  string: 'a string',
  boolean: 'true or false',
};

function typeName(value: Value): string {
  return typeof value === 'boolean' ? String(value) : (TYPE_NAMES[typeOf(value)] ?? 'something else');
}

function typesText(type: Value): string {
  return (Array.isArray(type) ? type : [type]).map((name) => TYPE_NAMES[String(name)] ?? '').join(' or ');
}

/** The canonical texts of each `enum`, computed once: a list of 3,000 items may be compared with 1,000 choices. */
const choiceTexts: WeakMap<readonly Value[], ReadonlySet<string>> = new WeakMap();

function isSame(visit: Visit, value: Value, choices: readonly Value[]): boolean {
  let texts = choiceTexts.get(choices);
  if (texts === undefined) {
    texts = new Set(choices.map((choice) => canonical(choice)));
    choiceTexts.set(choices, texts);
    visit.context.budget.spend(choices.length);
  }
  const text = canonical(value);
  visit.context.budget.spend(text.length >> 6);
  return texts.has(text);
}

/** A part of a schema, as JSON. Values are never shown: they may be secret. */
function shown(value: Value): string {
  return printable(printJson(toPlain(value)), 200);
}

/** Checks the keywords for maps. */
export function checkObject(visit: Visit, map: ValueMap): void {
  const { rule } = visit;
  const { keywords } = rule;
  checkSize(visit, map.size, ['minProperties', 'maxProperties'], 'properties');
  const required = keywords.get('required');
  if (Array.isArray(required)) checkRequired(visit, map, 'required', required.map(String));
  for (const [name, needed] of rule.dependentRequired) {
    if (map.has(name)) checkRequired(visit, map, 'dependentRequired', needed, ` beside ${printable(name)}`);
  }
  for (const [name, value] of map) checkProperty(visit, name, value);
  if (rule.propertyNames !== undefined) {
    for (const name of map.keys()) {
      if (!visit.fitsAlone(rule.propertyNames, name))
        visit.report('propertyNames', 'has a name that the schema does not allow', name);
    }
  }
  for (const [name, inner] of rule.dependentSchemas) if (map.has(name)) visit.must(inner);
}

function checkRequired(visit: Visit, map: ValueMap, keyword: string, names: readonly string[], why = ''): void {
  visit.context.budget.spend(names.length);
  for (const name of names) {
    if (map.has(name)) continue;
    const wrongKey = booleanKeyHint(name, map);
    visit.report(
      keyword,
      `is not set, and the schema requires it${why}${wrongKey === undefined ? '' : `; ${wrongKey}`}`,
      name,
    );
  }
}

function checkProperty(visit: Visit, name: string, value: Value): void {
  const { properties, patternProperties, additionalProperties } = visit.rule;
  const property = properties.get(name);
  let isKnown = property !== undefined;
  if (property !== undefined) visit.mustInside(property, value, name);
  for (const [pattern, inner] of patternProperties) {
    visit.context.budget.spend(1 + name.length);
    if (!pattern.test(name)) continue;
    isKnown = true;
    visit.mustInside(inner, value, name);
  }
  if (isKnown || additionalProperties === undefined) return;
  if (additionalProperties.always === false) {
    const near = nearest(name, new Set(properties.keys()));
    const hint = near === undefined ? '' : `; did you mean ${printable(near)}?`;
    visit.report('additionalProperties', `is not a name that the schema allows${hint}`, name);
  } else {
    visit.mustInside(additionalProperties, value, name);
  }
}

/** Checks the keywords for lists. */
export function checkArray(visit: Visit, list: readonly Value[]): void {
  const { rule } = visit;
  checkSize(visit, list.length, ['minItems', 'maxItems'], 'items');
  if (rule.keywords.get('uniqueItems') === true) checkUnique(visit, list);
  for (const [index, item] of list.entries()) {
    const inner = rule.prefixItems[index] ?? rule.restItems;
    if (inner !== undefined) visit.mustInside(inner, item, index);
  }
  if (rule.contains !== undefined) checkContains(visit, list);
}

function checkUnique(visit: Visit, list: readonly Value[]): void {
  const seen = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    const text = canonical(item);
    visit.context.budget.spend(1 + text.length / 64);
    const first = seen.get(text);
    if (first !== undefined) return visit.report('uniqueItems', `has the same item twice, at ${first} and at ${index}`);
    seen.set(text, index);
  }
}

function checkContains(visit: Visit, list: readonly Value[]): void {
  const { contains, keywords, draft } = visit.rule;
  if (contains === undefined) return;
  let found = 0;
  for (const [index, item] of list.entries()) {
    if (!visit.fitsInside(contains, item, index)) continue;
    found++;
    if (draft >= 2020) visit.evaluated.add(index);
  }
  const least = draft >= 2019 ? (keywords.get('minContains') ?? 1) : 1;
  const most = draft >= 2019 ? keywords.get('maxContains') : undefined;
  if (isNumber(least) && compareNumbers(found, least) < 0) {
    const keyword = keywords.has('minContains') && draft >= 2019 ? 'minContains' : 'contains';
    visit.report(keyword, `has ${found} items that fit "contains", and needs at least ${least}`);
  }
  if (isNumber(most) && compareNumbers(found, most) > 0) {
    visit.report('maxContains', `has ${found} items that fit "contains", and may have at most ${most}`);
  }
}

/** Checks the keywords for texts. Lengths are in characters, not in bytes or UTF-16 units. */
export function checkString(visit: Visit, text: string): void {
  const { keywords, pattern } = visit.rule;
  if (keywords.has('minLength') || keywords.has('maxLength')) {
    checkSize(visit, [...text].length, ['minLength', 'maxLength'], 'characters');
  }
  if (pattern === undefined) return;
  visit.context.budget.spend(text.length);
  if (!pattern.test(text))
    visit.report('pattern', `does not match the pattern ${shown(keywords.get('pattern') ?? '')}`);
}

function checkSize(visit: Visit, size: number, [lower, upper]: readonly [string, string], what: string): void {
  const least = visit.rule.keywords.get(lower);
  const most = visit.rule.keywords.get(upper);
  if (isNumber(least) && compareNumbers(size, least) < 0)
    visit.report(lower, `has ${size} ${what}, and needs at least ${least}`);
  if (isNumber(most) && compareNumbers(size, most) > 0)
    visit.report(upper, `has ${size} ${what}, and may have ${most} at most`);
}

/** Checks the keywords for numbers. */
export function checkNumber(visit: Visit, value: number | bigint): void {
  const { keywords } = visit.rule;
  checkBound(visit, value, 'minimum', 'exclusiveMinimum', 1);
  checkBound(visit, value, 'maximum', 'exclusiveMaximum', -1);
  const divisor = keywords.get('multipleOf');
  if (isNumber(divisor) && !isMultipleOf(value, divisor)) visit.report('multipleOf', `is not a multiple of ${divisor}`);
}

/** A bound and its strict form, which draft 4 writes as a switch beside the bound. */
function checkBound(visit: Visit, value: number | bigint, keyword: string, strict: string, sign: 1 | -1): void {
  const { keywords } = visit.rule;
  const bound = keywords.get(keyword);
  const isStrict = keywords.get(strict) === true;
  const side = sign === 1 ? 'least' : 'most';
  const order = isNumber(bound) ? compareNumbers(value, bound) * sign : 1;
  if (isNumber(bound) && !isStrict && order < 0) visit.report(keyword, `should be ${bound} at ${side}`);
  const limit = isStrict ? bound : keywords.get(strict);
  if (!isNumber(limit) || compareNumbers(value, limit) * sign > 0) return;
  visit.report(strict, `should be ${sign === 1 ? 'more' : 'less'} than ${limit}`);
}
