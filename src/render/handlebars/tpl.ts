/** `tpl` and `goTpl`: run texts of values as templates, single texts or all those in a map or a list. */
import { PkgError } from '../../errors.ts';
import { ValueError } from '../../chart/value-error.ts';
import { printJson } from '../../yaml/json.ts';
import { isMap, toPlain } from '../../yaml/value.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import { tplExcerpt } from '../excerpt.ts';
import { chargeWalk } from '../functions/limits.ts';
import type { Expression, Mustache, Sub } from './ast.ts';
import type { CallIdentity, Evaluator, Frame } from './evaluation.ts';
import { missingName } from './absence.ts';
import { callInFile, describeCalls, positionIn } from './template-error.ts';
import { ABSENT } from './helpers/types.ts';
import type { Argument } from './helpers/types.ts';
import type { Output } from './output.ts';
import { enterBody } from './run-partial.ts';
import { isPartialFile } from './ast.ts';
import { valuePathOf } from './scope.ts';
import type { Item, Provenance, Scope } from './scope.ts';
import { isEmptyValue, typeName, valueText } from './text.ts';

/** A call of `tpl` or `goTpl`. */
type TplCall = {
  evaluator: Evaluator;
  name: 'tpl' | 'goTpl';
  node: Mustache | Sub;
  param: Expression | undefined;
  context: Item;
  provenance: Provenance | undefined;
  scope: Scope;
  frame: Frame;
};

/**
 * `tpl value [context]`: runs a text as a template, and gives its output. In a map or a list it runs each text, also
 * keys; there a text that is one mustache becomes the value of that, with its type. `goTpl` runs Go templates, which
 * give texts only.
 *
 * @throws {PkgError} for errors in a text, at the call and in the text
 */
export function evaluateTexts(
  evaluator: Evaluator,
  name: 'tpl' | 'goTpl',
  node: Mustache | Sub,
  scope: Scope,
  frame: Frame,
): Argument {
  const [param, contextParam, ...more] = node.params;
  const value = param === undefined ? ABSENT : evaluator.expression(param, scope, frame);
  const isFine =
    value !== ABSENT && value !== null && more.length === 0 && (name === 'tpl' || contextParam === undefined);
  if (value === ABSENT && param?.type === 'PathExpression') {
    throw missingName(evaluator, param, scope, frame);
  }
  if (!isFine) {
    const message = `${name} takes a text, a map or a list, and this is ${typeName(value)}`;
    throw evaluator.error('PKG_TEMPLATE_HELPER', message, node.loc, frame, {
      hints: [name === 'tpl' ? 'write (tpl values.x) or (tpl values.x this)' : 'write (goTpl values.x)'],
      valuePath: param && valuePathOf(param, scope),
    });
  }
  const context = contextParam === undefined ? scope.context : evaluator.item(contextParam, scope, frame);
  const provenance = contextParam === undefined ? scope.provenance : { scope, expression: contextParam };
  const call: TplCall = { evaluator, name, node, param, context, provenance, scope, frame };
  if (typeof value === 'string') return textOf(call, value, []);
  chargeWalk(value);
  return structureOf(call, value, []);
}

function structureOf(call: TplCall, value: Value, path: readonly string[]): Argument {
  if (typeof value === 'string') return call.name === 'tpl' ? valueOf(call, value, path) : textOf(call, value, path);
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => {
      const made = structureOf(call, item, [...path, String(index)]);
      return made === ABSENT ? [] : [made];
    });
  }
  if (!isMap(value)) return value;
  const map: ValueMap = new Map();
  for (const [key, item] of value) {
    const name = textOf(call, key, [...path, key]);
    if (map.has(name)) {
      const { evaluator, node, param, scope, frame } = call;
      const valuePath = param && valuePathOf(param, scope);
      throw evaluator.error('PKG_TEMPLATE_SLOT', `${call.name} gives the key ${name} twice`, node.loc, frame, {
        valuePath: valuePath && [...valuePath, ...path, key],
      });
    }
    const made = structureOf(call, item, [...path, key]);
    if (made !== ABSENT) map.set(name, made);
  }
  return map;
}

/** The output of a text as a template. */
function textOf(call: TplCall, text: string, path: readonly string[]): string {
  // Most texts have no mustaches.
  if (!text.includes('{{')) return text;
  if (call.name === 'goTpl') return goText(call, text, path);
  const output = call.evaluator.textOutput();
  run(call, text, path, output);
  return output.toString();
}

/** The output of a text, or the value of its only mustache. */
function valueOf(call: TplCall, text: string, path: readonly string[]): Argument {
  if (!text.includes('{{')) return text;
  const { host } = call.evaluator;
  const output = call.evaluator.structureOutput();
  run(call, text, path, output);
  const [only, ...more] = output.parts;
  if (typeof only === 'number' && more.length === 0) {
    const { kind, value, printed } = host.slots.at(only);
    if (printed !== undefined) return host.structure(printed)[0] ?? ABSENT;
    return kind === 'o' && isEmptyValue(value) ? ABSENT : value;
  }
  return printedText(output);
}

/** The text of an output of structure. */
export function printedText(output: Output): string {
  return output.asText(({ value, printed }) => {
    if (printed !== undefined) return printedText(printed).replace(/\r?\n$/, '');
    return value === ABSENT ? '' : valueText(value);
  });
}

function run(call: TplCall, text: string, path: readonly string[], output: Output): void {
  const { evaluator, node, context, provenance, scope, frame } = call;
  const template = parseText(call, text, path);
  const named = { ...template, name: `${template.name}#tpl`, text: { path: () => textPath(call, path) } };
  const body = { program: template.program, template: named, scope: undefined };
  const identity = identityOfText(evaluator, text, template.firstName, scope, frame);
  enterBody(evaluator, { body, what: 'tpl', node, context, provenance, identity }, scope, frame, output);
}

function textPath({ param, scope }: TplCall, path: readonly string[]): readonly string[] | undefined {
  const start = param && valuePathOf(param, scope);
  return start && [...start, ...path];
}

function goText(call: TplCall, text: string, path: readonly string[]): string {
  const { evaluator, node, scope, frame } = call;
  try {
    const printed = evaluator.host.goText(text, evaluator.identify(frame, scope, 'goTpl').identity);
    if (printed === undefined) throw new Error('goTpl without Go templates');
    return printed;
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    const { line, column = 1 } = error.at ?? {};
    throw errorOfText(call, error, path, {
      at: positionIn(frame.template, node.loc),
      excerpts:
        error.excerpts.length > 0 || line === undefined
          ? error.excerpts
          : [tplExcerpt(text, { line, column }, frame.template.source)],
      notes: describeCalls({ what: 'goTpl', template: frame.template, loc: node.loc, outer: frame.calls }),
    });
  }
}

function errorOfText(
  call: TplCall,
  error: PkgError,
  path: readonly string[],
  details: Pick<PkgError, 'at' | 'excerpts' | 'notes'>,
): ValueError {
  const { at, ...rest } = details;
  const inCall = new ValueError(error.code, error.message, {
    ...rest,
    ...(at && { at }),
    hints: error.hints,
    cause: error,
  });
  inCall.textPath = textPath(call, path);
  return inCall;
}

/** The arguments as part of a call's identity: up to 80 characters as JSON, longer ones as a digest. */
export function argsText(args: readonly Argument[]): string {
  for (const arg of args) if (arg !== ABSENT) chargeWalk(arg);
  const text = args.map((arg) => (arg === ABSENT ? '' : printJson(toPlain(arg)))).join(',');
  if (text.length <= 80) return text;
  // Loading node:crypto takes 6 ms, so it waits for the first long argument.
  return `sha256:${process.getBuiltinModule('node:crypto').hash('sha256', text)}`;
}

/**
 * The identity of a run of a text: the position and number of the call, and the text. Earlier versions of pkg took the
 * file that had first called `tpl` with this text, and gave all texts of one file the same identity.
 */
function identityOfText(
  evaluator: Evaluator,
  text: string,
  firstName: string,
  scope: Scope,
  frame: Frame,
): CallIdentity {
  const { identity } = evaluator.identify(frame, scope, `tpl(${argsText([text])})`);
  const inPartial = evaluator.identify(frame, scope, 'tpl');
  const earlier = isPartialFile(firstName) ? (inPartial.earlier ?? inPartial.identity) : `${firstName}#tpl`;
  return { identity, earlier };
}

/**
 * Parses a text.
 *
 * @throws {ValueError} for a syntax error, with the call of `tpl` and the path of the text in the values
 */
function parseText(call: TplCall, text: string, path: readonly string[]): ReturnType<Evaluator['host']['parseText']> {
  const { evaluator, node, frame } = call;
  try {
    // A text that runs another one has this suffix already.
    const file = frame.template.file.replace(/ \(tpl\)$/, '');
    return evaluator.host.parseText(text, frame.template.name, `${file} (tpl)`);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    const calls = { what: 'tpl', template: frame.template, loc: node.loc, outer: frame.calls };
    const { line, column = 1 } = error.at ?? {};
    const inFile = callInFile(calls) ?? calls;
    throw errorOfText(call, error, path, {
      at: positionIn(inFile.template, inFile.loc),
      excerpts: line === undefined ? [] : [tplExcerpt(text, { line, column }, inFile.template.source)],
      notes: describeCalls(calls),
    });
  }
}
