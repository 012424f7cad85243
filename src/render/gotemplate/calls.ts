/** Calls of functions: small closures in small scopes, one kind for each number of arguments. */
import type { Arg, Check } from './checks.ts';
import { chargeMade, chargeRead } from '../functions/limits.ts';
import type { Eval, FunctionHost, Runtime, Template } from './template.ts';
import type { AstNode } from './node.ts';
import type { OptionalValue } from './value.ts';

/** What runs when a function is called. */
export type HostCall = (host: FunctionHost, ...values: unknown[]) => OptionalValue;
/** What is called, for the errors. */
export type CallSite = { name: string; node: AstNode; template: Template };

/** What a call gives, paid for. */
function paid(value: OptionalValue): OptionalValue {
  chargeMade(value);
  return value;
}

function failed(machine: Runtime, error: unknown, { name, node, template }: CallSite): unknown {
  return machine.failed(error, name, template, node);
}

/** A call without arguments. */
export function callNone(run: HostCall, place: CallSite): Eval {
  return (machine) => {
    try {
      return paid(run(machine.host));
    } catch (error) {
      throw failed(machine, error, place);
    }
  };
}

/** A call with one argument. */
export function callOne(run: HostCall, a: Arg, place: CallSite): Eval {
  return (machine, dot) => {
    const one = a(machine, dot);
    try {
      chargeRead(one);
      return paid(run(machine.host, one));
    } catch (error) {
      throw failed(machine, error, place);
    }
  };
}

/** A call with two arguments. */
export function callTwo(run: HostCall, a: Arg, b: Arg, place: CallSite): Eval {
  return (machine, dot) => {
    const one = a(machine, dot);
    const two = b(machine, dot);
    try {
      chargeRead(one);
      chargeRead(two);
      return paid(run(machine.host, one, two));
    } catch (error) {
      throw failed(machine, error, place);
    }
  };
}

/** A call with an argument and what a pipeline brings: worked out first, and checked last. */
export function callPiped(run: HostCall, a: Arg, final: Eval, check: Check, place: CallSite): Eval {
  return (machine, dot) => {
    const last = final(machine, dot);
    const one = a(machine, dot);
    const two = check(last, place.node, place.template);
    try {
      chargeRead(one);
      chargeRead(two);
      return paid(run(machine.host, one, two));
    } catch (error) {
      throw failed(machine, error, place);
    }
  };
}

/**
 * A call with more arguments.
 *
 * @param check of what a pipeline brings, which is the last of the operands then
 */
export function callMany(run: HostCall, operands: readonly Arg[], check: Check | undefined, place: CallSite): Eval {
  const count = operands.length;
  return (machine, dot) => {
    const values: unknown[] = [];
    const last = check === undefined ? undefined : ((operands[count - 1] as Arg)(machine, dot) as OptionalValue);
    const end = check === undefined ? count : count - 1;
    for (let index = 0; index < end; index++) values.push((operands[index] as Arg)(machine, dot));
    if (check !== undefined) values.push(check(last, place.node, place.template));
    try {
      for (const value of values) chargeRead(value);
      return paid(run(machine.host, ...values));
    } catch (error) {
      throw failed(machine, error, place);
    }
  };
}
