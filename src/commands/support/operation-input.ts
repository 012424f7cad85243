/** Flags as the operations take them. */
import { recordOf } from './flag-types.ts';
import type { FlagValues } from './flag-types.ts';
import type { APPLY_FLAGS, LOCK_FLAGS, PLAN_FLAGS, RELEASE_FLAGS } from './flags.ts';
import { durationOf, waitInput } from './wait-input.ts';

type PlanInput = Record<
  'skipCrds' | 'noHooks' | 'takeOwnership' | 'forceConflicts' | 'skipSchemaValidation' | 'subchartNotes' | 'enableDns',
  boolean
>;
type ReleaseInput = { createNamespace: boolean; description?: string; labels: Record<string, string> };
type LockInput = { takeOver: boolean; lockTimeout: number };

/** What shapes the plan. */
export function planInput(flags: FlagValues<typeof PLAN_FLAGS>): PlanInput {
  return {
    skipCrds: flags['skip-crds'],
    noHooks: flags['no-hooks'],
    takeOwnership: flags['take-ownership'],
    forceConflicts: flags['force-conflicts'],
    skipSchemaValidation: flags['skip-schema-validation'],
    subchartNotes: flags['render-subchart-notes'],
    enableDns: flags['enable-dns'],
  };
}

/** What install and upgrade take alike. */
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

/** What is written down with the release. */
function releaseInput(flags: FlagValues<typeof RELEASE_FLAGS>): ReleaseInput {
  return {
    createNamespace: flags['create-namespace'],
    ...(flags.description === undefined ? {} : { description: flags.description }),
    labels: recordOf(flags.labels),
  };
}

/** What is done about another operation that holds the release. */
export function lockInput(flags: FlagValues<typeof LOCK_FLAGS>): LockInput {
  return { takeOver: flags['take-over'], lockTimeout: durationOf(flags['lock-timeout'], 'lock-timeout') };
}
