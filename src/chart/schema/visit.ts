/** The validation of one value by one schema, with the path to the value and the visit that led to it. */
import type { Value, ValuePath } from '../../yaml/value.ts';
import type { Rule } from './compile.ts';
import { SchemaError } from './schema-error.ts';

/** A value that does not fit: where it is, the keyword that says so, and what is wrong with it. */
export type SchemaProblem = { path: ValuePath; keyword: string; message: string };

/** The most steps of a validation, about four seconds. A list of 3,000 items with 1,000 alternatives takes half of them. */
const MAX_STEPS = 12_000_000;

/** The validation was stopped because it would take too long; schema and values may both be valid. */
export class TooManySteps extends SchemaError {}

/** The most problems that are reported. */
const MAX_PROBLEMS = 100;

/** How many steps are left. */
export class StepBudget {
  #steps = 0;

  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw new TooManySteps('checking values by it takes too many steps');
  }
}

/** Holds a schema against a value, and what is inside of it; see `validate.ts`. */
export type Check = (visit: Visit) => void;

/** What the visits of one validation share. */
export type ValidationContext = { check: Check; budget: StepBudget };

/** A visit. Keywords report to it; it is passed when nothing was reported. */
export class Visit {
  readonly rule: Rule;
  readonly value: Value;
  readonly path: ValuePath;
  readonly context: ValidationContext;
  /** The visit that this one is a part of, until a value is looked at for its own sake. */
  readonly outer: Visit | undefined;
  /** Where to say what is wrong; undefined where only the verdict counts. */
  readonly problems: SchemaProblem[] | undefined;
  /** Must it be known which properties or items were evaluated? */
  readonly wants: boolean;
  /** The properties or items that some keyword looked at. */
  readonly evaluated: Set<string | number> = new Set();
  failed = false;

  constructor(
    rule: Rule,
    value: Value,
    path: ValuePath,
    context: ValidationContext,
    { outer, problems, wants = false }: { outer?: Visit; problems?: SchemaProblem[] | undefined; wants?: boolean } = {},
  ) {
    this.rule = rule;
    this.value = value;
    this.path = path;
    this.context = context;
    this.outer = outer;
    this.problems = problems;
    this.wants = wants || rule.unevaluatedProperties !== undefined || rule.unevaluatedItems !== undefined;
  }

  /** Holds the visit's own rule against its own value. */
  passes(): boolean {
    this.context.budget.spend(1);
    this.context.check(this);
    return !this.failed;
  }

  /** Says what is wrong with the value, or with the property or item `key` of it. */
  report(keyword: string, message: string, key?: string | number): void {
    this.failed = true;
    if (this.problems === undefined || this.problems.length >= MAX_PROBLEMS) return;
    this.problems.push({ path: key === undefined ? this.path : [...this.path, key], keyword, message });
  }

  /** Does the same value fit another schema too? What that evaluates counts here. */
  fits(rule: Rule, problems?: SchemaProblem[]): boolean {
    const inner = new Visit(rule, this.value, this.path, this.context, { outer: this, problems, wants: this.wants });
    if (!inner.passes()) return false;
    if (this.wants) for (const key of inner.evaluated) this.evaluated.add(key);
    return true;
  }

  /** The same value has to fit another schema too. */
  must(rule: Rule): void {
    if (!this.fits(rule, this.problems)) this.failed = true;
  }

  /** Does a property or item fit a schema? */
  fitsInside(rule: Rule, value: Value, key: string | number, problems?: SchemaProblem[]): boolean {
    return new Visit(rule, value, [...this.path, key], this.context, { outer: this, problems }).passes();
  }

  /** A property or item has to fit a schema. */
  mustInside(rule: Rule, value: Value, key: string | number): void {
    if (this.wants) this.evaluated.add(key);
    if (!this.fitsInside(rule, value, key, this.problems)) this.failed = true;
  }

  /** Does a value fit that is not part of the values, the name of a property? */
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
