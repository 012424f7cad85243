/**
 * Defaults that `--reuse-values` leaves out: those that the new chart has and the values of the last revision do not.
 */
import { pathText } from '../../chart/path-text.ts';
import { PkgError, withDetails } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { isMap } from '../../yaml/value.ts';
import type { ValueMap } from '../../yaml/value.ts';

/** The paths of defaults that the reused values lack. A missing map is named once, not each of its entries. */
export function missingDefaults(defaults: ValueMap, kept: ValueMap, at: readonly string[] = []): string[] {
  const missing: string[] = [];
  for (const [key, value] of defaults) {
    const path = [...at, key];
    const below = kept.get(key);
    if (!kept.has(key)) {
      if (value !== null) missing.push(pathText(path));
    } else if (isMap(value) && isMap(below)) missing.push(...missingDefaults(value, below, path));
  }
  return missing;
}

/** The most paths that the note lists. */
const SHOWN = 10;

/** The note that lists the defaults that are left out. */
export function leftOut(missing: readonly string[], revision: number): string {
  const names = missing.slice(0, SHOWN).map((name) => printable(name, 100));
  const more = missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : '';
  return `--reuse-values keeps the values of revision ${revision}, so that defaults that the chart has since are left out: ${names.join(', ')}${more}`;
}

/** Codes of errors that a missing default may have caused. */
const CAUSED: ReadonlySet<string> = new Set([
  'PKG_TEMPLATE_FAILED',
  'PKG_TEMPLATE_NAME_MISSING',
  'PKG_TEMPLATE_HELPER',
  'PKG_TEMPLATE_SLOT',
  'PKG_TEMPLATE_YAML',
  'PKG_OBJECT_INVALID',
  'PKG_SCHEMA_VIOLATION',
]);

/** The error of a render, with a note on the defaults that are left out where they may be its cause. */
export function withLeftOut(error: unknown, missing: readonly string[], revision: number): unknown {
  if (!(error instanceof PkgError) || missing.length === 0 || !CAUSED.has(error.code)) return error;
  const hint = '--reset-then-reuse-values takes the defaults of the chart, and keeps what was set by hand';
  return withDetails(error, {
    notes: [...error.notes, leftOut(missing, revision)],
    hints: [hint, ...error.hints],
  });
}
