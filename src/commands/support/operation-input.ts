/** Flags as the operations take them. */
import type { FlagValues } from './command.ts';
import type { LOCK_FLAGS, PLAN_FLAGS, RELEASE_FLAGS } from './flags.ts';
import { durationOf } from './wait-input.ts';

/** What shapes the plan. */
export function planInput(flags: FlagValues<typeof PLAN_FLAGS>): {
  skipCrds: boolean;
  noHooks: boolean;
  takeOwnership: boolean;
  forceConflicts: boolean;
  skipSchemaValidation: boolean;
  subchartNotes: boolean;
  enableDns: boolean;
} {
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

/** What is written down with the release. */
export function releaseInput(flags: FlagValues<typeof RELEASE_FLAGS>): {
  createNamespace: boolean;
  description?: string;
  labels: Record<string, string>;
} {
  return {
    createNamespace: flags['create-namespace'],
    ...(flags.description === undefined ? {} : { description: flags.description }),
    labels: flags.labels,
  };
}

/** What is done about another operation that holds the release. */
export function lockInput(flags: FlagValues<typeof LOCK_FLAGS>): { takeOver: boolean; lockTimeout: number } {
  return { takeOver: flags['take-over'], lockTimeout: durationOf(flags['lock-timeout'], 'lock-timeout') };
}
