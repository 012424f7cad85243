/** Constants in templates. They have no type of their own: as an argument, a constant takes the type of the parameter. */
import { CHECKS } from './checks.ts';
import type { Arg } from './checks.ts';
import { ExecError } from './exec-errors.ts';
import { PARAM_TYPES } from './functions/param-types.ts';
import type { Param } from './functions/param-types.ts';
import { GoInt, int } from './int.ts';
import { printNode } from './node.ts';
import type { AstNode, BoolNode, NilNode, NumberNode, StringNode } from './node.ts';
import type { Eval, Template } from './template.ts';
import { GoComplex } from './value.ts';

/** A constant. */
export type ConstantOperand = NilNode | StringNode | BoolNode | NumberNode;

/** Compiles a constant as an argument for a parameter; the result throws Go's error when they do not fit. */
export function compileConstantArg(node: ConstantOperand, param: Param, template: Template): Arg {
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
    case 'bool': {
      const { value } = node;
      return isAny || param === node.type ? () => value : mismatched(node, param, template);
    }
    case 'number':
      return isAny ? compileNumber(node, template) : numberArg(node, param, template);
  }
}

function numberArg(node: NumberNode, param: Param, template: Template): Arg {
  const { integer, float } = node;
  if (param === 'int' && integer !== undefined) return () => Number(integer);
  if ((param === 'int64' || param === 'time.Duration') && integer !== undefined) {
    const value = new GoInt('int64', integer);
    return () => value;
  }
  // As in Go, only the lower 32 bits count.
  if (param === 'uint32' && integer !== undefined && integer >= 0) return () => Number(integer) % 2 ** 32;
  if (param === 'float64' && float !== undefined) return () => float;
  return mismatched(node, param, template);
}

/** Compiles a number whose type nothing decides: it is an int, or a float64 if it has a point or an exponent. */
export function compileNumber(node: NumberNode, template: Template): Eval {
  const { text, integer, float, complex } = node;
  if (complex !== undefined) {
    const value = new GoComplex(...complex);
    return () => value;
  }
  if (integer !== undefined && String(integer) === text) {
    const value = int(integer);
    return () => value;
  }
  const isHexInteger = /^0[xX]/.test(text) && !/[pP]/.test(text);
  if (float !== undefined && !isHexInteger && !text.startsWith("'") && /[.eEpP]/.test(text)) return () => float;
  if (integer === undefined) return failing(`${text} overflows int`, node, template);
  const value = int(integer);
  return () => value;
}

/** What Go's errors call the constants that a type of parameter takes. */
const EXPECTED: Readonly<Partial<Record<Param, string>>> = {
  bool: 'bool',
  string: 'string',
  int: 'integer',
  int64: 'integer',
  float64: 'float',
  uint32: 'unsigned integer',
  'time.Duration': 'integer',
};

function mismatched(node: ConstantOperand, param: Param, template: Template): () => never {
  const expected = EXPECTED[param];
  const message =
    expected === undefined
      ? `can't handle ${printNode(node)} for arg of type ${PARAM_TYPES[param]}`
      : `expected ${expected}; found ${printNode(node)}`;
  return failing(message, node, template);
}

/** Compiles an error that Go reports only where the template runs. */
export function failing(message: string, node: AstNode, template: Template): () => never {
  return () => {
    throw new ExecError(message, template, node);
  };
}
