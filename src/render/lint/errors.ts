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
 * The findings that an error stands for.
 *
 * @param folder the chart's
 * @param path the part of the chart that was looked at, for errors that don't say where they are
 * @param rule for errors that none of the rules on values is for
 */
export function fromError(error: PkgError, folder: string, path: string, rule: LintRule): LintMessage[] {
  if (error.errors.length > 0) return error.errors.flatMap((inner) => fromError(inner, folder, path, rule));
  const where = error.at === undefined ? '' : relative(folder, error.at.file).replaceAll('\\', '/');
  const isInside = where !== '' && !where.startsWith('..');
  const found = where === 'values.yaml' ? 'values-invalid' : (RULE_OF_CODE[error.code] ?? rule);
  const file = isInside ? where : found === 'values-invalid' ? 'values.yaml' : path;
  const hint = error.hints[0] === undefined ? '' : ` (${error.hints[0]})`;
  // The first note of a value that does not fit says where it comes from.
  const origin = error.code === 'PKG_SCHEMA_VIOLATION' && error.notes[0] !== undefined ? `; ${error.notes[0]}` : '';
  return [finding(found, file, `${error.message}${origin}${hint}`, error.at)];
}
