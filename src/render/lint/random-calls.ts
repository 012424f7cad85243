/** Rules on the keys of random values in native templates, by which the next revision finds the stored values. */
import { pathOf, walk } from '../handlebars/ast.ts';
import type { Expression, Mustache, Program, Sub, Template } from '../handlebars/ast.ts';
import { partialName } from '../handlebars/partials.ts';
import { positionIn } from '../handlebars/template-error.ts';
import { isRandom } from '../handlebars/helpers/index.ts';
import { isScoped, ROOT_NAMES, simpleName } from '../handlebars/scope.ts';
import type { RandomValue } from '../random-values.ts';
import { finding } from './message.ts';
import type { LintMessage } from './message.ts';

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
 * Finds random values that stand in no field of an object and have no `key=`. The stored value of such a call is found
 * by its position in the templates alone: it changes when the file is renamed or another call comes before it.
 *
 * @param values the random values of a render, with their keys
 * @param templates the chart's templates and partials
 */
export function lintUnkeyed(values: readonly RandomValue[], templates: readonly Template[]): LintMessage[] {
  return values.flatMap(({ keys, site, call }) => {
    if (keys.length !== 1 || keys[0] !== site) return [];
    const template = templates.find(({ name }) => site.startsWith(`${name}>`));
    // The call is in another chart, or has a key, by which its site is named then.
    if (template === undefined) return [];
    const at = callAt(site, call, template, templates);
    const message = `the value of ${call} is in no field of an object: give it a key, as in ${call} … key="password", by which later revisions know it`;
    const { name } = at?.template ?? template;
    const position = at && positionIn(at.template, at.node.loc);
    return [finding('random-unkeyed', name.slice(name.indexOf('/') + 1), message, position)];
  });
}

/** The call of a site: in the template itself, or in the last of the partials that led there. */
function callAt(
  site: string,
  call: string,
  template: Template,
  templates: readonly Template[],
): { template: Template; node: WrittenCall['node'] } | undefined {
  const steps = site.slice(template.name.length + 1).split('>');
  const number = Number(/^[A-Za-z]\w*#(\d+)$/.exec(steps.at(-1) ?? '')?.[1] ?? 0);
  const unkeyed = (program: Program): WrittenCall[] =>
    randomCalls(program).filter(({ name, key }) => name === call && key === undefined);
  // A step is `include p`, `partial p`, or either with the keys of loops and a number behind it.
  const partial = steps
    .slice(0, -1)
    .map((step) => /^(?:include|partial) ([^#[]+)/.exec(step)?.[1])
    .findLast((name) => name !== undefined);
  if (partial === undefined) {
    const node = unkeyed(template.program)[number]?.node;
    return steps.length > 1 || node === undefined ? undefined : { template, node };
  }
  // Its own name, without that of a library in front.
  const names = [partial, partial.slice(partial.indexOf('/') + 1)];
  for (const one of templates) {
    const inlines: Program[] = [];
    walk(one.program, (node) => {
      const [name] = node.type === 'DecoratorBlock' ? node.params : [];
      if (node.type === 'DecoratorBlock' && name?.type === 'StringLiteral' && names.includes(name.value))
        inlines.push(node.program);
    });
    const isFile = names.includes(partialName(one.name.replace(/^[^/]*\//, '')));
    const node = [...inlines, ...(isFile ? [one.program] : [])].flatMap((program) => unkeyed(program))[number]?.node;
    if (node !== undefined) return { template: one, node };
  }
  return undefined;
}
