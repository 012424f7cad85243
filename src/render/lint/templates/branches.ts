/**
 * Checks the structure that each branch of a native template prints, also those that the values do not take. The
 * template runs without values: mustaches print slots without values, and conditions hold as the branch needs.
 */
import type { PkgError } from '../../../errors.ts';
import type { Block, Program, Template } from '../../handlebars/ast.ts';
import { positionIn } from '../../handlebars/template-error.ts';
import type { PartialIndex } from '../../handlebars/partials.ts';
import { conditionOf, LITERALS, sourceOf } from './branch-printer.ts';
import type { Decisions } from './branch-printer.ts';
import { isSound, NONE, Runs } from './branch-runs.ts';
import type { BranchContext, BranchProblem } from './branch-runs.ts';

/** A branch that no values can take. */
export type Unreachable = { at: { file: string; line: number; column: number }; why: string };

/** A branch of a block, with the conditions under which it runs; undefined where they contradict each other. */
type Branch = { block: Block; decisions: Decisions | undefined };

/** Further branches are not checked, since each is printed and read twice. */
const MAX_BRANCHES = 200;
/**
 * The errors in the branches of a template, and the fields in them that Kubernetes does not have or cannot read with the
 * default values. Each counts only if it occurs both when all other branches run and when none does: one that needs a
 * certain combination of branches may be impossible with any values.
 */
export function lintBranches(
  template: Template,
  context: BranchContext,
): { errors: PkgError[]; problems: BranchProblem[]; unreachable: Unreachable[] } {
  const { partials } = context;
  const errors = new Map<string, PkgError>();
  const problems = new Map<string, BranchProblem>();
  const unreachable: Unreachable[] = [];
  const runs = new Runs(template, context);
  const check = (decisions: Decisions): void => {
    // Nothing is wrong in most branches. One run is enough to see that, and often it is the same for many branches.
    const known = runs.known(decisions, 'first');
    if (known !== undefined && isSound(known)) return;
    const bare = runs.run(decisions, 'none');
    if (isSound(bare)) return;
    const full = runs.run(decisions, 'first');
    if (isSound(full)) return;
    if ('error' in full) {
      if ('error' in bare && keyOf(full.error) === keyOf(bare.error)) errors.set(keyOf(full.error), full.error);
    } else if ('problems' in bare) {
      const both = [...full.problems].filter(([key]) => bare.problems.has(key));
      // A field that is missing may be written in an {{else}}.
      const last = both.some(([, { rule }]) => rule === 'object-required') && runs.run(decisions, 'else');
      for (const [key, problem] of both) {
        const isSure = problem.rule !== 'object-required' || (last && 'problems' in last && last.problems.has(key));
        if (isSure) problems.set(key, problem);
      }
    }
  };
  const branches = branchesOf(template.program, NONE, template, partials, new Set());
  for (const { block, decisions } of branches.take(MAX_BRANCHES)) {
    if (decisions === undefined) {
      const condition = sourceOf(block.params[0], template);
      unreachable.push({
        at: positionIn(template, block.loc),
        why: `a branch is never taken: a condition around it or before it is the opposite of ${condition}`,
      });
    } else check(decisions);
  }
  check(NONE);
  return { errors: [...errors.values()], problems: [...problems.values()], unreachable };
}

function keyOf({ message, at }: PkgError): string {
  return `${at?.file}:${at?.line}:${at?.column} ${message}`;
}

/**
 * All branches of a program, and of the partials that it prints.
 *
 * @param seen the programs of partials whose branches are among them already
 */
function* branchesOf(
  program: Program,
  decisions: Decisions,
  template: Template,
  partials: PartialIndex,
  seen: Set<Program>,
): Generator<Branch> {
  for (const statement of program.body) {
    if (statement.type === 'PartialBlockStatement' || statement.type === 'DecoratorBlock') {
      yield* branchesOf(statement.program, decisions, template, partials, seen);
    }
    if (statement.type === 'PartialStatement' || statement.type === 'PartialBlockStatement') {
      const { name } = statement;
      const found =
        name.type === 'SubExpression' || name.data ? undefined : partials.find(name.original, template.name);
      if (found === undefined || seen.has(found.program)) continue;
      seen.add(found.program);
      for (const branch of branchesOf(found.program, decisions, found.template, partials, seen)) {
        // Where the partial itself is examined, a branch that is never taken is reported.
        if (branch.decisions !== undefined) yield branch;
      }
    }
    if (statement.type !== 'BlockStatement') continue;
    const condition = conditionOf(statement, template);
    if (condition === undefined) {
      if (statement.program) yield* branchesOf(statement.program, decisions, template, partials, seen);
      continue;
    }
    const { text, holds } = condition;
    for (const [branch, taken] of [
      [statement.program, holds],
      [statement.inverse, !holds],
    ] as const) {
      if (branch === undefined) continue;
      const needed = and(decisions, text, taken);
      yield { block: statement, decisions: needed };
      if (needed !== undefined) yield* branchesOf(branch, needed, template, partials, seen);
    }
  }
}

/** The decisions and one more; undefined where it contradicts them. */
function and(decisions: Decisions, text: string, holds: boolean): Decisions | undefined {
  const known = decisions.get(text) ?? LITERALS.get(text);
  if (known !== undefined && known !== holds) return undefined;
  return new Map([...decisions, [text, holds]]);
}
