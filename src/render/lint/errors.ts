/** Errors of loading and rendering a chart as findings. */
import { relative } from 'node:path';
import type { PkgError } from '../../errors.ts';
import { finding } from './message.ts';
import type { LintMessage, LintRule } from './message.ts';

const RULE_OF_CODE: Partial<Record<PkgError['code'], LintRule>> = {
  PKG_VALUES_INVALID: 'values-invalid',
  PKG_SCHEMA_INVALID: 'values-invalid',
  PKG_SCHEMA_REMOTE: 'values-invalid',
  PKG_SCHEMA_VIOLATION: 'values-invalid',
};

/**
 * The findings for an error, and for the errors in it.
 *
 * @param folder the folder of the chart
 * @param path the file of the finding where the error has no position
 * @param rule the rule of the finding where the error is not one of the values
 */
export function fromError(error: PkgError, folder: string, path: string, rule: LintRule): LintMessage[] {
  if (error.errors.length > 0) return error.errors.flatMap((inner) => fromError(inner, folder, path, rule));
  const where = error.at === undefined ? '' : relative(folder, error.at.file).replaceAll('\\', '/');
  const isInside = where !== '' && !where.startsWith('..');
  const found = where === 'values.yaml' ? 'values-invalid' : (RULE_OF_CODE[error.code] ?? rule);
  const file = isInside ? where : found === 'values-invalid' ? 'values.yaml' : path;
  const hint = error.hints[0] === undefined ? '' : ` (${error.hints[0]})`;
  // The first note of an error of a schema says where the value comes from, and so does one of a value in a template.
  const isOrigin = error.code === 'PKG_SCHEMA_VIOLATION' || /^values\.\S* comes from /.test(error.notes[0] ?? '');
  const origin = isOrigin && error.notes[0] !== undefined ? `; ${error.notes[0]}` : '';
  // In a partial the mistake may be in a call of it, which gives no argument or a wrong one.
  const calls = error.notes.filter((note) => /^in partial .*, called at /.test(note)).map((note) => `; ${note}`);
  return [finding(found, file, `${error.message}${origin}${hint}${calls.join('')}`, error.at)];
}
