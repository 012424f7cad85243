/** Turns pipelines into closures: fields, variables, calls of functions and methods. */
import { findBuiltin } from './builtins.ts';
import { callMany, callNone, callOne, callPiped, callTwo } from './calls.ts';
import type { HostCall, CallSite } from './calls.ts';
import { CHECKS, checked, checkOf } from './checks.ts';
import type { Arg } from './checks.ts';
import { charge } from '../functions/limits.ts';
import { FunctionNotLoaded, ExecError } from './exec-errors.ts';
import { findFunction } from './functions/index.ts';
import { PARAM_TYPES } from './functions/param-types.ts';
import type { Param } from './functions/param-types.ts';
import { GoInt, int } from './int.ts';
import { printNode } from './node.ts';
import type {
  ChainNode,
  Command,
  FieldNode,
  IdentifierNode,
  AstNode,
  NumberNode,
  Operand,
  Pipe,
  VariableNode,
} from './node.ts';
import type { Eval, Runtime, Template } from './template.ts';
import { ByteList, GoObject, isTrue, TypedList, TypedMap, typeOf } from './value.ts';
import type { GoFunction, GoValue, OptionalValue } from './value.ts';

// Most of a chart runs once, so that compiling counts for as much as running: destructuring a list, lists that grow, and
// closures in large scopes would make half of all garbage.

/** Compiles a pipeline with what it declares. */
export function compilePipe(pipe: Pipe, template: Template): Eval {
  const value = orNone(compileValue(pipe, template));
  if (pipe.variables.length === 0) return value;
  return pipe.isAssignment ? assigning(value, pipe, template) : declaring(value, pipe.variables);
}

/** Compiles a pipeline for somebody to whom nil in an interface is the same as no value at all. */
export function compileResult(pipe: Pipe, template: Template): Eval {
  return pipe.variables.length === 0 ? compileValue(pipe, template) : compilePipe(pipe, template);
}

function assigning(value: Eval, pipe: Pipe, template: Template): Eval {
  return (machine, dot) => {
    const result = value(machine, dot);
    for (const variable of pipe.variables) assignVariable(machine, variable, result, pipe, template);
    return result;
  };
}

function declaring(value: Eval, variables: readonly string[]): Eval {
  return (machine, dot) => {
    const result = value(machine, dot);
    for (let index = 0; index < variables.length; index++) {
      machine.names.push(variables[index] as string);
      machine.values.push(result);
    }
    return result;
  };
}

/** Nil in an interface is no value at all behind a pipeline. */
function orNone(value: Eval): Eval {
  return (machine, dot) => value(machine, dot) ?? undefined;
}

/** Sets the innermost variable of a name. */
export function assignVariable(
  machine: Runtime,
  name: string,
  value: OptionalValue,
  node: AstNode,
  template: Template,
): void {
  for (let index = machine.names.length - 1; index >= machine.base; index--) {
    if (machine.names[index] === name) {
      machine.values[index] = value;
      return;
    }
  }
  throw new ExecError(`undefined variable: ${name}`, template, node);
}

/** Each command is the last argument of the next. */
function compileValue({ commands }: Pipe, template: Template): Eval {
  if (commands.length === 0) return () => undefined;
  let value = compileCommand(commands[0] as Command, template, undefined);
  for (let index = 1; index < commands.length; index++) {
    value = compileCommand(commands[index] as Command, template, orNone(value));
  }
  return value;
}

const NONE: readonly Operand[] = [];

/** A variable is looked for among those that were declared after it. */
const MANY = 100;

/** @param final what the command before gives */
function compileCommand(command: Command, template: Template, final: Eval | undefined): Eval {
  const first = command.args[0] as Operand;
  const args = command.args.length === 1 ? NONE : command.args.slice(1);
  switch (first.type) {
    case 'identifier':
      return compileFunction(first, command, args, final, template);
    case 'field':
      if (args.length === 0 && final === undefined) return compileOperand(first, template);
      return compileMethod(first, (_machine, dot) => dot, first.names, args, final, template);
    case 'chain':
      if (args.length === 0 && final === undefined) return compileOperand(first, template);
      return compileMethod(first, compileChainStart(first, template), first.names, args, final, template);
    case 'variable':
      if (args.length === 0 && final === undefined) return compileOperand(first, template);
      if (first.names.length === 0) break;
      return compileMethod(first, compileVariable(first, template), first.names, args, final, template);
    default:
  }
  if (args.length > 0 || final !== undefined) {
    return failing(`can't give argument to non-function ${printNode(first)}`, first, template);
  }
  if (first.type === 'nil') return failing('nil is not a command', first, template);
  return compileOperand(first, template);
}

function failing(message: string, node: AstNode, template: Template): () => never {
  return () => {
    throw new ExecError(message, template, node);
  };
}

/** A value without arguments. */
function compileOperand(node: Operand, template: Template): Eval {
  switch (node.type) {
    case 'dot':
      return (_machine, dot) => dot;
    case 'field':
      return compileFields((_machine, dot) => dot, node.names, node, template);
    case 'variable':
      return compileFields(compileVariable(node, template), node.names, node, template);
    case 'chain':
      return compileFields(compileChainStart(node, template), node.names, node, template);
    case 'pipe':
      return compilePipe(node, template);
    case 'identifier':
      return compileFunction(node, node, [], undefined, template);
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

/** A number without a type: what it looks like decides. */
function compileNumber(node: NumberNode, template: Template): Eval {
  const { text, integer, float, isComplex } = node;
  if (isComplex) {
    const value = new GoObject('complex128', { text: () => `(0+${text.replace(/^\+/, '')})` });
    return () => value;
  }
  const isHexInteger = /^0[xX]/.test(text) && !/[pP]/.test(text);
  if (float !== undefined && !isHexInteger && !text.startsWith("'") && /[.eEpP]/.test(text)) return () => float;
  if (integer === undefined) return failing(`${text} overflows int`, node, template);
  const value = int(integer);
  return () => value;
}

function compileVariable(node: VariableNode, template: Template): Eval {
  const { name } = node;
  return (machine) => {
    const { names, base } = machine;
    for (let index = names.length - 1; index >= base; index--) {
      if (names[index] !== name) continue;
      if (names.length - index > MANY) charge((names.length - index) >> 3);
      return machine.values[index];
    }
    throw new ExecError(`undefined variable: ${name}`, template, node);
  };
}

function compileChainStart(node: ChainNode, template: Template): Eval {
  if (node.of.type === 'nil') return failing(`indirection through explicit nil in ${printNode(node)}`, node, template);
  return compileOperand(node.of, template);
}

function compileFields(start: Eval, names: readonly string[], node: AstNode, template: Template): Eval {
  switch (names.length) {
    case 0:
      return start;
    case 1:
      return oneField(start, names[0] as string, node, template);
    case 2:
      return twoFields(start, names[0] as string, names[1] as string, node, template);
    default:
      return manyFields(start, names, node, template);
  }
}

function oneField(start: Eval, name: string, node: AstNode, template: Template): Eval {
  return (machine, dot) => field(machine, start(machine, dot), name, node, template, false);
}

function twoFields(start: Eval, first: string, second: string, node: AstNode, template: Template): Eval {
  return (machine, dot) => {
    const above = start(machine, dot);
    const middle = field(machine, above, first, node, template, false);
    if (middle instanceof Map) return middle.get(second) ?? null;
    return fieldBelow(machine, above, first, middle, second, node, template);
  };
}

function manyFields(start: Eval, names: readonly string[], node: AstNode, template: Template): Eval {
  return (machine, dot) => {
    let above = start(machine, dot);
    let value = field(machine, above, names[0] as string, node, template, false);
    for (let index = 1; index < names.length; index++) {
      const name = names[index] as string;
      const next =
        value instanceof Map
          ? (value.get(name) ?? null)
          : fieldBelow(machine, above, names[index - 1] as string, value, name, node, template);
      above = value;
      value = next;
    }
    return value;
  };
}

/** A field of what was a field itself: where it is nil, the error knows of which map. */
function fieldBelow(
  machine: Runtime,
  above: OptionalValue,
  aboveName: string,
  value: OptionalValue,
  name: string,
  node: AstNode,
  template: Template,
): OptionalValue {
  if (value === null) {
    const map = above instanceof Map ? above : above instanceof TypedMap ? above.entries : undefined;
    throw new ExecError(`nil pointer evaluating interface {}.${name}`, template, node, {
      ...(map !== undefined && { missing: { map, name: aboveName } }),
    });
  }
  return field(machine, value, name, node, template, above instanceof Map || above instanceof TypedMap);
}

/** As Go's evalField without arguments. */
function field(
  machine: Runtime,
  receiver: OptionalValue,
  name: string,
  node: AstNode,
  template: Template,
  inMap: boolean,
): OptionalValue {
  if (receiver instanceof Map) return receiver.get(name) ?? null;
  if (receiver === undefined) return undefined;
  if (receiver === null) throw new ExecError(`nil pointer evaluating interface {}.${name}`, template, node);
  const method = methodOf(receiver, name);
  if (method !== undefined) return bindCall(method, name, node, [], undefined, template)(machine, undefined);
  return fieldOf(receiver, name, node, template, inMap, false);
}

function methodOf(receiver: GoValue, name: string): GoFunction | undefined {
  if (typeof receiver !== 'object' || receiver === null || !('methods' in receiver)) return undefined;
  const methods = receiver.methods;
  return methods !== undefined && Object.hasOwn(methods, name) ? methods[name] : undefined;
}

function fieldOf(
  receiver: GoValue,
  name: string,
  node: AstNode,
  template: Template,
  inMap: boolean,
  hasArguments: boolean,
): OptionalValue {
  const entries = receiver instanceof Map ? receiver : receiver instanceof TypedMap ? receiver.entries : undefined;
  if (entries !== undefined) {
    if (hasArguments) throw new ExecError(`${name} is not a method but has arguments`, template, node);
    return entries.get(name) ?? zeroOf(receiver instanceof TypedMap ? receiver.elem : 'interface {}');
  }
  const type = inMap ? 'interface {}' : typeOf(receiver);
  if (!(receiver instanceof GoObject) || !Object.hasOwn(receiver.fields, name)) {
    throw new ExecError(`can't evaluate field ${name} in type ${type}`, template, node, {
      field: { of: receiver, name },
    });
  }
  // Unicode's table of capitals takes time to load.
  const first = name.charCodeAt(0);
  if (!(first >= 65 && first <= 90) && !/^\p{Lu}/u.test(name)) {
    throw new ExecError(`${name} is an unexported field of struct type ${type}`, template, node);
  }
  if (hasArguments) throw new ExecError(`${name} has arguments but cannot be invoked as function`, template, node);
  return receiver.fields[name];
}

/** The zero of the type of a map's values, which a name that is not there has. */
export function zeroOf(type: string): OptionalValue {
  switch (type) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int':
    case 'int64':
    case 'uint8':
      return new GoInt(type, 0);
    case 'float64':
      return 0;
    case '[]uint8':
      return new ByteList('');
    case '[]string':
      return new TypedList('string', [], { isNil: true });
    default:
      return null;
  }
}

/** Fields of which the last may be a method: it gets the arguments. */
function compileMethod(
  node: FieldNode | VariableNode | ChainNode,
  start: Eval,
  names: readonly string[],
  args: readonly Operand[],
  final: Eval | undefined,
  template: Template,
): Eval {
  const last = names.at(-1) as string;
  const receiverOf = compileFields(start, names.slice(0, -1), node, template);
  const calls = new WeakMap<GoFunction, Eval>();
  return (machine, dot) => {
    const receiver = receiverOf(machine, dot);
    if (receiver === undefined) return undefined;
    if (receiver === null) throw new ExecError(`nil pointer evaluating interface {}.${last}`, template, node);
    const method = methodOf(receiver, last);
    if (method === undefined) return fieldOf(receiver, last, node, template, names.length > 1, true);
    let call = calls.get(method);
    if (call === undefined) {
      call = bindCall(method, last, node, args, final, template);
      calls.set(method, call);
    }
    return call(machine, dot);
  };
}

function compileFunction(
  node: IdentifierNode,
  command: Command | IdentifierNode,
  args: readonly Operand[],
  final: Eval | undefined,
  template: Template,
): Eval {
  const { name } = node;
  if (name === 'and' || name === 'or') return compileLogic(name === 'or', node, args, final, template);
  const found = findBuiltin(name) ?? findFunction(name);
  if (found === undefined) throw new FunctionNotLoaded(name);
  return bindCall(found, name, command, args, final, template);
}

/** `and`, `or`: only as many arguments are looked at as it takes. */
function compileLogic(
  isOr: boolean,
  node: IdentifierNode,
  args: readonly Operand[],
  final: Eval | undefined,
  template: Template,
): Eval {
  if (args.length === 0 && final === undefined) {
    return failing(`wrong number of args for ${node.name}: want at least 1 got 0`, node, template);
  }
  const given = args.map((arg) => compileArg(arg, 'reflect', template)) as Eval[];
  return (machine, dot) => {
    // What a pipeline brings is worked out before the command is.
    const last = final === undefined ? undefined : final(machine, dot);
    let value: OptionalValue;
    for (const arg of given) {
      value = arg(machine, dot);
      if (isTrue(value) === isOr) return value;
    }
    return final === undefined ? value : last;
  };
}

/** A call with the number of its arguments checked, and a check for each. */
function bindCall(
  callee: GoFunction,
  name: string,
  node: AstNode,
  args: readonly Operand[],
  final: Eval | undefined,
  template: Template,
): Eval {
  const { params, rest, call: code } = callee;
  const given = args.length + (final === undefined ? 0 : 1);
  const at = node.type === 'command' ? ((node.args[0] ?? node) as AstNode) : node;
  if (rest !== undefined ? given < params.length : given !== params.length) {
    const want = rest !== undefined ? `at least ${params.length} got ${args.length}` : `${params.length} got ${given}`;
    return failing(`wrong number of args for ${name}: want ${want}`, at, template);
  }
  const run = code as unknown as HostCall;
  const place: CallSite = { name, node, template };
  const argAt = (index: number): Arg => compileArg(args[index] as Operand, params[index] ?? rest ?? 'any', template);
  if (final === undefined) {
    if (given === 0) return callNone(run, place);
    if (given === 1) return callOne(run, argAt(0), place);
    if (given === 2) return callTwo(run, argAt(0), argAt(1), place);
    return callMany(
      run,
      args.map((_arg, index) => argAt(index)),
      undefined,
      place,
    );
  }
  // A pipeline brings its value before the arguments of the command are worked out; but it is checked after them.
  const param = params[args.length] ?? rest ?? 'any';
  if (given === 1) return callOne(run, checked(final, param, node, template), place);
  const check = checkOf(param);
  if (given === 2) return callPiped(run, argAt(0), final, check, place);
  return callMany(run, [...args.map((_arg, index) => argAt(index)), final], check, place);
}

/** An argument of a command: a constant has no type of its own, and takes the parameter's. */
function compileArg(node: Operand, param: Param, template: Template): Arg {
  const isAny = param === 'any' || param === 'reflect';
  switch (node.type) {
    case 'nil':
      if (isAny) return param === 'reflect' ? () => undefined : () => null;
      if (param === 'map' || param === 'list' || param === 'strings' || param === 'bytes') {
        return (_machine) => CHECKS[param](undefined, node, template);
      }
      if (param.startsWith('*')) return () => null;
      return failing(`cannot assign nil to ${PARAM_TYPES[param]}`, node, template);
    case 'string':
      if (isAny || param === 'string') return compileOperand(node, template);
      return mismatched(node, param, template);
    case 'bool':
      if (isAny || param === 'bool') return compileOperand(node, template);
      return mismatched(node, param, template);
    case 'number': {
      const { integer, float } = node;
      if (isAny) return compileNumber(node, template);
      if (param === 'int' && integer !== undefined) return () => Number(integer);
      if (param === 'int64' && integer !== undefined) {
        const value = new GoInt('int64', integer);
        return () => value;
      }
      // As Go: only the lower 32 bits count.
      if (param === 'uint32' && integer !== undefined && integer >= 0) return () => Number(integer) % 2 ** 32;
      if (param === 'time.Duration' && integer !== undefined) {
        const value = new GoInt('int64', integer);
        return () => value;
      }
      if (param === 'float64' && float !== undefined) return () => float;
      return mismatched(node, param, template);
    }
    default:
      return checked(compileOperand(node, template), param, node, template);
  }
}

const EXPECTED: Readonly<Partial<Record<Param, string>>> = {
  bool: 'bool',
  string: 'string',
  int: 'integer',
  int64: 'integer',
  float64: 'float',
  uint32: 'unsigned integer',
  'time.Duration': 'integer',
};

function mismatched(node: Operand, param: Param, template: Template): () => never {
  const expected = EXPECTED[param];
  const message =
    expected === undefined
      ? `can't handle ${printNode(node)} for arg of type ${PARAM_TYPES[param]}`
      : `expected ${expected}; found ${printNode(node)}`;
  return failing(message, node, template);
}
