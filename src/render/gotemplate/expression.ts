/** Turns pipelines into closures: fields, variables, calls of functions and methods. */
import { findBuiltin } from './builtins.ts';
import { FunctionNotLoaded, GoFault } from './fault.ts';
import { findFunction } from './functions/index.ts';
import { NIL_MAP, PARAM_TYPES } from './functions/signature.ts';
import type { FunctionHost, GoFunction, Param } from './functions/signature.ts';
import { GoInt, int } from './int.ts';
import type { Machine, Value } from './machine.ts';
import { printNode } from './node.ts';
import type {
  ChainNode,
  Command,
  FieldNode,
  IdentifierNode,
  Node,
  NumberNode,
  Operand,
  Pipe,
  Template,
  VariableNode,
} from './node.ts';
import { ByteList, GoObject, isTrue, TypedList, TypedMap, typeOf } from './value.ts';
import type { GoValue } from './value.ts';

/** A compiled expression. */
export type Eval = (machine: Machine, dot: Value) => Value;

/** An argument after the check against its parameter. */
type Arg = (machine: Machine, dot: Value) => unknown;

/** How a value is checked against a type of parameter. */
type Check = (value: Value, node: Node, template: Template) => unknown;

/** Compiles a pipeline with what it declares. */
export function compilePipe(pipe: Pipe, template: Template): Eval {
  const value = compileCommands(pipe, template);
  const [name, second] = pipe.variables;
  if (name === undefined) return value;
  if (pipe.isAssignment) {
    return (machine, dot) => {
      const result = value(machine, dot);
      for (const variable of pipe.variables) assignVariable(machine, variable, result, pipe, template);
      return result;
    };
  }
  return (machine, dot) => {
    const result = value(machine, dot);
    machine.names.push(name);
    machine.values.push(result);
    if (second !== undefined) {
      machine.names.push(second);
      machine.values.push(result);
    }
    return result;
  };
}

/** Sets the innermost variable of a name. */
export function assignVariable(machine: Machine, name: string, value: Value, node: Node, template: Template): void {
  for (let index = machine.names.length - 1; index >= machine.base; index--) {
    if (machine.names[index] === name) {
      machine.values[index] = value;
      return;
    }
  }
  throw new GoFault(`undefined variable: ${name}`, template, node);
}

/** Each command is the last argument of the next; nil in an interface is no value at all behind a pipeline. */
function compileCommands(pipe: Pipe, template: Template): Eval {
  const [only, ...more] = pipe.commands;
  if (only === undefined) return () => undefined;
  const first = compileCommand(only, template, undefined);
  let evaluate: Eval = (machine, dot) => first(machine, dot) ?? undefined;
  for (const command of more) evaluate = compileStage(command, template, evaluate);
  return evaluate;
}

function compileStage(command: Command, template: Template, before: Eval): Eval {
  const stage = compileCommand(command, template, before);
  return (machine, dot) => stage(machine, dot) ?? undefined;
}

/** @param final what the command before gives */
function compileCommand(command: Command, template: Template, final: Eval | undefined): Eval {
  const [first, ...args] = command.args as [Operand, ...Operand[]];
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

function failing(message: string, node: Node, template: Template): () => never {
  return () => {
    throw new GoFault(message, template, node);
  };
}

/** A value without arguments. */
function compileOperand(node: Operand, template: Template): Eval {
  switch (node.type) {
    case 'dot':
      return (_machine, dot) => dot;
    case 'field':
      return compileFields((_machine, dot) => dot, node.names, node, template, false);
    case 'variable':
      return compileFields(compileVariable(node, template), node.names, node, template, false);
    case 'chain':
      return compileFields(compileChainStart(node, template), node.names, node, template, false);
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
      if (names[index] === name) return machine.values[index];
    }
    throw new GoFault(`undefined variable: ${name}`, template, node);
  };
}

function compileChainStart(node: ChainNode, template: Template): Eval {
  if (node.of.type === 'nil') return failing(`indirection through explicit nil in ${printNode(node)}`, node, template);
  return compileOperand(node.of, template);
}

/** @param inMap the start is an element of a map or list */
function compileFields(start: Eval, names: readonly string[], node: Node, template: Template, inMap: boolean): Eval {
  const [first, second, ...rest] = names;
  if (first === undefined) return start;
  if (second === undefined) return (machine, dot) => field(machine, start(machine, dot), first, node, template, inMap);
  if (rest.length === 0) {
    return (machine, dot) => {
      const middle = field(machine, start(machine, dot), first, node, template, inMap);
      if (middle instanceof Map) return middle.get(second) ?? null;
      return fieldBelow(machine, start(machine, dot), first, middle, second, node, template);
    };
  }
  return (machine, dot) => {
    let above: Value;
    let value = start(machine, dot);
    let aboveName = '';
    let isFirst = !inMap;
    for (const name of names) {
      const next =
        value instanceof Map
          ? (value.get(name) ?? null)
          : isFirst
            ? field(machine, value, name, node, template, false)
            : fieldBelow(machine, above, aboveName, value, name, node, template);
      above = value;
      aboveName = name;
      value = next;
      isFirst = false;
    }
    return value;
  };
}

/** A field of what was a field itself: where it is nil, the error knows of which map. */
function fieldBelow(
  machine: Machine,
  above: Value,
  aboveName: string,
  value: Value,
  name: string,
  node: Node,
  template: Template,
): Value {
  if (value === null) {
    const map = above instanceof Map ? above : above instanceof TypedMap ? above.entries : undefined;
    throw new GoFault(`nil pointer evaluating interface {}.${name}`, template, node, {
      ...(map !== undefined && { missing: { map, name: aboveName } }),
    });
  }
  return field(machine, value, name, node, template, above instanceof Map || above instanceof TypedMap);
}

/** As Go's evalField without arguments. */
function field(machine: Machine, receiver: Value, name: string, node: Node, template: Template, inMap: boolean): Value {
  if (receiver instanceof Map) return receiver.get(name) ?? null;
  if (receiver === undefined) return undefined;
  if (receiver === null) throw new GoFault(`nil pointer evaluating interface {}.${name}`, template, node);
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
  node: Node,
  template: Template,
  inMap: boolean,
  hasArguments: boolean,
): Value {
  const fail = (message: string): never => {
    throw new GoFault(message, template, node);
  };
  const entries = receiver instanceof Map ? receiver : receiver instanceof TypedMap ? receiver.entries : undefined;
  if (entries !== undefined) {
    if (hasArguments) return fail(`${name} is not a method but has arguments`);
    return entries.get(name) ?? zeroOf(receiver instanceof TypedMap ? receiver.elem : 'interface {}');
  }
  const type = inMap ? 'interface {}' : typeOf(receiver);
  if (receiver instanceof GoObject && Object.hasOwn(receiver.fields, name)) {
    if (!/^\p{Lu}/u.test(name)) return fail(`${name} is an unexported field of struct type ${type}`);
    if (hasArguments) return fail(`${name} has arguments but cannot be invoked as function`);
    return receiver.fields[name];
  }
  return fail(`can't evaluate field ${name} in type ${type}`);
}

/** The zero of the type of a map's values, which a name that is not there has. */
export function zeroOf(type: string): Value {
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
  const receiverOf = compileFields(start, names.slice(0, -1), node, template, false);
  const calls = new WeakMap<GoFunction, Eval>();
  return (machine, dot) => {
    const receiver = receiverOf(machine, dot);
    if (receiver === undefined) return undefined;
    if (receiver === null) throw new GoFault(`nil pointer evaluating interface {}.${last}`, template, node);
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
    let value: Value;
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
  node: Node,
  args: readonly Operand[],
  final: Eval | undefined,
  template: Template,
): Eval {
  const { params, rest, call: code } = callee;
  const given = args.length + (final === undefined ? 0 : 1);
  const at = node.type === 'command' ? ((node.args[0] ?? node) as Node) : node;
  if (rest !== undefined ? given < params.length : given !== params.length) {
    const want = rest !== undefined ? `at least ${params.length} got ${args.length}` : `${params.length} got ${given}`;
    return failing(`wrong number of args for ${name}: want ${want}`, at, template);
  }
  const paramAt = (index: number): Param => params[index] ?? rest ?? 'any';
  const operands: Arg[] = args.map((arg, index) => compileArg(arg, paramAt(index), template));
  // A pipeline brings its value before the arguments of the command are worked out; but it is checked after them.
  const checkFinal = checkOf(paramAt(args.length));
  if (final !== undefined) operands.push(args.length > 0 ? final : checked(final, paramAt(0), node, template));
  const run = code as unknown as (host: FunctionHost, ...values: unknown[]) => Value;
  const failed = (machine: Machine, error: unknown): unknown => machine.fault(error, name, template, node);
  const [a, b, c] = operands;
  const finalFirst = final !== undefined && args.length > 0;
  if (a === undefined) {
    return (machine) => {
      try {
        return run(machine.host);
      } catch (error) {
        throw failed(machine, error);
      }
    };
  }
  if (b === undefined) {
    return (machine, dot) => {
      const one = a(machine, dot);
      try {
        return run(machine.host, one);
      } catch (error) {
        throw failed(machine, error);
      }
    };
  }
  if (c === undefined) {
    return (machine, dot) => {
      let one: unknown;
      let two: unknown;
      if (finalFirst) {
        const last = b(machine, dot) as Value;
        one = a(machine, dot);
        two = checkFinal(last, node, template);
      } else {
        one = a(machine, dot);
        two = b(machine, dot);
      }
      try {
        return run(machine.host, one, two);
      } catch (error) {
        throw failed(machine, error);
      }
    };
  }
  const count = operands.length;
  return (machine, dot) => {
    const values: unknown[] = [];
    const last = finalFirst ? ((operands[count - 1] as Arg)(machine, dot) as Value) : undefined;
    const end = finalFirst ? count - 1 : count;
    for (let index = 0; index < end; index++) values.push((operands[index] as Arg)(machine, dot));
    if (finalFirst) values.push(checkFinal(last, node, template));
    try {
      return run(machine.host, ...values);
    } catch (error) {
      throw failed(machine, error);
    }
  };
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

function checked(value: Eval, param: Param, node: Node, template: Template): Arg {
  if (param === 'reflect') return value;
  if (param === 'any') return (machine, dot) => value(machine, dot) ?? null;
  const check = CHECKS[param];
  if (param === 'string') {
    return (machine, dot) => {
      const given = value(machine, dot);
      return typeof given === 'string' ? given : check(given, node, template);
    };
  }
  return (machine, dot) => check(value(machine, dot), node, template);
}

function checkOf(param: Param): Check {
  if (param === 'reflect') return (value) => value;
  return param === 'any' ? (value) => value ?? null : CHECKS[param];
}

/** As Go's validateType words it. */
function wrongType(value: Value, param: Param, node: Node, template: Template): never {
  const type = PARAM_TYPES[param];
  const message =
    value === undefined
      ? `invalid value; expected ${type}`
      : `wrong type for value; expected ${type}; got ${value === null ? 'interface {}' : typeOf(value)}`;
  throw new GoFault(message, template, node);
}

const CHECKS: Readonly<Record<Exclude<Param, 'any' | 'reflect'>, Check>> = {
  string: (value, node, template) => (typeof value === 'string' ? value : wrongType(value, 'string', node, template)),
  bool: (value, node, template) => (typeof value === 'boolean' ? value : wrongType(value, 'bool', node, template)),
  float64: (value, node, template) => (typeof value === 'number' ? value : wrongType(value, 'float64', node, template)),
  int: (value, node, template) =>
    value instanceof GoInt && value.type === 'int' ? Number(value.value) : wrongType(value, 'int', node, template),
  int64: (value, node, template) =>
    value instanceof GoInt && value.type === 'int64' ? value : wrongType(value, 'int64', node, template),
  map: (value, node, template) => {
    if (value instanceof Map) return value;
    if (value instanceof TypedMap && value.elem === 'interface {}') return value.isNil ? NIL_MAP : value.entries;
    return value === undefined ? NIL_MAP : wrongType(value, 'map', node, template);
  },
  list: (value, node, template) => {
    if (Array.isArray(value)) return value;
    if (value instanceof TypedList && value.elem === 'interface {}') return value.items;
    return value === undefined ? [] : wrongType(value, 'list', node, template);
  },
  strings: (value, node, template) => {
    if (value instanceof TypedList && value.elem === 'string') return value.items;
    return value === undefined ? [] : wrongType(value, 'strings', node, template);
  },
  bytes: (value, node, template) => {
    if (value instanceof ByteList) return value.bytes;
    return value === undefined ? '' : wrongType(value, 'bytes', node, template);
  },
  uint32: (value, node, template) => wrongType(value, 'uint32', node, template),
  'time.Time': ofType('time.Time'),
  'time.Duration': ofType('time.Duration'),
  '*time.Location': ofType('*time.Location'),
  '*semver.Version': ofType('*semver.Version'),
  'sprig.certificate': ofType('sprig.certificate'),
};

/** Values of a type that has a name. */
function ofType(param: Param): Check {
  return (value, node, template) => {
    if (typeOf(value) === PARAM_TYPES[param]) return value;
    return value === undefined && param.startsWith('*') ? null : wrongType(value, param, node, template);
  };
}
