/**
 * Makes the error for the user when a template prints a document that is not YAML: the lines around the position, the
 * part of the template that printed them, and the value that it printed.
 */
import { PkgError } from '../../errors.ts';
import type { Position } from '../../errors.ts';
import { ValueError } from '../../chart/value-error.ts';
import { parseYaml } from '../../yaml/read.ts';
import { isMap } from '../../yaml/value.ts';
import type { ValueMap } from '../../yaml/value.ts';
import { documentHead } from '../../yaml/head.ts';
import { excerptOf, tplExcerpt } from '../excerpt.ts';
import type { GoInput } from './engine.ts';
import type { NotYaml } from './manifests.ts';
import { expressionOf, readOf } from './explain.ts';
import { printedByGo } from './follow-value.ts';
import { TPL_FILE } from './known-functions.ts';
import { inTopValues, offsetIn, PrintOrigins, valueOf } from './print-origin.ts';
import type { Pipe } from './node.ts';
import type { PrintedSpan, Step, TemplateRun } from './trace.ts';
import { positionOf } from './template.ts';
import { quoteGo } from '../functions/quote.ts';
import { decodeText } from './value.ts';
import type { GoValue } from './value.ts';
import { hasText, pathIn, valuesOf } from './value-path.ts';

/**
 * Adds to the error what can be found out by rendering once more and recording what each part of the templates prints.
 *
 * @param input what was rendered
 * @param freshValues gives a fresh copy of the values
 */
export async function explainNotYaml(
  error: NotYaml,
  input: Omit<GoInput, 'values'>,
  freshValues: () => ValueMap,
): Promise<PkgError> {
  const { text, document, cause, message } = error;
  const margin = marginError(document, cause);
  const position = margin ?? positionIn(document, cause);
  const start = text.text.indexOf(document);
  if (position === undefined || start === -1) return error;
  const { line } = position;
  const file = decodeText(text.source);
  const before = text.text.slice(0, start).split('\n').length - 1;
  const where = before === 0 ? '' : `, in the document that begins in line ${before + 1} of it`;
  const printed = excerptOf(decodeText(document), position, `what ${file} prints${where}:`);
  const at = start + offsetIn(document, line, position.column);
  const found = await new PrintOrigins(input, freshValues).find(text, at, margin !== undefined);
  const marginHints = margin === undefined ? undefined : [margin.hint];
  if (found === undefined) {
    const details = {
      at: { file: text.file },
      notes: error.notes,
      hints: [...(marginHints ?? []), ...error.hints],
      excerpts: [printed],
      cause: error,
    };
    return new PkgError('PKG_TEMPLATE_YAML', message, details);
  }
  const { run, steps, step } = found;
  const inFile = steps.findLast(({ position }) => position.file !== TPL_FILE) ?? step;
  const { span } = step;
  const isText = step.position.file === TPL_FILE;
  const apart = marginHints === undefined ? findApart(steps, document, line) : undefined;
  const tplText = span.template.source.text;
  const explained = new ValueError('PKG_TEMPLATE_YAML', message, {
    at: apart?.at ?? inFile.position,
    excerpts: isText
      ? [printed, tplExcerpt(decodeText(tplText), step.position, inFile.span.template.source.text)]
      : [printed],
    notes: [...error.notes, ...notesOf(steps, apart?.step ?? inFile)],
    hints: [
      ...(marginHints ??
        (apart && [apart.hint]) ??
        joinedHints(step, document, line) ??
        goPrintedHints(steps) ??
        braceHints(document, line) ??
        orElse(quoteHints(step, document, line), () => deeperHints(document.split('\n'), line))),
      ...error.hints,
    ],
    cause: error,
  });
  explained.valuePath = valueOf(text, found);
  if (isText) explained.textPath = inTopValues(text.source, pathIn(valuesOf(run.data) ?? null, tplText));
  return explained;
}

/**
 * The position at which a document is not YAML. An error at its end is reported for its last line that is not empty.
 */
function positionIn(document: string, cause: unknown): { line: number; column: number } | undefined {
  const { line, column } = (cause instanceof PkgError ? cause.at : undefined) ?? {};
  if (line === undefined || column === undefined) return undefined;
  if (document.slice(offsetIn(document, line, column)).trim() !== '') return { line, column };
  const lines = decodeText(document).trimEnd().split('\n');
  return { line: lines.length, column: Math.max(1, lines.at(-1)?.length ?? 0) };
}

/** The calls from the file to the innermost template. */
function notesOf(steps: readonly Step[], inFile: Step): string[] {
  const from = steps.indexOf(inFile);
  return steps
    .slice(0, from)
    .toReversed()
    .map(({ span, position: { file, line, column } }) => {
      return `in ${expressionOf(span.node)}, called at ${file}:${line}:${column}`;
    });
}

/**
 * Hints to quote a value or a line. Each is tried, and given only if the document is YAML then, at least beyond the
 * line.
 */
function quoteHints({ span, run }: Step, document: string, line: number): string[] {
  const start = offsetIn(document, line, 1);
  const end = `${document}\n`.indexOf('\n', start);
  const value = run.text.slice(span.from, span.to).trim();
  const isFixed = (from: number, to: number): boolean => {
    const quoted = document.slice(0, from) + quoteGo(document.slice(from, to)) + document.slice(to);
    return readsBeyond(quoted, line);
  };
  if (span.node.type === 'action' && value !== '') {
    const { pipe } = span.node;
    const expression = expressionOf(pipe);
    let at = document.indexOf(value, Math.max(0, start - value.length));
    for (; at !== -1 && at < end; at = document.indexOf(value, at + 1)) {
      const to = at + value.length;
      const before = document.slice(document.lastIndexOf('\n', at - 1) + 1, at);
      const after = document.slice(to, `${document}\n`.indexOf('\n', to));
      if (/(?:[:\-?,] +|[[{] *)$/.test(before) && /^\s*(?:$|[,\]}])|^\s+#/.test(after) && isFixed(at, to)) {
        return [`quote it: {{ ${expression} | quote }}`];
      }
      const [mark] = /["']$/.exec(before) ?? [];
      if (mark !== undefined && after.startsWith(mark)) {
        const quoted = document.slice(0, at - 1) + quoteGo(value) + document.slice(to + 1);
        if (readsBeyond(quoted, line)) {
          return [
            `let quote write the quotes: {{ ${expression} | quote }} instead of ${mark}{{ ${expression} }}${mark}`,
          ];
        }
      }
    }
  }
  const [, key, rest] = /^(\s*(?:- +)*[\w./-]+: +)([^\s"'|>&*!].*)$/.exec(document.slice(start, end).trimEnd()) ?? [];
  if (key === undefined || rest === undefined) return [];
  const from = start + key.length;
  return isFixed(from, from + rest.length) ? ['put quotes around the whole text of this line'] : [];
}

/**
 * A tab or a no-break space in the margin of the line of the error, or of the line before, in which YAML notices it
 * only later; undefined where there is none.
 */
function marginError(document: string, cause: unknown): { line: number; column: number; hint: string } | undefined {
  if (!(cause instanceof PkgError) || cause.at?.line === undefined) return undefined;
  const { line } = cause.at;
  const lines = document.split('\n');
  for (const at of [line, line - 1]) {
    const written = lines[at - 1] ?? '';
    const [margin = '', blanks, wrong] = /^( *)(\t|\xc2\xa0)[\t \xc2\xa0]*/.exec(written) ?? [];
    if (blanks === undefined) continue;
    // In a block text a tab may be meant: it is wrong only if the document is YAML without it.
    const mended = margin.replaceAll('\t', '  ').replaceAll('\xc2\xa0', ' ') + written.slice(margin.length);
    const isCause = cause.message.endsWith('cannot start any token') && at === line;
    if (!isCause && !readsBeyond(lines.with(at - 1, mended).join('\n'), line)) continue;
    const hint =
      wrong === '\t'
        ? 'indent the line with spaces: YAML has no tabs'
        : 'indent the line with plain spaces: this is a no-break space';
    return { line: at, column: blanks.length + 1, hint };
  }
  return undefined;
}

/** Hints where a format did not fit its value, and where the line break between two keys was removed. */
function joinedHints(step: Step, document: string, line: number): string[] | undefined {
  const { span, run } = step;
  const [, verb, type] = /%!(\w)\((\w+)=/.exec(run.text.slice(span.from, span.to)) ?? [];
  if (verb !== undefined && type !== undefined) {
    return [
      verb === 'd' && type === 'float64'
        ? '%d prints whole numbers, and a number of the values is a float: give printf the value as (int …)'
        : `%${verb} does not print a ${type}: use %v`,
    ];
  }
  const lines = document.split('\n');
  for (const at of [line, line - 1]) {
    const [, first, second] = /^\s*([\w-]+:)([\w-]+:)(?:\s|$)/.exec(lines[at - 1] ?? '') ?? [];
    if (first !== undefined && /-\}\}/.test(span.template.source.text)) {
      return [`"${first}" and "${second}" are in one line: "-}}" removes the line break behind it`];
    }
  }
  return trimmedHints(step, document, line);
}

/**
 * A hint where `-}}` has joined the line with the one before it. It is tried: with the white space that was removed the
 * document has to be YAML, at least beyond the line.
 */
function trimmedHints({ span, run }: Step, document: string, line: number): string[] | undefined {
  const start = offsetIn(document, line, 1);
  const end = `${document}\n`.indexOf('\n', start);
  const { text } = span.template.source;
  for (const { node, template, from, to } of run.spans) {
    if (node.type !== 'text' || template !== span.template) continue;
    const at = Math.max(node.pos, text.indexOf(node.text, node.pos));
    const [, removed] = /-\}\}(\s*\n\s*)$/.exec(text.slice(Math.max(0, at - 200), at)) ?? [];
    const [own = ''] = run.text.slice(from, to).split('\n');
    const joined = start + (own.trim() === '' ? 0 : document.slice(start, end).indexOf(own));
    if (removed === undefined || document.slice(start, joined).trim() === '') continue;
    if (!readsBeyond(document.slice(0, joined) + removed + document.slice(joined), line + 1)) continue;
    const of = text.slice(0, at - removed.length).split('\n').length;
    return [`the "-}}" in line ${of} of the template removes the line break behind it: write "}}"`];
  }
  return undefined;
}

/** A hint for braces of an action that lacks one, and for tags of other languages. */
function braceHints(document: string, line: number): string[] | undefined {
  // Cut, since the patterns take quadratic time.
  const written = (document.split('\n')[line - 1] ?? '').slice(0, 500);
  if (/\{%.*%\}/.test(written)) return ['{% … %} is not of Go templates: a block is {{ if … }} … {{ end }}'];
  const isHalf = /(?:^|[^{]) *\{-? *[.$][\w.$]+[^{}]*\}\}?/.test(written);
  return isHalf ? ['an action has two braces on both sides: {{ … }}'] : undefined;
}

function orElse(hints: string[], others: () => string[]): string[] {
  return hints.length > 0 ? hints : others();
}

/** A hint for a line that is indented more than the one before, which has a value already. Tried out, too. */
function deeperHints(lines: readonly string[], line: number): string[] {
  const written = lines[line - 1] ?? '';
  const [, before] = /^(\s*(?:- +)*)[^\s#:-][^:]*: +[^\s|>&{["'#]/.exec(lines[line - 2] ?? '') ?? [];
  if (before === undefined || written.search(/\S/) <= before.length) return [];
  const mended = lines.with(line - 1, ' '.repeat(before.length) + written.trimStart());
  if (!readsBeyond(mended.join('\n'), line)) return [];
  return ['it is indented more than the line before, which has a value already'];
}

/** A hint where a map or a list stands in a text, in Go's notation. */
function goPrintedHints(steps: readonly Step[]): string[] | undefined {
  const step = steps.at(-1);
  const found = step && printedByGo(steps, step.run.text.slice(step.span.from, step.span.to));
  return found && [`${readOf('.Values', found.path)} is a ${found.kind}: give a text, or print it by toYaml`];
}

/**
 * What is printed behind a key, as in `a: {{ toYaml .Values.map }}`, and has to be on lines of its own, with its
 * position. Tried out as {@link quoteHints} are.
 */
function findApart(
  steps: readonly Step[],
  document: string,
  line: number,
): { hint: string; at: Position | undefined; step: Step } | undefined {
  for (const step of steps.toReversed()) {
    const { span, run } = step;
    // Lines of a value that are not indented are noticed at what follows them.
    const before = run.spans[run.spans.indexOf(span) - 1];
    const printed = span.node.type === 'text' && before !== undefined ? before : span;
    const hint = apartHint(printed, run, document, line);
    if (hint === undefined || isTextOf(valuesOf(steps[0]?.run.data), run.text.slice(printed.from, printed.to)))
      continue;
    const at = positionOf(printed.template.source, printed.node.pos);
    return { hint, at: at.file === TPL_FILE ? undefined : at, step };
  }
  return undefined;
}

/** Whether what is printed is a text of the values, which only looks like a map or a list: it is to be quoted. */
function isTextOf(values: GoValue | undefined, printed: string): boolean {
  const text = printed.trim();
  return values !== undefined && !text.includes('\n') && hasText(values, text);
}

function apartHint(span: PrintedSpan, run: TemplateRun, document: string, line: number): string | undefined {
  if (span.node.type !== 'action') return undefined;
  const written = run.text.slice(span.from, span.to).trimEnd().split('\n');
  const value = withoutMargin(written);
  const before = run.text.slice(run.text.lastIndexOf('\n', span.from - 1) + 1, span.from);
  const [, margin] = /^( *(?:- +)*)(?:[\w./-]+: *|"[^"]*": *)?$/.exec(before) ?? [];
  const [first = ''] = value;
  if (margin === undefined || first === '' || !isMapOrList(value.join('\n'))) return undefined;
  // A text may look like a map, as `a: b`: that is to be quoted.
  if (!/\b(?:toYaml\w*|include) /.test(expressionOf(span.node))) return undefined;
  const lines = document.split('\n');
  const isStart = (at: number): boolean => {
    const found = (lines[at] ?? '').trim();
    return found.startsWith(before.trim()) && found.slice(before.trim().length).trim() === first.trim();
  };
  let at = line - 1;
  while (at >= line - 1 - value.length && !isStart(at)) at--;
  if (!isStart(at)) return undefined;
  const key = (lines[at] as string).trimEnd().slice(0, -first.trimEnd().length);
  const hasKey = margin.length < before.length;
  const { pipe } = span.node;
  const given = indentOf(pipe);
  // An include may have moved the whole text to the right.
  const own = (written[0] ?? '').length - first.length;
  const moved = hasKey ? key.search(/[^ -]/) - margin.length : key.length - own - margin.length;
  const indent = hasKey
    ? margin.length + 2
    : Math.max(given ?? margin.length, belowKey(lines[at - 1] ?? '', first) - moved);
  const put = value.map((one) => ' '.repeat(indent + moved) + one);
  const apart = [...lines.slice(0, at), key, ...put, ...lines.slice(at + value.length)];
  if (!readsBeyond(apart.join('\n'), Math.max(line + 1, at + 1 + value.length))) return undefined;
  const printed = expressionOf(given === undefined ? pipe : { ...pipe, commands: pipe.commands.slice(0, -1) });
  return `put it on lines of its own: {{ ${printed} | nindent ${indent} }}`;
}

/** The least indentation of a value whose key stands alone on the line before; 0 where there is none. */
function belowKey(line: string, value: string): number {
  const [, margin] = /^( *(?:- +)*)(?:[\w./-]+|"[^"]*"):\s*$/.exec(line) ?? [];
  return margin === undefined ? 0 : margin.length + (value.startsWith('- ') ? 0 : 2);
}

/** Lines without the spaces that all of them begin with. */
function withoutMargin(lines: readonly string[]): string[] {
  const filled = lines.filter((line) => line.trim() !== '');
  const margin = Math.min(...filled.map((line) => line.search(/[^ ]/)));
  return lines.map((line) => line.slice(margin));
}

function isMapOrList(text: string): boolean {
  try {
    const value = parseYaml(decodeText(text), '');
    return isMap(value) || Array.isArray(value);
  } catch (error) {
    if (error instanceof PkgError) return false;
    throw error;
  }
}

/** The number of spaces of the `indent` or `nindent` that a pipeline ends with. */
function indentOf({ commands }: Pipe): number | undefined {
  const [called, spaces] = commands.at(-1)?.args ?? [];
  const isIndent = commands.length > 1 && called?.type === 'identifier' && /^n?indent$/.test(called.name);
  return isIndent && spaces?.type === 'number' ? Number(spaces.integer) : undefined;
}

/** Whether a document is YAML, or has its error behind a line. */
function readsBeyond(document: string, line: number): boolean {
  try {
    documentHead(document);
    return true;
  } catch (error) {
    return error instanceof PkgError && (error.at?.line ?? 0) > line;
  }
}
