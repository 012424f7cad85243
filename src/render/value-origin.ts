/** Errors about values, with where these come from. */
import { pathText } from '../chart/path-text.ts';
import type { Chart } from '../chart/chart.ts';
import type { Origins } from '../chart/origins.ts';
import { TO_TEXT, ValueError } from '../chart/value-error.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { resolvePlainScalar } from '../yaml/scalar.ts';
import { sprintValue } from './gotemplate/sprint.ts';
import type { TextMade } from './handlebars/document-texts.ts';
import type { NativeRun } from './lost-spelling.ts';

/**
 * Checks that numbers and booleans which became texts are written as these texts: of `tag: 1.0` only the number 1 is left.
 *
 * @throws {ValueError} `PKG_OBJECT_INVALID`
 */
export async function checkWritten(run: NativeRun, origins: Origins | undefined): Promise<void> {
  const respelt = origins?.respelt();
  if (origins === undefined || respelt === undefined || respelt.size === 0) return;
  await checkFields(run.native.textsMade(), origins);
  const { checkNumbersInTexts } = await import('./lost-spelling.ts');
  await checkNumbersInTexts(run, respelt, origins);
}

/** Checks the numbers and booleans that became the texts of fields. */
async function checkFields(made: readonly TextMade[], origins: Origins): Promise<void> {
  const seen = new Set<string>();
  for (const { value, field, at, valuePath, isSecret } of made) {
    const where = valuePath();
    const name = where?.join('\0');
    if (where === undefined || name === undefined || seen.has(name)) continue;
    seen.add(name);
    const plain = await origins.plain(where);
    if (plain === undefined || plain.text === String(value) || resolvePlainScalar(plain.text) !== value) continue;
    const written = isSecret ? 'what is written for it' : printable(plain.text);
    const message = `${printable(field)} is a text in Kubernetes, and ${written} is read as ${typeof value === 'boolean' ? 'a boolean' : 'a number'}`;
    const error = new ValueError('PKG_OBJECT_INVALID', message, { at: { ...at(), ...(isSecret && { isSecret }) } });
    error.valuePath = where;
    error.isUnquoted = true;
    throw error;
  }
}

/** Adds the origin of the value that an error is about. */
export async function withOrigin(error: unknown, chart: Chart, origins: Origins | undefined): Promise<unknown> {
  if (!(error instanceof ValueError) || origins === undefined) return error;
  const { at, notes, excerpts, code, message, cause, isMissing, isUnquoted, valuePath, textPath } = error;
  const hints = [...error.hints];
  const added: string[] = [];
  if (valuePath !== undefined) {
    const given = isMissing ? undefined : await origins.find(valuePath);
    const isAbsent = isMissing || (error.isEmpty && given === undefined);
    const origin = isAbsent ? await origins.around(valuePath) : given;
    const name = `values.${pathText(valuePath)}`;
    if (isAbsent) {
      added.push(`${name} has no value; its place is ${origin ?? `${chart.location}/values.yaml`}`);
    } else if (origin !== undefined) {
      added.push(`${name} comes from ${origin}`);
      if (isUnquoted) hints.unshift(`quote it in ${origin}`);
      else if (error.isQuotable || hints.includes(TO_TEXT)) {
        const quoting = await quotingThere(valuePath, at?.isSecret === true, origins);
        if (error.isQuotable) hints.push(...quoting);
        else if (quoting.length > 0) hints.splice(hints.indexOf(TO_TEXT), 1, `quote it in ${origin}`);
      }
    }
  }
  const textOrigin = textPath === undefined ? undefined : await origins.find(textPath);
  if (textOrigin !== undefined) added.push(`values.${pathText(textPath ?? [])} comes from ${textOrigin}`);
  if (added.length === 0) return error;
  return new PkgError(code, message, { ...(at && { at }), hints, notes: [...added, ...notes], excerpts, cause });
}

/** The hint for a value that has another text than is written, as 1e3, 0x1F, 010, 1000000 and yes have: it is to be quoted there, too. */
async function quotingThere(path: readonly string[], isSecret: boolean, origins: Origins): Promise<string[]> {
  const plain = await origins.plain(path);
  const value = plain && resolvePlainScalar(plain.text);
  if (plain === undefined || value === undefined || typeof value === 'string' || typeof value === 'object') return [];
  const text = sprintValue(typeof value === 'bigint' ? Number(value) : value);
  if (text === plain.text) return [];
  const why = isSecret ? '' : `, since ${printable(plain.text, 60)} without quotes is ${text}`;
  return [`quote it in ${plain.origin} as well${why}`];
}
