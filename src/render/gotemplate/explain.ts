/** What a person is told when a template fails: Go's own words, where it happened, how it came there, and which value was missing. */
import { PkgError } from '../../errors.ts';
import type { Excerpt, Position } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { nearest } from '../../nearest.ts';
import { booleanKeyHint } from '../../chart/boolean-keys.ts';
import { ValueFault } from '../../chart/value-fault.ts';
import { makesSecret, tplExcerpt } from '../excerpt.ts';
import { ChartMessage, TplSyntaxError } from './exec-errors.ts';
import type { CallFrame, ExecError } from './exec-errors.ts';
import { TPL_FILE } from './known-functions.ts';
import { printNode } from './node.ts';
import { positionOf } from './template.ts';
import type { AstNode, Operand } from './node.ts';
import type { ChartScope } from './scope.ts';
import { syntaxHints } from './syntax-hints.ts';
import { quoteGo } from '../functions/quote.ts';
import { decodeText, entriesOf, TypedMap, typeOf } from './value.ts';
import type { GoMap, OptionalValue } from './value.ts';
import { pathIn } from './value-path.ts';

/** A runaway recursion has thousands of callers. */
const SHOWN_FRAMES = 8;
const SHOWN_EXPRESSION = 160;

/**
 * Makes the error of a error in a template of a chart.
 *
 * @param names of all templates, for a hint where one is not there
 */
export function explain(error: ExecError, scope: ChartScope, names: Iterable<string>): PkgError {
  const message = messageOf(error);
  const { at, excerpts, textPath } = whereIs(error, scope);
  const frames = framesOf(error.frames);
  if (error.isLimit) {
    return new PkgError('PKG_TEMPLATE_LIMIT', message, { at, excerpts, notes: frames, cause: error });
  }
  // What the chart's author says to its user needs no expression beside it.
  const isMessage = error.cause instanceof ChartMessage;
  const moved = movedDot(error, scope);
  const path = error.missing === undefined || moved !== undefined ? undefined : pathOf(scope, error.missing);
  const explained = new ValueFault('PKG_TEMPLATE_FAILED', message, {
    at,
    excerpts,
    notes: isMessage ? frames : [`while it evaluates ${expressionOf(error.node)}`, ...frames],
    hints: isMessage
      ? []
      : (moved ?? (path === undefined ? hintsFor(error, message, names) : missingHints(error, path))),
    cause: error,
  });
  explained.valuePath = path;
  explained.isMissing = path !== undefined;
  explained.textPath = textPath;
  return explained;
}

/** A longer text is not read in a message: it is shown in lines. */
const QUOTED_TEXT = 100;

/** What Go says, but not all of a long text that is no template, and nothing of one for a Secret. */
function messageOf({ message, template, frames, cause }: ExecError): string {
  if (!(cause instanceof TplSyntaxError)) return decodeText(message);
  const isShown = cause.text.length <= QUOTED_TEXT && !makesSecret((frames.at(-1)?.template ?? template).source.text);
  return decodeText(isShown ? message : message.replace(` ${quoteGo(cause.text)}:`, () => ':'));
}

/** Where a error is: what is in a text of `tpl` is in the file that runs it, and in the text. */
function whereIs(
  error: ExecError,
  scope: ChartScope,
): { at: Position; excerpts: Excerpt[]; textPath: string[] | undefined } {
  const { template, node, frames, cause } = error;
  const isText = template.source.file === TPL_FILE;
  const calling = isText ? frames.find((frame) => frame.template.source.file !== TPL_FILE) : error;
  const at = positionOf((calling ?? error).template.source, (calling ?? error).node.pos);
  const caller = (frames.at(-1) ?? error).template.source.text;
  if (cause instanceof TplSyntaxError) {
    const { line = 1, column } = cause.error.at ?? {};
    const excerpt = tplExcerpt(decodeText(cause.text), { line, column }, caller);
    return { at, excerpts: [excerpt], textPath: textPathOf(cause.text, node, scope) };
  }
  if (!isText) return { at, excerpts: [], textPath: undefined };
  // Of texts that run texts it is the innermost that says something.
  const call = frames.find(({ how }) => how === 'tpl');
  return {
    at,
    excerpts: [tplExcerpt(decodeText(template.source.text), positionOf(template.source, node.pos), caller)],
    textPath: call && textPathOf(template.source.text, call.node, scope),
  };
}

/** The path of a text in the values of the top chart: of the text itself, or of what a call makes it from. */
function textPathOf(text: string, call: AstNode, scope: ChartScope): string[] | undefined {
  const values = scope.entries.get('Values') ?? null;
  const path = pathIn(values, text) ?? namedIn(call);
  return path && inTopValues(path, scope);
}

/** What the text of a call of `tpl` names below `.Values`, where that is one thing only. */
function namedIn(call: AstNode): string[] | undefined {
  const text = call.type === 'command' ? call.args[1] : undefined;
  const names = text === undefined ? [] : valuesNamed(text);
  return names.length === 1 ? names[0]?.map(decodeText) : undefined;
}

function valuesNamed(operand: Operand): string[][] {
  if (operand.type === 'pipe') return operand.commands.flatMap(({ args }) => args.flatMap(valuesNamed));
  if (operand.type !== 'field' && operand.type !== 'variable') return [];
  return operand.names[0] === 'Values' && operand.names.length > 1 ? [operand.names.slice(1)] : [];
}

/** What only the root knows. */
const OF_ROOT: ReadonlySet<string> = new Set([
  'Values',
  'Release',
  'Chart',
  'Capabilities',
  'Files',
  'Template',
  'Subcharts',
]);

/** What to do where `.` is asked for what only the root knows: inside of a block, or of a template that got something else. */
function movedDot({ node, missing, field, dollar }: ExecError, scope: ChartScope): string[] | undefined {
  if (node.type !== 'field') return undefined;
  const [name = ''] = node.names;
  if (!OF_ROOT.has(name) || (missing?.name ?? field?.name) !== name) return undefined;
  const dot = missing?.map ?? field?.of;
  const path = pathIn(scope.entries.get('Values') ?? null, dot);
  const what = path === undefined ? describe(dot) : ['.Values', ...path].join('.');
  const asked = decodeText(printNode(node));
  if (entriesOf(dollar)?.has(name) === true) {
    return [`"." is ${what} here, inside of "with" or "range": write $${asked}, for $ is the root`];
  }
  return [
    `"." is ${what} here, for the template was called with it, and so is $: call it with the root too, as in (dict "root" $ …), and write .root${asked}`,
  ];
}

function describe(value: OptionalValue): string {
  const type = typeOf(value ?? null);
  return type === 'string'
    ? 'a text'
    : type.startsWith('map')
      ? 'another map'
      : type.startsWith('[]')
        ? 'a list'
        : `a value of type ${type}`;
}

function missingHints({ node, missing }: ExecError, path: readonly string[]): string[] {
  const wrongKey = missing && booleanKeyHint(missing.name, missing.map);
  if (wrongKey !== undefined) return [wrongKey];
  return [nearName(node, missing) ?? `set ${path.join('.')} to a map, or ask for it with "with" or "dig"`];
}

/** The same expression with the nearest name that is there. */
function nearName(node: AstNode, missing: ExecError['missing']): string | undefined {
  if (missing === undefined || (node.type !== 'field' && node.type !== 'variable')) return undefined;
  const others = [...missing.map.keys()].filter((key) => key !== missing.name);
  const near = nearest(missing.name, others);
  const at = node.names.indexOf(missing.name);
  if (near === undefined || at === -1) return undefined;
  const start = node.type === 'variable' ? node.name : '';
  return `did you mean ${decodeText(`${start}.${[...node.names.slice(0, at), near].join('.')}`)}?`;
}

/** What to do about a text that cannot be parsed; the nearest name to that of a template that is not there. */
function hintsFor({ cause, node, missing: name }: ExecError, message: string, names: Iterable<string>): string[] {
  const nearField = nearName(node, name);
  if (nearField !== undefined) return [nearField];
  if (cause instanceof TplSyntaxError) return syntaxHints(cause.text, cause.error);
  const [, missing] = /(?:no template|^template) "([^"]+)" (?:associated|not defined)/.exec(message) ?? [];
  const near = missing === undefined ? undefined : nearest(missing, [...names].map(decodeText));
  return near === undefined ? [] : [`did you mean "${near}"?`];
}

function framesOf(frames: readonly CallFrame[]): string[] {
  const lines = frames.slice(0, SHOWN_FRAMES).map(({ how, name, template, node }) => {
    const { file, line, column } = positionOf(template.source, node.pos);
    const called =
      name === '' ? expressionOf(node) : printable(decodeText(`${how} ${quoteGo(name)}`), SHOWN_EXPRESSION);
    const what = how === 'tpl' ? 'a text of tpl' : called;
    return `in ${what}, called at ${file}:${line}:${column}`;
  });
  return frames.length > SHOWN_FRAMES ? [...lines, '…'] : lines;
}

/** A part of a template as it is written, on one line. */
export function expressionOf(node: AstNode): string {
  return printable(decodeText(printNode(node)), SHOWN_EXPRESSION);
}

/** Where a value of a chart is missing: its path from the values of the top chart. */
function pathOf(scope: ChartScope, missing: { map: GoMap; name: string }): string[] | undefined {
  const values = scope.entries.get('Values');
  const found = values instanceof TypedMap ? pathIn(values.entries, missing.map) : undefined;
  return found && inTopValues([...found, decodeText(missing.name)], scope);
}

/** Of a path in the values of a chart that in those of the top chart. */
function inTopValues(path: readonly string[], { at }: ChartScope): string[] {
  return path[0] === 'global' ? [...path] : [...at, ...path];
}
