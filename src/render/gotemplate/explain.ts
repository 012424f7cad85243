/**
 * Makes the error for the user when a template fails: Go's message, the position, the calls that led there, which value was
 * missing, and hints.
 */
import { pathText } from '../../chart/path-text.ts';
import { PkgError } from '../../errors.ts';
import type { Excerpt, Position } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { nearest } from '../../nearest.ts';
import { booleanKeyHint } from '../../chart/boolean-keys.ts';
import { ValueError } from '../../chart/value-error.ts';
import { makesSecret, tplExcerpt } from '../excerpt.ts';
import { ChartMessage, TplSyntaxError } from './exec-errors.ts';
import type { CallFrame, ExecError } from './exec-errors.ts';
import { callHint, notAMap, pathOfNotAMap } from './exec-hints.ts';
import { TPL_FILE } from './known-functions.ts';
import { printNode } from './node.ts';
import { positionOf } from './template.ts';
import type { AstNode } from './node.ts';
import type { ChartScope } from './scope.ts';
import { syntaxHints } from './syntax-hints.ts';
import { OF_ROOT } from './syntax-mistakes.ts';
import { quoteGo } from '../functions/quote.ts';
import { decodeText, encodeText, entriesOf, TypedMap, typeOf } from './value.ts';
import type { GoMap, GoValue, OptionalValue } from './value.ts';
import { pathIn } from './value-path.ts';
import { valuesNamed, wrongValue } from './wrong-values.ts';

/** So many calls are shown: an endless recursion has thousands. */
const SHOWN_FRAMES = 8;
const SHOWN_EXPRESSION = 160;

/**
 * Converts an error of running a template.
 *
 * @param scope the chart whose file was rendered
 * @param names of all templates, for a hint where a template is not defined
 */
export function explain(error: ExecError, scope: ChartScope, names: Iterable<string>): PkgError {
  if (error.cause instanceof PkgError) return throughGo(error.cause, error.frames);
  const message = messageOf(error);
  const { at, excerpts, textPath } = whereIs(error, scope);
  const frames = framesOf(error.frames);
  if (error.isLimit) {
    return new PkgError('PKG_TEMPLATE_LIMIT', message, { at, excerpts, notes: frames, cause: error });
  }
  // To a message of the chart's author the expression would add nothing.
  const isMessage = error.cause instanceof ChartMessage;
  const moved = movedDot(error, scope);
  const path = error.missing === undefined || moved !== undefined ? undefined : pathOf(scope, error.missing);
  const wrong = moved === undefined ? notAMap(error) : undefined;
  const values = scope.entries.get('Values') ?? null;
  const unfit = moved === undefined && !isMessage ? wrongValue(error, values) : undefined;
  const note = wrong === undefined ? unfit?.note : `${wrong.expression} is ${wrong.kind}, not a map`;
  const wrongPath = wrong === undefined ? unfit?.path : pathOfNotAMap(error, values);
  const explained = new ValueError('PKG_TEMPLATE_FAILED', message, {
    at,
    excerpts,
    notes: isMessage
      ? frames
      : [
          ...(note === undefined ? [] : [printable(note, SHOWN_EXPRESSION)]),
          `while it evaluates ${expressionOf(error.node)}`,
          ...frames,
        ],
    hints: isMessage
      ? []
      : (moved ??
        (path !== undefined
          ? missingHints(error, path)
          : (wrongKeyHints(unfit, values) ?? hintsFor(error, message, names)))),
    cause: error,
  });
  explained.valuePath = path ?? (wrongPath && inTopValues(wrongPath, scope));
  explained.isMissing = path !== undefined || unfit?.isMissing === true;
  explained.isInTop = true;
  explained.textPath = textPath;
  return explained;
}

/** The error of a native template that a Go template includes, with the calls that led there. */
function throughGo(error: PkgError, frames: readonly CallFrame[]): PkgError {
  const [call] = frames;
  const at = call && positionOf(call.template.source, call.node.pos);
  return ValueError.through(error, at, framesOf(frames));
}

/** A longer text of `tpl` is not quoted in the message, since it is shown as an excerpt. */
const QUOTED_TEXT = 100;

/** Go's message. A text of `tpl` is left out of it where it is long, or made for a Secret. */
function messageOf({ message, template, frames, cause }: ExecError): string {
  if (!(cause instanceof TplSyntaxError)) return decodeText(message);
  const isShown = cause.text.length <= QUOTED_TEXT && !makesSecret((frames.at(-1)?.template ?? template).source.text);
  return decodeText(isShown ? message : message.replace(` ${quoteGo(cause.text)}:`, () => ':'));
}

/**
 * The position of an error. For one in a text of `tpl` it is that of the call in the file, and the text is shown as an
 * excerpt. `textPath` is the path of that text in the values.
 */
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
  // Where a text of `tpl` runs another one, the innermost call is shown.
  const call = frames.find(({ how }) => how === 'tpl');
  return {
    at,
    excerpts: [tplExcerpt(decodeText(template.source.text), positionOf(template.source, node.pos), caller)],
    textPath: call && textPathOf(template.source.text, call.node, scope),
  };
}

/** The path, in the values of the top chart, of a text of `tpl` or of the value that the call makes it of. */
function textPathOf(text: string, call: AstNode, scope: ChartScope): string[] | undefined {
  const values = scope.entries.get('Values') ?? null;
  const path = pathIn(values, text) ?? namedIn(call);
  return path && inTopValues(path, scope);
}

/** The value that the first argument of a `tpl` call names, if it names exactly one below `.Values`. */
function namedIn(call: AstNode): string[] | undefined {
  const text = call.type === 'command' ? call.args[1] : undefined;
  const names = text === undefined ? [] : valuesNamed(text);
  return names.length === 1 ? names[0]?.map(decodeText) : undefined;
}

/**
 * A hint where a key of the root is missing in `.`, which is something else: within `with` or `range`, or in a template
 * that was called with another value.
 */
function movedDot({ node, missing, field, dollar, frames }: ExecError, scope: ChartScope): string[] | undefined {
  if (node.type !== 'field') return undefined;
  const [name = ''] = node.names;
  if (!OF_ROOT.has(name) || (missing?.name ?? field?.name) !== name) return undefined;
  const dot = missing?.map ?? field?.of;
  const path = pathIn(scope.entries.get('Values') ?? null, dot);
  const what = path === undefined ? describe(dot) : readOf('.Values', path);
  const asked = decodeText(printNode(node));
  if (entriesOf(dollar)?.has(name) === true) {
    return [`"." is ${what} here, inside of "with" or "range": write $${asked}, since $ is the root`];
  }
  const [caller] = frames;
  if (caller?.how === 'template' && caller.node.type === 'template' && (caller.node.pipe?.commands.length ?? 0) > 1) {
    return [
      `{{template}} is called with the result of the whole pipeline: to change what it prints, write {{ include ${quoteGo(caller.name)} . | … }}`,
    ];
  }
  return [
    `"." is ${what} here, and so is $, since the template was called with it: pass the root too, as in (dict "root" $ …), and write .root${asked}`,
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
  return [nearName(node, missing) ?? `set ${pathText(path)} to a map, or ask for it with "with" or "dig"`];
}

/** A hint where a value is missing since YAML reads its key as a boolean. */
function wrongKeyHints(unfit: ReturnType<typeof wrongValue>, values: GoValue): string[] | undefined {
  if (unfit?.isMissing !== true || unfit.path === undefined) return undefined;
  const map = unfit.path.slice(0, -1).reduce<OptionalValue>((at, name) => entriesOf(at)?.get(encodeText(name)), values);
  const hint = booleanKeyHint(unfit.path.at(-1) ?? '', entriesOf(map) ?? new Map());
  return hint === undefined ? undefined : [hint];
}

/** A hint with the key of the map that is nearest to the missing one. */
function nearName(node: AstNode, missing: ExecError['missing']): string | undefined {
  if (missing === undefined || (node.type !== 'field' && node.type !== 'variable')) return undefined;
  const others = [...missing.map.keys()].filter((key) => key !== missing.name);
  const near = nearest(missing.name, others);
  const at = node.names.indexOf(missing.name);
  if (near === undefined || at === -1) return undefined;
  const start = node.type === 'variable' ? node.name : '';
  return `did you mean ${readOf(start, [...node.names.slice(0, at), near].map(decodeText))}?`;
}

/** Hints for other errors: for the syntax of a text of `tpl`, and the nearest name where a template is not defined. */
function hintsFor(error: ExecError, message: string, names: Iterable<string>): string[] {
  const { cause, node, missing: name } = error;
  const nearField = nearName(node, name);
  if (nearField !== undefined) return [nearField];
  if (cause instanceof TplSyntaxError) return syntaxHints(cause.text, cause.error);
  if (message.startsWith('nil pointer evaluating ') && /\blookup /.test(expressionOf(node))) {
    return [
      'lookup gives an empty map where there is no such object or no cluster is asked: ask for it with "with" or "dig"',
    ];
  }
  const [, variable] = /^undefined variable: (\$\w+)$/.exec(message) ?? [];
  if (variable !== undefined) return [`declare it by := before: {{ ${variable} := … }}`];
  const ofCall = callHint(error, message);
  if (ofCall !== undefined) return [ofCall];
  const [, missing] = /(?:no template|^template) "([^"]+)" (?:associated|not defined)/.exec(message) ?? [];
  const near = missing === undefined ? undefined : nearest(missing, [...names].map(decodeText));
  return near === undefined ? [] : [`did you mean "${near}"?`];
}

function framesOf(frames: readonly CallFrame[]): string[] {
  const lines = frames.slice(0, SHOWN_FRAMES).map(({ how, name, template, node }) => {
    const { file, line, column } = positionOf(template.source, node.pos);
    const where = file === TPL_FILE ? `line ${line} of a text of tpl` : `${file}:${line}:${column}`;
    const called =
      name === '' ? expressionOf(node) : printable(decodeText(`${how} ${quoteGo(name)}`), SHOWN_EXPRESSION);
    const what = how === 'tpl' ? 'a text of tpl' : called;
    return `in ${what}, called at ${where}`;
  });
  return frames.length > SHOWN_FRAMES ? [...lines, '…'] : lines;
}

/**
 * An expression that reads a path: `.Values.a.b`, and `index .Values.a "b-c" 0` where a name is not an identifier.
 *
 * @param start what the path begins at; empty for the dot
 */
export function readOf(start: string, path: readonly string[]): string {
  const other = path.findIndex((name) => !/^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(name));
  const dotted = [start, ...path.slice(0, other === -1 ? undefined : other)].join('.');
  if (other === -1) return printable(dotted, SHOWN_EXPRESSION);
  const keys = path.slice(other).map((name) => (/^\d+$/.test(name) ? name : JSON.stringify(name)));
  return printable(`index ${dotted || '.'} ${keys.join(' ')}`, SHOWN_EXPRESSION);
}

/** The source of a node on one line, cut where it is long. */
export function expressionOf(node: AstNode): string {
  return printable(decodeText(printNode(node)), SHOWN_EXPRESSION);
}

/** The path, in the values of the top chart, at which a value of the chart is missing. */
function pathOf(scope: ChartScope, missing: { map: GoMap; name: string }): string[] | undefined {
  const values = scope.entries.get('Values');
  const found = values instanceof TypedMap ? pathIn(values.entries, missing.map) : undefined;
  return found && inTopValues([...found, decodeText(missing.name)], scope);
}

/** The path in the values of the top chart for one in the values of a chart. */
function inTopValues(path: readonly string[], { at }: ChartScope): string[] {
  return path[0] === 'global' ? [...path] : [...at, ...path];
}
