/** Validates a value against a compiled schema (JSON Schema Core and Validation, drafts 4 to 2020-12). */
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import type { Rule } from './compile.ts';
import { checkArray, checkNumber, checkObject, checkString, checkValue } from './keywords.ts';
import { isNumber } from './numbers.ts';
import { StepBudget, Visit } from './visit.ts';
import type { SchemaProblem } from './visit.ts';

/**
 * Validates a value.
 *
 * @returns the problems; none where the value fits
 * @throws {SchemaError} where the validation takes too many steps
 * @throws {RangeError} where the schema refers to itself too deeply
 */
export function validateValue(rule: Rule, value: Value): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  new Visit(rule, value, [], { check, budget: new StepBudget() }, { problems }).passes();
  return problems;
}

function check(visit: Visit): void {
  const { rule, value } = visit;
  if (rule.always !== undefined) {
    if (!rule.always) visit.report('false', 'is not allowed here');
    return;
  }
  if (visit.isCycle()) {
    visit.report('$ref', 'cannot be checked: the schema refers to itself without an end');
    return;
  }
  // The type is wrong, so the other keywords are not checked.
  if (!checkValue(visit)) return;
  if (rule.ref !== undefined) visit.must(rule.ref);
  if (isMap(value)) checkObject(visit, value);
  else if (Array.isArray(value)) checkArray(visit, value);
  else if (typeof value === 'string') checkString(visit, value);
  else if (isNumber(value)) checkNumber(visit, value);
  if (rule.recursiveRef !== undefined) visit.must(recursiveTarget(visit, rule.recursiveRef));
  if (rule.dynamicRef !== undefined) visit.must(dynamicTarget(visit, rule.dynamicRef));
  checkCombinations(visit);
  checkUnevaluated(visit);
}

/** 2019-09: a reference to a schema with `$recursiveAnchor` leads to the outermost such schema among the visits. */
function recursiveTarget(visit: Visit, target: Rule): Rule {
  if (target.keywords.get('$recursiveAnchor') !== true) return target;
  let found = target;
  for (let at: Visit | undefined = visit; at !== undefined; at = at.outer) {
    const { resource } = at.rule;
    if (resource.draft >= 2019 && resource.keywords.get('$recursiveAnchor') === true) found = at.rule;
  }
  return found;
}

/** 2020-12: a reference to a `$dynamicAnchor` leads to the outermost anchor of that name among the visits. */
function dynamicTarget(visit: Visit, { rule, anchor }: { rule: Rule; anchor: string }): Rule {
  if (anchor === '' || rule.keywords.get('$dynamicAnchor') !== anchor) return rule;
  let found = rule;
  for (let at: Visit | undefined = visit; at !== undefined; at = at.outer) {
    found = at.rule.resource.dynamicAnchors.get(anchor) ?? found;
  }
  return found;
}

function checkCombinations(visit: Visit): void {
  const { rule } = visit;
  if (rule.not !== undefined && visit.fits(rule.not)) visit.report('not', 'fits what the schema excludes');
  for (const inner of rule.allOf) visit.must(inner);
  if (rule.anyOf.length > 0) checkAnyOf(visit);
  if (rule.oneOf.length > 0) checkOneOf(visit);
  if (rule.if === undefined) return;
  const chosen = visit.fits(rule.if) ? rule.then : rule.else;
  if (chosen !== undefined) visit.must(chosen);
}

function checkAnyOf(visit: Visit): void {
  const { anyOf } = visit.rule;
  const wrong: SchemaProblem[][] = [];
  let hasFit = false;
  for (const inner of anyOf) {
    const problems: SchemaProblem[] = [];
    if (visit.fits(inner, visit.problems && problems)) {
      hasFit = true;
      // Properties that the other alternatives evaluated count too.
      if (!visit.needsEvaluated) return;
    }
    wrong.push(problems);
  }
  if (!hasFit) visit.report('anyOf', `fits none of the ${anyOf.length} alternatives: ${alternatives(visit, wrong)}`);
}

function checkOneOf(visit: Visit): void {
  const { oneOf } = visit.rule;
  const wrong: SchemaProblem[][] = [];
  let fitting = 0;
  for (const inner of oneOf) {
    const problems: SchemaProblem[] = [];
    if (visit.fits(inner, visit.problems && problems)) fitting++;
    wrong.push(problems);
  }
  if (fitting === 0) {
    visit.report('oneOf', `fits none of the ${oneOf.length} alternatives: ${alternatives(visit, wrong)}`);
  } else if (fitting > 1) {
    visit.report('oneOf', `fits ${fitting} of the ${oneOf.length} alternatives, and should fit one`);
  }
}

/** The first problem of each alternative, without repetitions. */
function alternatives(visit: Visit, wrong: readonly (readonly SchemaProblem[])[]): string {
  const reasons = wrong.flatMap(([problem]) => {
    if (problem === undefined) return [];
    const below = problem.path.slice(visit.path.length).join('.');
    return [`${below === '' ? 'it' : below} ${problem.message}`];
  });
  return [...new Set(reasons)].join('; or ');
}

function checkUnevaluated(visit: Visit): void {
  const { rule, value, evaluated } = visit;
  if (isMap(value) && rule.unevaluatedProperties !== undefined) {
    for (const [name, item] of value) {
      if (!evaluated.has(name)) visit.mustInside(rule.unevaluatedProperties, item, name);
    }
  }
  if (Array.isArray(value) && rule.unevaluatedItems !== undefined) {
    for (const [index, item] of value.entries()) {
      if (!evaluated.has(index)) visit.mustInside(rule.unevaluatedItems, item, index);
    }
  }
}
