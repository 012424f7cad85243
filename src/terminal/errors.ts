/** What a failure looks like on a terminal. */
import { formatPosition, PkgError } from '../errors.ts';
import type { Position } from '../errors.ts';
import { printable, printableLines } from '../errors-text.ts';
import { readRegularFile } from '../read-file.ts';
import type { Paint } from './color.ts';

/** Messages may quote a long value; a screen has an end. */
const MESSAGE_MAX = 2000;

/** Of how many errors found together each is shown in full. */
const ERRORS_MAX = 50;

/**
 * The text for an error: message, place, the line of the template, notes, hints and the code.
 * Anything but a {@link PkgError} is reported as a defect of pkg.
 */
export function renderError(error: unknown, paint: Paint, debug: boolean): string {
  const known = error instanceof PkgError ? error : internalError(error);
  const lines = [`${paint('red', paint('bold', 'Error:'))} ${printable(known.message, MESSAGE_MAX)}`];
  if (known.errors.length === 0) {
    lines.push(...body(known, paint));
  } else {
    for (const each of known.errors.slice(0, ERRORS_MAX)) {
      lines.push('', `${paint('red', '-')} ${printable(each.message, MESSAGE_MAX)}`, ...body(each, paint));
    }
    if (known.errors.length > ERRORS_MAX) lines.push('', `… and ${known.errors.length - ERRORS_MAX} more`);
    lines.push('', ...remarks(known, paint));
  }
  const codes = [...new Set([known, ...known.errors].map(({ code }) => code))];
  lines.push(paint('dim', `  code: ${codes.map((code) => `${code} (pkg docs ${code})`).join(', ')}`));
  if (debug) lines.push('', printableLines(stackOf(error)));
  return `${lines.join('\n')}\n`;
}

function body(error: PkgError, paint: Paint): string[] {
  const at = error.at === undefined ? [] : [`  at ${paint('cyan', printable(formatPosition(error.at), 1000))}`];
  const frame = error.at === undefined ? [] : codeFrame(error.at, paint);
  return [...at, ...frame, ...remarks(error, paint)];
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
  const last = Math.min(all.length, line + 1);
  const width = String(last).length;
  const frame = [''];
  for (let number = first; number <= last; number++) {
    const source = printable((all[number - 1] ?? '').replaceAll('\t', '  ').replace(/\r$/, ''), 160);
    if (number === last && number !== line && source === '') continue;
    const gutter = `${number === line ? '>' : ' '} ${String(number).padStart(width)} |`;
    frame.push(`  ${paint('dim', gutter)} ${source}`.trimEnd());
    if (number === line && column !== undefined && column <= 160) {
      const before = (all[line - 1] ?? '').slice(0, column - 1).replaceAll('\t', '  ');
      frame.push(`  ${paint('dim', `  ${' '.repeat(width)} |`)} ${' '.repeat(before.length)}${paint('red', '^')}`);
    }
  }
  return [...frame, ''];
}

/** A chart's file is not larger. */
const SOURCE_MAX = 5 << 20;

/** The text of a file; undefined when it can't be read. */
function readSource(file: string): string | undefined {
  try {
    return readRegularFile(file, SOURCE_MAX).toString('utf8');
  } catch {
    return undefined;
  }
}

function internalError(error: unknown): PkgError {
  const message = error instanceof Error ? error.message : String(error);
  return new PkgError('PKG_INTERNAL', `pkg has a defect: ${message === '' ? 'it failed without a message' : message}`, {
    hints: ['run it again with --debug and report what it prints'],
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
