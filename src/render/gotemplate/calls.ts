/** Calls of functions: small closures in small scopes, one kind for each number of arguments. */
import type { Arg, Check } from './checks.ts';
import { chargeMade, chargeRead } from '../functions/limits.ts';
import type { Eval, FunctionHost, Runtime, Template } from './template.ts';
import type { Node } from './node.ts';
import type { OptionalValue } from './value.ts';

/** What runs when a function is called. */
export type Call = (host: FunctionHost, ...values: unknown[]) => OptionalValue;
/** What is called, for the errors. */
export type CallPlace = { name: string; node: Node; template: Template };

/** What a call gives, paid for. */
function paid(value: OptionalValue): OptionalValue {
  chargeMade(value);
  return value;
}

function failed(machine: Runtime, error: unknown, { name, node, template }: CallPlace): unknown {
  return machine.failed(error, name, template, node);
}

/** A call without arguments. */
export function callNone(run: Call, place: CallPlace): Eval {
  return (machine) => {
    try {
      return paid(run(machine.host));
    } catch (error) {
      throw failed(machine, error, place);
    }
  };
}

/** A call with one argument. */
export function callOne(run: Call, a: Arg, place: CallPlace): Eval {
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
export function callTwo(run: Call, a: Arg, b: Arg, place: CallPlace): Eval {
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
export function callPiped(run: Call, a: Arg, final: Eval, check: Check, place: CallPlace): Eval {
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
export function callMany(run: Call, operands: readonly Arg[], check: Check | undefined, place: CallPlace): Eval {
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
