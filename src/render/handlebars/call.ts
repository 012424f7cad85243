/** Calls: helpers, functions of the context, and the forms that evaluate templates themselves. */
import { printable } from '../../errors-text.ts';
import { pathOf } from './ast.ts';
import type { Call, Expression, Mustache, Sub, Template } from './ast.ts';
import { missingName } from './absence.ts';
import { printGoTemplate } from './go-templates.ts';
import { positionIn } from './template-error.ts';
import type { Evaluator, Frame } from './evaluation.ts';
import { argsText, evaluateTexts } from './tpl.ts';
import { charge, chargeCopy, chargeMade, chargeRead, chargeVisit, LimitReached } from '../functions/limits.ts';
import { ABSENT } from './helpers/types.ts';
import type { Output } from './output.ts';
import { enterBody, extended, findBody, isWholeTemplate, missingPartial } from './run-partial.ts';
import { isRandom } from './helpers/index.ts';
import type { Argument, HelperContext } from './helpers/types.ts';
import { textsOf } from './random-calls.ts';
import { asArgument, lookupPath, member, simpleName, valuePathOf } from './scope.ts';
import type { Item, Scope } from './scope.ts';
import { typeName } from './text.ts';

/**
 * The value of a mustache or subexpression: a helper's result, or what a name leads to.
 *
 * A bare name is a field before it is a helper without arguments, so that no helper hides a value.
 *
 * @throws {PkgError} for an unknown name or helper, and arguments that the helper cannot use
 */
export function callExpression(evaluator: Evaluator, node: Mustache | Sub, scope: Scope, frame: Frame): Argument {
  const path = pathOf(node.path);
  if (path === undefined) {
    throw evaluator.error('PKG_TEMPLATE_SYNTAX', 'a call cannot be called', node.loc, frame);
  }
  const name = simpleName(path);
  const isCall = node.type === 'SubExpression' || node.params.length > 0 || node.hash !== undefined;
  if (!isCall) {
    const item = lookupPath(path, scope);
    if (item !== ABSENT)
      return typeof item === 'function' ? callFunction(evaluator, item, node, scope, frame) : asArgument(item);
    return name !== undefined && isHelper(evaluator, name) ? callHelper(evaluator, name, node, scope, frame) : ABSENT;
  }
  if (name !== undefined && isHelper(evaluator, name)) return callHelper(evaluator, name, node, scope, frame);
  const item = lookupPath(path, scope);
  if (typeof item === 'function') return callFunction(evaluator, item, node, scope, frame);
  if (node.params.length === 0 && node.hash === undefined) return asArgument(item);
  const what = path.original;
  throw evaluator.error(
    'PKG_TEMPLATE_HELPER',
    item === ABSENT ? `there is no helper ${what}` : `${what} is ${typeName(asArgument(item))}, not a helper`,
    node.loc,
    frame,
    { hints: path.parts.length > 1 ? evaluator.memberHints(path, scope) : evaluator.helperHints(what, FORMS) },
  );
}

/** The calls that the interpreter runs itself, since they evaluate templates or absent names. */
export const FORMS: readonly string[] = ['include', 'partial', 'tpl', 'goTpl', 'lookup'];

function isHelper(evaluator: Evaluator, name: string): boolean {
  return FORMS.includes(name) || evaluator.host.findHelper(name) !== undefined;
}

/** Charges the steps that a helper takes to read an argument: a text once, the entries of a map or a list once. */
function chargeArgument(arg: Argument): void {
  if (Array.isArray(arg)) chargeVisit(arg.length);
  else if (arg instanceof Map) chargeVisit(arg.size);
  else chargeRead(arg);
}

/** The steps of calling a helper, besides those for its arguments. */
const CALL = 10;

function callHelper(evaluator: Evaluator, name: string, node: Mustache | Sub, scope: Scope, frame: Frame): Argument {
  if (name === 'include') return include(evaluator, node, scope, frame);
  if (name === 'partial') return partial(evaluator, node, scope, frame);
  if (name === 'tpl' || name === 'goTpl') return evaluateTexts(evaluator, name, node, scope, frame);
  if (name === 'lookup' && node.params.length === 2) return lookupField(evaluator, node, scope, frame);
  const helper = evaluator.host.findHelper(name);
  if (helper === undefined)
    throw evaluator.error('PKG_TEMPLATE_HELPER', `${name} is called with too few arguments`, node.loc, frame);
  const since = evaluator.host.random.log.length;
  const args = node.params.map((param) => evaluator.expression(param, scope, frame));
  const hash = new Map<string, Argument>();
  for (const pair of node.hash?.pairs ?? []) hash.set(pair.key, evaluator.expression(pair.value, scope, frame));
  const key = isRandom(name) ? takeKey(evaluator, name, hash, node, frame) : undefined;
  try {
    charge(CALL);
    for (const arg of args) chargeArgument(arg);
    const result = helper(args, hash, helperContext(evaluator, node, scope, frame, { helper: name, key, since }));
    chargeMade(result);
    if (result instanceof Map) chargeCopy(result.size);
    return result;
  } catch (error) {
    throw error instanceof LimitReached ? evaluator.limit(error, node, frame) : error;
  }
}

/**
 * Takes `key="admin"` out of the named arguments of a random call.
 *
 * @throws {PkgError} for a key with characters that lists or patterns of keys need
 */
function takeKey(
  evaluator: Evaluator,
  name: string,
  hash: Map<string, Argument>,
  node: Call,
  frame: Frame,
): string | undefined {
  const key = hash.get('key');
  if (key === undefined) return undefined;
  hash.delete('key');
  // Keys are shown in lists and matched against patterns such as `Secret/*`.
  if (typeof key === 'string' && /^[^\s:*?#<\p{C}]{1,200}$/u.test(key)) return evaluator.host.keyPrefix + key;
  const message = `the key of ${name} is a text without spaces and : * ? # <, of at most 200 characters`;
  throw evaluator.error('PKG_TEMPLATE_HELPER', message, node.loc, frame, {
    hints: [`write key="db-password", or key=(printf "password-%s" name) in a loop`],
  });
}

function helperContext(
  evaluator: Evaluator,
  node: Call,
  scope: Scope,
  frame: Frame,
  { helper, key, since }: { helper: string; key: string | undefined; since: number },
): HelperContext {
  const { host } = evaluator;
  const context: HelperContext = {
    helper,
    now: host.now,
    remember: (name, args, make, form) => {
      const text = argsText(args);
      const { identity, earlier } = evaluator.identify(frame, scope, `${name}(${text})`);
      const call = {
        site: evaluator.identify(frame, scope, name).identity,
        earlier: earlier === undefined ? [identity] : [identity, earlier],
        call: name,
        args: text,
        texts: textsOf(args),
        key,
        form,
        written:
          frame.template.name === ''
            ? undefined
            : { template: frame.template.name, at: positionIn(frame.template, node.loc) },
      };
      return (
        host.random.remember(call, since, make) ??
        context.fail(`the key ${printable(key ?? '')} is that of another call, with other arguments`, [
          'give each value a key of its own; in a loop: key=(printf "password-%s" name)',
        ])
      );
    },
    fail: (message, hints = [], argument = undefined) => {
      const code = helper === 'fail' || helper === 'required' ? 'PKG_TEMPLATE_FAILED' : 'PKG_TEMPLATE_HELPER';
      const params = argument === undefined ? node.params : node.params.slice(argument, argument + 1);
      const param = params.find((one) => valuePathOf(one, scope) !== undefined);
      const error = evaluator.error(code, message, node.loc, frame, {
        hints,
        notes: absentParams(evaluator, node, scope, frame),
        valuePath: param && valuePathOf(param, scope),
      });
      error.isMissing = param?.type === 'PathExpression' && lookupPath(param, scope) === ABSENT;
      throw error;
    },
  };
  return host.lookup === undefined ? context : { ...context, lookup: host.lookup };
}

/** A note for each argument that leads nowhere, with the nearest name. */
function absentParams(evaluator: Evaluator, node: Call, scope: Scope, frame: Frame): string[] {
  return node.params.flatMap((param) => {
    if (param.type !== 'PathExpression' || lookupPath(param, scope) !== ABSENT) return [];
    const missing = missingName(evaluator, param, scope, frame);
    const near = missing.hints.find((hint) => hint.startsWith('did you mean'));
    return [`${missing.message}${near === undefined ? '' : `: ${near}`}`];
  });
}

function callFunction(
  evaluator: Evaluator,
  callable: Extract<Item, (...args: never) => unknown>,
  node: Mustache | Sub,
  scope: Scope,
  frame: Frame,
): Argument {
  const args = node.params.map((param) => evaluator.expression(param, scope, frame));
  return callable(args, (message) => {
    throw evaluator.error('PKG_TEMPLATE_HELPER', message, node.loc, frame);
  });
}

/** `include "name" [context] [key=value …]`: the text of a partial, or of another template of the chart. */
function include(evaluator: Evaluator, node: Mustache | Sub, scope: Scope, frame: Frame): Argument {
  const call = partialCall(evaluator, 'include', node, scope, frame);
  const body =
    call.param === undefined && node.hash === undefined ? findBody(evaluator, call.name, scope, frame) : undefined;
  if (body !== undefined && isWholeTemplate(body)) return outputOf(evaluator, body.template, node, frame);
  const output = evaluator.textOutput();
  if (!runPartial(evaluator, call, scope, frame, output)) {
    const text = printGoTemplate(evaluator, call, scope, frame);
    if (text === undefined) throw missingPartial(evaluator, call.name, scope, node.loc, frame);
    return text;
  }
  // A file of a partial ends with a newline, which is not part of its value.
  return output.toString().replace(/\r?\n$/, '');
}

/** The text of a whole template in the output. */
function outputOf(evaluator: Evaluator, template: Template, node: Call, frame: Frame): string {
  const text = evaluator.host.outputOf(template);
  if (text !== undefined) {
    chargeMade(text);
    return text;
  }
  throw evaluator.error('PKG_TEMPLATE_LIMIT', `${template.name} includes its own text`, node.loc, frame, {
    hints: ['a checksum of a template cannot be a part of that template'],
  });
}

/** `partial "name" [context] [key=value …]`: the document of a partial as a value; absent where it prints nothing. */
function partial(evaluator: Evaluator, node: Mustache | Sub, scope: Scope, frame: Frame): Argument {
  const call = partialCall(evaluator, 'partial', node, scope, frame);
  const { name } = call;
  const output = evaluator.structureOutput();
  if (!runPartial(evaluator, call, scope, frame, output)) {
    if (printGoTemplate(evaluator, call, scope, frame) === undefined)
      throw missingPartial(evaluator, name, scope, node.loc, frame);
    const message = `${name} is a Go template, which prints text and no value`;
    const hints = [`write (include "${name}") for its text`];
    throw evaluator.error('PKG_TEMPLATE_HELPER', message, node.loc, frame, { hints });
  }
  const [value = ABSENT, ...more] = evaluator.host.structure(output);
  if (more.length === 0) return value;
  const message = `a partial that is a value prints one document, and ${name} prints ${more.length + 1}`;
  throw evaluator.error('PKG_TEMPLATE_SLOT', message, node.loc, frame);
}

/** A call of `include` or `partial`: the name of the partial, and the context for it if another is given. */
type PartialCall = {
  form: 'include' | 'partial';
  node: Mustache | Sub;
  name: string;
  param: Expression | undefined;
};

/**
 * Reads the arguments of `include` or `partial`.
 *
 * @throws {PkgError} where the first is not a string, or there are more than two
 */
function partialCall(
  evaluator: Evaluator,
  form: PartialCall['form'],
  node: Mustache | Sub,
  scope: Scope,
  frame: Frame,
): PartialCall {
  const [nameParam, param, ...more] = node.params;
  const name = nameParam === undefined ? ABSENT : evaluator.expression(nameParam, scope, frame);
  if (typeof name === 'string' && more.length === 0) return { form, node, name, param };
  const quoted = nameParam?.type === 'PathExpression' ? nameParam.original : 'name';
  throw evaluator.error(
    'PKG_TEMPLATE_HELPER',
    `${form} takes the name of a partial, and the context for it if another is wanted`,
    node.loc,
    frame,
    { hints: [`write (${form} "${quoted}"), (${form} "${quoted}" this) or (${form} "${quoted}" key=value)`] },
  );
}

/** Runs a partial; false where there is none of that name. */
function runPartial(
  evaluator: Evaluator,
  { form, node, name, param }: PartialCall,
  scope: Scope,
  frame: Frame,
  output: Output,
): boolean {
  const body = findBody(evaluator, name, scope, frame);
  if (body === undefined) return false;
  let context = param === undefined ? scope.context : evaluator.item(param, scope, frame);
  if (node.hash !== undefined) context = extended(evaluator, context, node.hash, scope, frame);
  const provenance = param === undefined ? scope.provenance : { scope, expression: param };
  enterBody(evaluator, { body, what: `${form} ${name}`, node, context, provenance }, scope, frame, output);
  return true;
}

/** Handlebars' `lookup object key`. */
function lookupField(evaluator: Evaluator, node: Mustache | Sub, scope: Scope, frame: Frame): Argument {
  const [objectParam, keyParam] = node.params as [Expression, Expression];
  const key = evaluator.expression(keyParam, scope, frame);
  if (key === ABSENT || key === null || typeof key === 'object') return ABSENT;
  return asArgument(member(evaluator.item(objectParam, scope, frame), String(key)));
}
