/** Rules on the keys of random values in native templates, by which the next revision finds the stored values. */
import { pathOf, walk } from '../../handlebars/ast.ts';
import type { Expression, Mustache, Program, Sub, Template } from '../../handlebars/ast.ts';
import { positionIn } from '../../handlebars/template-error.ts';
import { isRandom } from '../../handlebars/helpers/index.ts';
import { isScoped, ROOT_NAMES, simpleName } from '../../handlebars/scope.ts';
import { printable } from '../../../errors-text.ts';
import { isKeyed } from '../../random-values.ts';
import type { RandomValue } from '../../random-values.ts';
import { finding } from '../message.ts';
import type { LintMessage, LintRule } from '../message.ts';

type WrittenCall = { name: string; node: Mustache | Sub; key: Expression | undefined };

/** The random calls of a program, in the order of its text. */
function randomCalls(program: Program): WrittenCall[] {
  const calls: WrittenCall[] = [];
  walk(program, (node) => {
    if (node.type !== 'MustacheStatement' && node.type !== 'SubExpression') return;
    const path = pathOf(node.path);
    const name = path && simpleName(path);
    if (name === undefined || !isRandom(name)) return;
    calls.push({ name, node, key: node.hash?.pairs.find(({ key }) => key === 'key')?.value });
  });
  return calls;
}

/**
 * Finds calls in `{{#each}}` whose key is the same in all turns: `key="password"`. All turns would share one value, so
 * that every user of a list gets the same password.
 *
 * @param path the template's path in its chart
 */
export function lintSharedKeys(template: Template, path: string): LintMessage[] {
  const found = new Set<WrittenCall['node']>();
  walk(template.program, (node) => {
    if (node.type !== 'BlockStatement' || node.program === undefined) return;
    if (node.path.type !== 'PathExpression' || node.path.original !== 'each') return;
    for (const call of randomCalls(node.program)) {
      // One CA that signs the certificates of all turns is what a shared key is for.
      if (call.key !== undefined && call.name !== 'genCA' && isSame(call.key)) found.add(call.node);
    }
  });
  return [...found].map((node) => {
    const message = `all turns of this loop share one random value, since their key is the same: give each its own, as in key=(printf "password-%s" @key), or make the value before the loop`;
    return finding('random-shared-key', path, message, positionIn(template, node.loc));
  });
}

/** Is an expression the same in all turns of a loop: a literal, or made only of names such as `release.name`? */
function isSame(expression: Expression): boolean {
  if (expression.type === 'PathExpression')
    return !expression.data && !isScoped(expression) && ROOT_NAMES.has(expression.parts[0] ?? '');
  return expression.type !== 'SubExpression' || expression.params.every((param) => isSame(param));
}

/**
 * Finds random values that later revisions do not find again, or that nobody can read:
 *
 * - in no field of an object and without `key=`: the position of the call in the templates identifies it, which changes
 *   when the file is renamed or another call comes before it;
 * - several of one function in one field: their order identifies them, so that another user before the others gets the
 *   password of the first;
 * - a password that is only hashed.
 *
 * @param values the random values of a render, with their keys
 * @param templates the chart's templates and partials
 */
export function lintRandomValues(values: readonly RandomValue[], templates: readonly Template[]): LintMessage[] {
  const names = new Set(templates.map(({ name }) => name));
  const numbered = new Set(values.flatMap(({ keys }) => keys.map((key) => /^(.*)#\d+$/.exec(key)?.[1] ?? '')));
  const found = new Map<string, LintMessage>();
  for (const { keys, site, call, written, isLost } of values) {
    // The call is in a text of `tpl`, or in another chart.
    if (written === undefined || !names.has(written.template)) continue;
    const path = written.template.slice(written.template.indexOf('/') + 1);
    const add = (rule: LintRule, message: string): void => {
      found.set(`${rule} ${path} ${written.at.line} ${written.at.column}`, finding(rule, path, message, written.at));
    };
    const [key = ''] = keys;
    if (isLost) {
      const how = isKeyed(site) ? 'with this key' : 'with the same key="…"';
      add(
        'random-lost',
        `the value of ${call} is only hashed, so that nobody can know it: write it into a Secret too, ${how} in both calls`,
      );
    } else if (key === site && !isKeyed(site)) {
      const message = `the value of ${call} is in no field of an object: give it a key, as in ${call} … key="password", by which later revisions know it`;
      add('random-unkeyed', message);
    } else if (keys.length === 1 && numbered.has(key.replace(/#\d+$/, ''))) {
      const message = `several values of ${call} are in ${printable(key.replace(/#\d+$/, ''))}, where later revisions know them by their order alone: give each a key, as in key=(printf "password-%s" name)`;
      add('random-order', message);
    }
  }
  return [...found.values()];
}
