/** The variables of templates: `$x := …` declares one, `$x = …` sets it. */
import { charge } from '../functions/limits.ts';
import { ExecError } from './exec-errors.ts';
import type { AstNode, Pipe, VariableNode } from './node.ts';
import type { Eval, Runtime, Template } from './template.ts';
import type { OptionalValue } from './value.ts';

/** Going through more variables to find one is charged for; going through fewer is part of the step. */
const MANY = 100;

/** Compiles a pipeline that sets variables to its value. */
export function assigning(value: Eval, pipe: Pipe, template: Template): Eval {
  return (machine, dot) => {
    const result = value(machine, dot);
    for (const variable of pipe.variables) assignVariable(machine, variable, result, pipe, template);
    return result;
  };
}

/** Compiles a pipeline that declares variables with its value. */
export function declaring(value: Eval, variables: readonly string[]): Eval {
  return (machine, dot) => {
    const result = value(machine, dot);
    for (let index = 0; index < variables.length; index++) {
      machine.names.push(variables[index] as string);
      machine.values.push(result);
    }
    return result;
  };
}

/** Sets the innermost variable with a name. @throws {ExecError} for an unknown name */
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

/** Compiles the value of a variable, without the fields that may follow it. */
export function compileVariable(node: VariableNode, template: Template): Eval {
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
