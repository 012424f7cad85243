/** Formats errors for standard error. */
import { formatPosition, PkgError } from '../errors.ts';
import type { Excerpt, Position } from '../errors.ts';
import { printable, printableLines } from '../errors-text.ts';
import { readRegularFile } from '../read-file.ts';
import type { Paint } from './color.ts';

/** The most characters of a message, which may quote a long value. */
const MESSAGE_MAX = 2000;

/** The most characters of a message that a template gave to `fail`: some charts report everything wrong with the values. */
const REPORT_MAX = 10_000;

/** The most characters of each source line that is shown. */
const LINE_MAX = 160;

/** How many of several errors are shown in full. */
const ERRORS_MAX = 50;

/**
 * The text for an error: message, position, the line of the template, notes, hints and the code. Anything but a
 * {@link PkgError} and the system's errors about files is reported as a defect of pkg.
 */
export function renderError(error: unknown, paint: Paint, debug: boolean): string {
  const known = error instanceof PkgError ? error : internalError(error);
  const lines = [`${paint('red', paint('bold', 'Error:'))}${messageOf(known)}`];
  if (known.errors.length === 0) {
    lines.push(...body(known, paint));
  } else {
    for (const each of known.errors.slice(0, ERRORS_MAX)) {
      lines.push('', `${paint('red', '-')}${messageOf(each)}`, ...body(each, paint));
    }
    if (known.errors.length > ERRORS_MAX) lines.push('', `… and ${known.errors.length - ERRORS_MAX} more`);
    lines.push('', ...remarks(known, paint));
  }
  const codes = [...new Set([known, ...known.errors].map(({ code }) => code))];
  lines.push(paint('dim', `  code: ${codes.map((code) => `${code} (pkg docs ${code})`).join(', ')}`));
  if (debug) lines.push('', printableLines(stackOf(error)));
  return `${lines.join('\n')}\n`;
}

/**
 * The message after the word before it. What templates say by `fail` and `required` may be a text of many lines, which is
 * laid out for a reader; where it begins with a line end it begins in a line of its own, but not with empty ones.
 */
function messageOf({ code, message }: PkgError): string {
  if (code !== 'PKG_TEMPLATE_FAILED' || !message.includes('\n')) return ` ${printable(message, MESSAGE_MAX)}`;
  const text = printableLines(message.trimEnd(), REPORT_MAX);
  const blank = /^(?:[ \t]*\n)+/.exec(text)?.[0] ?? '';
  return blank === '' ? ` ${text}` : `\n${text.slice(blank.length)}`;
}

function body(error: PkgError, paint: Paint): string[] {
  const at = error.at === undefined ? [] : [`  at ${paint('cyan', printable(formatPosition(error.at), 1000))}`];
  const frame = error.at === undefined ? [] : codeFrame(error.at, paint);
  return [
    ...at,
    ...frame,
    ...error.excerpts.flatMap((excerpt) => excerptFrame(excerpt, paint)),
    ...remarks(error, paint),
  ];
}

function excerptFrame(excerpt: Excerpt, paint: Paint): string[] {
  return [`  ${paint('dim', printable(excerpt.title, MESSAGE_MAX))}`, '', ...linesOf(excerpt, paint), ''];
}

function remarks(error: PkgError, paint: Paint): string[] {
  return [
    ...error.notes.map((note) => `  ${paint('dim', 'note:')} ${printable(note, MESSAGE_MAX)}`),
    ...error.hints.map((hint) => `  ${paint('green', 'hint:')} ${printable(hint, MESSAGE_MAX)}`),
  ];
}

/**
 * The line of the file and its neighbours. Only of a chart's own texts: a line of a values file may be
 * somebody's password, and errors end up in logs.
 */
function codeFrame(at: Position, paint: Paint): string[] {
  const { file, line, column, isSecret } = at;
  if (
    line === undefined ||
    isSecret === true ||
    !/(^|\/)(templates|crds)\/|(^|\/)Chart\.yaml$/.test(file.replaceAll('\\', '/'))
  )
    return [];
  const text = readSource(file);
  const all = text?.split('\n') ?? [];
  if (all[line - 1] === undefined) return [];
  const first = Math.max(1, line - 1);
  const lines = all.slice(first - 1, line + 1);
  return ['', ...linesOf({ first, lines, line, ...(column !== undefined && { column }) }, paint), ''];
}

/** Lines with their numbers, and a mark at the position in question. */
function linesOf({ first, lines, line, column }: Omit<Excerpt, 'title'>, paint: Paint): string[] {
  const width = String(first + lines.length - 1).length;
  const frame: string[] = [];
  for (const [index, raw] of lines.entries()) {
    const number = first + index;
    const isMarked = number === line;
    const { shown, before } = windowOf(raw.replace(/\r$/, ''), isMarked ? column : undefined);
    if (index === lines.length - 1 && !isMarked && shown === '') continue;
    const gutter = `${isMarked ? '>' : ' '} ${String(number).padStart(width)} |`;
    frame.push(`  ${paint('dim', gutter)} ${shown}`.trimEnd());
    if (before === undefined) continue;
    frame.push(`  ${paint('dim', `  ${' '.repeat(width)} |`)} ${' '.repeat(before)}${paint('red', '^')}`);
  }
  return frame;
}

/** The part of a line that is shown, which holds the column in question, and how far before that it begins. */
function windowOf(raw: string, column: number | undefined): { shown: string; before: number | undefined } {
  const from = column === undefined || column <= LINE_MAX ? 0 : column - 1 - LINE_MAX / 2;
  // The cut must not split a surrogate pair.
  const start = /^[\udc00-\udfff]/.test(raw.slice(from)) ? from - 1 : from;
  const lead = start > 0 ? '…' : '';
  const visible = (text: string): string => lead + printable(text.replaceAll('\t', '  '), LINE_MAX);
  return {
    shown: visible(raw.slice(start)),
    before: column === undefined ? undefined : Array.from(visible(raw.slice(start, column - 1))).length,
  };
}

/** The most bytes of a file that is read to show its lines. */
const SOURCE_MAX = 5 << 20;

/** The text of a file; undefined when it can't be read. */
function readSource(file: string): string | undefined {
  try {
    return readRegularFile(file, SOURCE_MAX).toString('utf8');
  } catch {
    return undefined;
  }
}

/**
 * The error for what nobody expected. Where the system refuses a path (links in a circle, a name that is too long, a folder
 * that may not be entered), the path is at fault.
 */
function internalError(error: unknown): PkgError {
  const { syscall, path, code } = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall !== undefined && path !== undefined) {
    return new PkgError('PKG_FILE_UNREADABLE', `${printable(path, 1000)} cannot be accessed (${code})`, {
      hints: ['check the path, and the permissions of its folders'],
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new PkgError('PKG_INTERNAL', `pkg has a bug: ${message === '' ? 'it failed without a message' : message}`, {
    hints: ['run the command again with --debug and report its output'],
    cause: error,
  });
}

function stackOf(error: unknown): string {
  const stacks: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 10; at = at.cause, depth++) {
    stacks.push(at.stack ?? at.message);
  }
  return stacks.length === 0 ? String(error) : stacks.join('\ncaused by: ');
}
