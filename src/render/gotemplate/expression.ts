/**
 * Compiles pipelines to closures: operands, calls of functions and methods.
 *
 * Most parts of a chart run once, so compiling takes as much time as running. It therefore avoids garbage: destructuring of
 * lists, lists that grow, and closures in scopes of many variables made half of all garbage.
 */
import { compileConstantArg, compileNumber, failing } from './constant-operands.ts';
import { callOf, findBuiltin } from './builtins.ts';
import { bindCall, wrongCount } from './calls.ts';
import type { CallSite } from './calls.ts';
import { checked, checkOf } from './checks.ts';
import type { Arg } from './checks.ts';
import { ExecError, FunctionNotLoaded } from './exec-errors.ts';
import { compileFields, fieldOf, methodOf } from './fields.ts';
import type { FieldSite } from './fields.ts';
import { findFunction } from './functions/index.ts';
import type { Param } from './functions/param-types.ts';
import { printNode } from './node.ts';
import type { ChainNode, Command, FieldNode, IdentifierNode, Operand, Pipe, VariableNode } from './node.ts';
import type { Eval, Template } from './template.ts';
import { isTrue } from './value.ts';
import type { GoFunction, OptionalValue } from './value.ts';
import { assigning, compileVariable, declaring } from './variables.ts';

/** Compiles a pipeline with the variables that it declares or sets. */
export function compilePipe(pipe: Pipe, template: Template): Eval {
  const value = nilAsNone(compileValue(pipe, template));
  if (pipe.variables.length === 0) return value;
  return pipe.isAssignment ? assigning(value, pipe, template) : declaring(value, pipe.variables);
}

/** As {@link compilePipe}, where it does not matter whether a missing value is null or undefined. */
export function compileResult(pipe: Pipe, template: Template): Eval {
  return pipe.variables.length === 0 ? compileValue(pipe, template) : compilePipe(pipe, template);
}

/** As Go, a pipeline whose value is a nil `interface {}` has no value. */
function nilAsNone(value: Eval): Eval {
  return (machine, dot) => value(machine, dot) ?? undefined;
}

/** Compiles the commands of a pipeline: the value of each is the last argument of the next. */
function compileValue({ commands }: Pipe, template: Template): Eval {
  if (commands.length === 0) return () => undefined;
  let value = compileCommand(commands[0] as Command, template, undefined);
  for (let index = 1; index < commands.length; index++) {
    value = compileCommand(commands[index] as Command, template, nilAsNone(value));
  }
  return value;
}

const NONE: readonly Operand[] = [];

/** @param final the value of the command before, which becomes the last argument */
function compileCommand(command: Command, template: Template, final: Eval | undefined): Eval {
  const first = command.args[0] as Operand;
  const args = command.args.length === 1 ? NONE : command.args.slice(1);
  const hasArguments = args.length > 0 || final !== undefined;
  if (first.type === 'identifier') return compileFunction(first, command, args, final, template);
  if (!hasArguments) {
    return first.type === 'nil' ? failing('nil is not a command', first, template) : compileOperand(first, template);
  }
  switch (first.type) {
    case 'field':
      return compileMethod(first, (_machine, dot) => dot, args, final, template);
    case 'chain':
      return compileMethod(first, compileChainStart(first, template), args, final, template);
    case 'variable':
      if (first.names.length === 0) break;
      return compileMethod(first, compileVariable(first, template), args, final, template);
    default:
  }
  return after(final, failing(`can't give argument to non-function ${printNode(first)}`, first, template));
}

/** Evaluates the command before first, whose error is the one that Go reports. */
function after(final: Eval | undefined, value: Eval): Eval {
  if (final === undefined) return value;
  return (machine, dot) => {
    final(machine, dot);
    return value(machine, dot);
  };
}

/** Compiles an operand that has no arguments. */
function compileOperand(node: Operand, template: Template): Eval {
  switch (node.type) {
    case 'dot':
      return (_machine, dot) => dot;
    case 'field':
      return compileFields((_machine, dot) => dot, { names: node.names, node, template });
    case 'variable':
      return compileFields(compileVariable(node, template), { names: node.names, node, template });
    case 'chain':
      return compileFields(compileChainStart(node, template), { names: node.names, node, template });
    case 'pipe':
      return compilePipe(node, template);
    case 'identifier':
      return compileFunction(node, node, NONE, undefined, template);
    case 'nil':
      return () => undefined;
    case 'string':
    case 'bool': {
      const { value } = node;
      return () => value;
    }
    case 'number':
      return compileNumber(node, template);
  }
}

function compileChainStart(node: ChainNode, template: Template): Eval {
  if (node.of.type === 'nil') return failing(`indirection through explicit nil in ${printNode(node)}`, node, template);
  return compileOperand(node.of, template);
}

/** Compiles a chain of fields of which the last may be a method: it gets the arguments. */
function compileMethod(
  node: FieldNode | VariableNode | ChainNode,
  start: Eval,
  args: readonly Operand[],
  final: Eval | undefined,
  template: Template,
): Eval {
  const { names } = node;
  const name = names.at(-1) as string;
  const site: FieldSite = { names: names.slice(0, -1), node, template };
  const receiverOf = compileFields(start, site);
  const calls = new WeakMap<GoFunction, Eval>();
  return (machine, dot) => {
    // The command before in the pipeline is evaluated first, though its value is the last argument.
    const last = final?.(machine, dot);
    const receiver = receiverOf(machine, dot);
    if (receiver === undefined) return undefined;
    if (receiver === null) throw new ExecError(`nil pointer evaluating interface {}.${name}`, template, node);
    const method = methodOf(receiver, name);
    if (method === undefined) return fieldOf(receiver, name, site, names.length > 1, true);
    if (final !== undefined) return compileCall(method, { name, node, template }, args, () => last)(machine, dot);
    let call = calls.get(method);
    if (call === undefined) {
      call = compileCall(method, { name, node, template }, args, undefined);
      calls.set(method, call);
    }
    return call(machine, dot);
  };
}

/** @param command with the arguments, for the errors */
function compileFunction(
  node: IdentifierNode,
  command: Command | IdentifierNode,
  args: readonly Operand[],
  final: Eval | undefined,
  template: Template,
): Eval {
  const { name } = node;
  if (name === 'and' || name === 'or') return compileLogic(node, args, final, template);
  const found =
    name === 'call' && args[0] !== undefined ? callOf(printNode(args[0])) : (findBuiltin(name) ?? findFunction(name));
  if (found === undefined) throw new FunctionNotLoaded(name);
  return compileCall(found, { name, node: command, template }, args, final);
}

/** Compiles `and` and `or`, which evaluate their arguments only up to the one that decides. */
function compileLogic(
  node: IdentifierNode,
  args: readonly Operand[],
  final: Eval | undefined,
  template: Template,
): Eval {
  if (args.length === 0 && final === undefined) {
    return failing(`wrong number of args for ${node.name}: want at least 1 got 0`, node, template);
  }
  const isOr = node.name === 'or';
  const given = args.map((arg) => compileArg(arg, 'reflect', template)) as Eval[];
  return (machine, dot) => {
    // The command before in the pipeline is evaluated first, though its value is the last argument.
    const last = final === undefined ? undefined : final(machine, dot);
    let value: OptionalValue;
    for (const arg of given) {
      value = arg(machine, dot);
      if (isTrue(value) === isOr) return value;
    }
    return final === undefined ? value : last;
  };
}

/** Compiles a call: the number of arguments is checked now, their types when it runs. */
function compileCall(callee: GoFunction, site: CallSite, args: readonly Operand[], final: Eval | undefined): Eval {
  const { params, rest } = callee;
  const { node, template } = site;
  const count = args.length;
  const given = count + (final === undefined ? 0 : 1);
  const wrong = wrongCount(callee, site.name, count, given);
  if (wrong !== undefined) {
    return after(final, failing(wrong, node.type === 'command' ? (node.args[0] ?? node) : node, template));
  }
  const operands: Arg[] = [];
  for (let index = 0; index < count; index++) {
    operands.push(compileArg(args[index] as Operand, params[index] ?? rest ?? 'any', template));
  }
  if (final === undefined) return bindCall(callee, site, operands, undefined);
  const param = params[count] ?? rest ?? 'any';
  if (count === 0) return bindCall(callee, site, [checked(final, param, node, template)], undefined);
  return bindCall(callee, site, operands, { value: final, check: checkOf(param) });
}

/** Compiles an argument with the check against its parameter. */
function compileArg(node: Operand, param: Param, template: Template): Arg {
  switch (node.type) {
    case 'nil':
    case 'string':
    case 'bool':
    case 'number':
      return compileConstantArg(node, param, template);
    default:
      return checked(compileOperand(node, template), param, node, template);
  }
}
