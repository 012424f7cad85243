/** The validation of one value by one schema, with the path to the value and the visit that led to it. */
import type { Value, ValuePath } from '../../yaml/value.ts';
import type { Rule } from './compile.ts';
import { SchemaError } from './schema-error.ts';

/** A value that does not fit: where it is, the keyword that says so, and what is wrong with it. */
export type SchemaProblem = { path: ValuePath; keyword: string; message: string };

/** The most steps of a validation: about four seconds. A list of 3,000 items with 1,000 alternatives takes half of them. */
const MAX_STEPS = 12_000_000;

/** The validation was stopped because it would take too long; schema and values may both be valid. */
export class TooManySteps extends SchemaError {}

/** The most problems that are reported. */
const MAX_PROBLEMS = 100;

/** How many steps are left. */
export class StepBudget {
  #steps = 0;

  /** Counts steps. @throws {TooManySteps} when none are left */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw new TooManySteps('checking values by it takes too many steps');
  }
}

/** Validates the value of a visit by its rule, and the values inside it: `validate.ts`. */
export type Check = (visit: Visit) => void;

/** What the visits of one validation share. */
export type ValidationContext = { check: Check; budget: StepBudget };

/** A visit. Keywords report problems to it; the value fits if none was reported. */
export class Visit {
  readonly rule: Rule;
  readonly value: Value;
  readonly path: ValuePath;
  readonly context: ValidationContext;
  /** The visit that this one is a part of; undefined at the root, and for the name of a property. */
  readonly outer: Visit | undefined;
  /** Where problems are collected; undefined where it matters only whether the value fits. */
  readonly problems: SchemaProblem[] | undefined;
  /** Are the evaluated properties or items needed, for `unevaluated…` here or in an outer schema? */
  readonly needsEvaluated: boolean;
  /** The properties or items that a keyword has evaluated. */
  readonly evaluated: Set<string | number> = new Set();
  failed = false;

  constructor(
    rule: Rule,
    value: Value,
    path: ValuePath,
    context: ValidationContext,
    {
      outer,
      problems,
      needsEvaluated = false,
    }: { outer?: Visit; problems?: SchemaProblem[] | undefined; needsEvaluated?: boolean } = {},
  ) {
    this.rule = rule;
    this.value = value;
    this.path = path;
    this.context = context;
    this.outer = outer;
    this.problems = problems;
    this.needsEvaluated =
      needsEvaluated || rule.unevaluatedProperties !== undefined || rule.unevaluatedItems !== undefined;
  }

  /** Validates the value of the visit by its rule. */
  passes(): boolean {
    this.context.budget.spend(1);
    this.context.check(this);
    return !this.failed;
  }

  /** Reports a problem with the value, or with its property or item `key`. */
  report(keyword: string, message: string, key?: string | number): void {
    this.failed = true;
    if (this.problems === undefined || this.problems.length >= MAX_PROBLEMS) return;
    this.problems.push({ path: key === undefined ? this.path : [...this.path, key], keyword, message });
  }

  /** Does the same value fit another schema too? Properties and items that it evaluates count as evaluated here. */
  fits(rule: Rule, problems?: SchemaProblem[]): boolean {
    const inner = new Visit(rule, this.value, this.path, this.context, {
      outer: this,
      problems,
      needsEvaluated: this.needsEvaluated,
    });
    if (!inner.passes()) return false;
    if (this.needsEvaluated) for (const key of inner.evaluated) this.evaluated.add(key);
    return true;
  }

  /** Requires that the same value fits another schema too. */
  must(rule: Rule): void {
    if (!this.fits(rule, this.problems)) this.failed = true;
  }

  /** Does a property or item fit a schema? */
  fitsInside(rule: Rule, value: Value, key: string | number, problems?: SchemaProblem[]): boolean {
    return new Visit(rule, value, [...this.path, key], this.context, { outer: this, problems }).passes();
  }

  /** Requires that a property or item fits a schema. */
  mustInside(rule: Rule, value: Value, key: string | number): void {
    if (this.needsEvaluated) this.evaluated.add(key);
    if (!this.fitsInside(rule, value, key, this.problems)) this.failed = true;
  }

  /** Does the name of a property fit a schema? It is not itself one of the values. */
  fitsAlone(rule: Rule, value: Value): boolean {
    return new Visit(rule, value, [], this.context).passes();
  }

  /** Is the same schema being held against the same value already? */
  isCycle(): boolean {
    for (let at = this.outer; at !== undefined && at.path === this.path; at = at.outer) {
      this.context.budget.spend(1);
      if (at.rule === this.rule) return true;
    }
    return false;
  }
}
