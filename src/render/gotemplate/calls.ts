/** Calls of functions: one kind of closure for each number of arguments, so that most calls make no list of them. */
import { chargeMade, chargeRead } from '../functions/limits.ts';
import type { Arg, Check } from './checks.ts';
import { ExecError } from './exec-errors.ts';
import type { AstNode } from './node.ts';
import type { Eval, FunctionHost, Runtime, Template } from './template.ts';
import type { GoFunction, OptionalValue } from './value.ts';

/** The code of a function, which takes the host and the arguments. */
type HostCall = (host: FunctionHost, ...values: unknown[]) => OptionalValue;

/** A call in a template, for the errors about it. */
export type CallSite = { name: string; node: AstNode; template: Template };

/** The value that a pipeline passes to a call as its last argument. It is evaluated first, and checked last. */
export type PipedValue = { value: Eval; check: Check };

/**
 * Compiles a call. The arguments fit the number of parameters.
 *
 * @returns a closure that throws an {@link ExecError} for whatever the function throws
 */
export function bindCall(
  callee: GoFunction,
  site: CallSite,
  args: readonly Arg[],
  piped: PipedValue | undefined,
): Eval {
  const run = callee.call as unknown as HostCall;
  if (piped !== undefined) {
    return args.length === 1 ? callPiped(run, args[0] as Arg, piped, site) : callManyPiped(run, args, piped, site);
  }
  switch (args.length) {
    case 0:
      return callNone(run, site);
    case 1:
      return callOne(run, args[0] as Arg, site);
    case 2:
      return callTwo(run, args[0] as Arg, args[1] as Arg, site);
    default:
      return callMany(run, args, site);
  }
}

/** Calls a method that a field names, without arguments. @throws {ExecError} */
export function callMethod(machine: Runtime, method: GoFunction, site: CallSite): OptionalValue {
  const wrong = wrongCount(method, site.name, 0, 0);
  if (wrong !== undefined) throw new ExecError(wrong, site.template, site.node);
  return callWith(method.call as unknown as HostCall, [], machine, site);
}

/**
 * Go's error for a call with a wrong number of arguments; undefined when it is right.
 *
 * @param count of the arguments without the value of a pipeline, which is among the `given`
 */
export function wrongCount(callee: GoFunction, name: string, count: number, given: number): string | undefined {
  const { params, rest } = callee;
  if (rest === undefined ? given === params.length : given >= params.length) return undefined;
  const want = rest === undefined ? `${params.length} got ${given}` : `at least ${params.length} got ${count}`;
  return `wrong number of args for ${name}: want ${want}`;
}

/** Charges for the result of a call. */
function paid(value: OptionalValue): OptionalValue {
  chargeMade(value);
  return value;
}

function failed(machine: Runtime, error: unknown, { name, node, template }: CallSite): unknown {
  return machine.failed(error, name, template, node);
}

function callNone(run: HostCall, site: CallSite): Eval {
  return (machine) => {
    try {
      return paid(run(machine.host));
    } catch (error) {
      throw failed(machine, error, site);
    }
  };
}

function callOne(run: HostCall, a: Arg, site: CallSite): Eval {
  return (machine, dot) => {
    const one = a(machine, dot);
    try {
      chargeRead(one);
      return paid(run(machine.host, one));
    } catch (error) {
      throw failed(machine, error, site);
    }
  };
}

function callTwo(run: HostCall, a: Arg, b: Arg, site: CallSite): Eval {
  return (machine, dot) => {
    const one = a(machine, dot);
    const two = b(machine, dot);
    try {
      chargeRead(one);
      chargeRead(two);
      return paid(run(machine.host, one, two));
    } catch (error) {
      throw failed(machine, error, site);
    }
  };
}

function callPiped(run: HostCall, a: Arg, { value, check }: PipedValue, site: CallSite): Eval {
  return (machine, dot) => {
    const last = value(machine, dot);
    const one = a(machine, dot);
    const two = check(last, site.node, site.template);
    try {
      chargeRead(one);
      chargeRead(two);
      return paid(run(machine.host, one, two));
    } catch (error) {
      throw failed(machine, error, site);
    }
  };
}

function callMany(run: HostCall, args: readonly Arg[], site: CallSite): Eval {
  return (machine, dot) => {
    const values: unknown[] = [];
    for (let index = 0; index < args.length; index++) values.push((args[index] as Arg)(machine, dot));
    return callWith(run, values, machine, site);
  };
}

function callManyPiped(run: HostCall, args: readonly Arg[], { value, check }: PipedValue, site: CallSite): Eval {
  return (machine, dot) => {
    const last = value(machine, dot);
    const values: unknown[] = [];
    for (let index = 0; index < args.length; index++) values.push((args[index] as Arg)(machine, dot));
    values.push(check(last, site.node, site.template));
    return callWith(run, values, machine, site);
  };
}

function callWith(run: HostCall, values: readonly unknown[], machine: Runtime, site: CallSite): OptionalValue {
  try {
    for (let index = 0; index < values.length; index++) chargeRead(values[index]);
    return paid(run(machine.host, ...values));
  } catch (error) {
    throw failed(machine, error, site);
  }
}
