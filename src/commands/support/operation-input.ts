/** Converts flags and environment variables to the input of operations. */
import type { ValueSources } from '../../chart/user-values.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { RenderLimits } from '../../render/render.ts';
import { recordOf } from './flag-types.ts';
import type { FlagValues } from './flag-types.ts';
import type { LIMITS_FLAG, VALUE_FLAGS } from './chart-flags.ts';
import type {
  APPLY_FLAGS,
  HISTORY_MAX_FLAG,
  LOCK_FLAGS,
  PLAN_FLAGS,
  RELEASE_FLAGS,
  VALUES_MODE_FLAGS,
} from './release-flags.ts';
import { durationOf, waitInput } from './wait-input.ts';

type PlanInput = Record<
  'skipCrds' | 'noHooks' | 'takeOwnership' | 'forceConflicts' | 'skipSchemaValidation' | 'subchartNotes' | 'enableDns',
  boolean
> & { rotate: readonly string[] };
type ReleaseInput = { createNamespace: boolean; description?: string; labels: Record<string, string> };
type LockInput = { takeOver: boolean; lockTimeout: number };

/** The part of an operation's input that decides its plan. */
export function planInput(flags: FlagValues<typeof PLAN_FLAGS>): PlanInput {
  return {
    skipCrds: flags['skip-crds'],
    noHooks: flags['no-hooks'],
    takeOwnership: flags['take-ownership'],
    forceConflicts: flags['force-conflicts'],
    skipSchemaValidation: flags['skip-schema-validation'],
    subchartNotes: flags['render-subchart-notes'],
    enableDns: flags['enable-dns'],
    rotate: flags.rotate,
  };
}

/** The input that install and upgrade share. */
export function applyInput(
  flags: FlagValues<typeof APPLY_FLAGS>,
): PlanInput & ReleaseInput & LockInput & ReturnType<typeof waitInput> & { dryRun: boolean } {
  return {
    ...planInput(flags),
    ...releaseInput(flags),
    ...lockInput(flags),
    ...waitInput(flags, flags['rollback-on-failure']),
    dryRun: flags['dry-run'] !== 'none',
  };
}

/** The input for the record of a release. */
function releaseInput(flags: FlagValues<typeof RELEASE_FLAGS>): ReleaseInput {
  return {
    createNamespace: flags['create-namespace'],
    ...(flags.description === undefined ? {} : { description: flags.description }),
    labels: recordOf(flags.labels),
  };
}

/** The input for a release that another operation holds. */
export function lockInput(flags: FlagValues<typeof LOCK_FLAGS>): LockInput {
  return { takeOver: flags['take-over'], lockTimeout: durationOf(flags['lock-timeout'], 'lock-timeout') };
}

/** The value flags in the form that `src/chart` reads. */
export function valueSources(flags: FlagValues<typeof VALUE_FLAGS>): ValueSources {
  return {
    valueFiles: flags.values,
    setJson: flags['set-json'],
    set: flags.set,
    setString: flags['set-string'],
    setFile: flags['set-file'],
    setLiteral: flags['set-literal'],
  };
}

/** The names in `--template-limits`. */
const LIMITS: Readonly<Record<string, keyof RenderLimits>> = { depth: 'depth', steps: 'steps', output: 'outputLength' };

/**
 * The limits of `--template-limits`.
 * @throws {PkgError} `PKG_USAGE` for an unknown name or a value that is not a positive number
 */
export function limitsOf(flags: FlagValues<typeof LIMITS_FLAG>): Partial<RenderLimits> {
  const limits: Partial<RenderLimits> = {};
  for (const [name, text] of Object.entries(recordOf(flags['template-limits']))) {
    const limit = Object.hasOwn(LIMITS, name) ? LIMITS[name] : undefined;
    if (limit === undefined || !/^[1-9]\d{0,14}$/.test(text)) {
      throw new PkgError('PKG_USAGE', `--template-limits cannot be ${printable(`${name}=${text}`)}`, {
        hints: [`it takes ${Object.keys(LIMITS).join(', ')}, each with a whole number: steps=1000000000`],
      });
    }
    limits[limit] = Number(text);
  }
  return limits;
}

/**
 * How many revisions are kept: `--history-max`, else `HELM_MAX_HISTORY`, else 10.
 *
 * @throws {PkgError} `PKG_USAGE` for a variable that is not a whole number
 */
export function historyMaxOf(flags: FlagValues<typeof HISTORY_MAX_FLAG>): number {
  const typed = flags['history-max'];
  if (typed !== undefined) return typed;
  const text = process.env['HELM_MAX_HISTORY'];
  if (text === undefined || text === '') return 10;
  if (!/^\d{1,9}$/.test(text)) {
    throw new PkgError('PKG_USAGE', `HELM_MAX_HISTORY takes a whole number, not "${printable(text)}"`);
  }
  return Number(text);
}

/** The values mode of an upgrade. Where several flags are given, the first in Helm's order counts. */
export function valuesModeOf(
  flags: FlagValues<typeof VALUES_MODE_FLAGS>,
): 'default' | 'reset' | 'reuse' | 'reset-then-reuse' {
  if (flags['reset-values']) return 'reset';
  if (flags['reuse-values']) return 'reuse';
  return flags['reset-then-reuse-values'] ? 'reset-then-reuse' : 'default';
}
