/** Flags about releases: what an operation plans, writes, waits for and records. */
import type { FlagInput } from '@oclif/core/interfaces';
import { DEPENDENCY_FLAGS, MIRROR_FLAG, RENDER_FLAGS } from './chart-flags.ts';
import * as Flags from './flag-types.ts';
import { OUTPUT_FLAG } from './output-flags.ts';

/** Flags of install, upgrade and `diff upgrade` that decide the plan. */
export const PLAN_FLAGS: FlagInput<
  { rotate: string[] } & Record<
    | 'skip-crds'
    | 'no-hooks'
    | 'take-ownership'
    | 'force-conflicts'
    | 'skip-schema-validation'
    | 'render-subchart-notes'
    | 'enable-dns',
    boolean
  >
> = {
  'skip-crds': Flags.boolean({ summary: 'leave out the CRDs of crds/' }),
  'no-hooks': Flags.boolean({ summary: 'leave out hooks' }),
  'take-ownership': Flags.boolean({
    summary: 'take over existing objects that belong to no release or to another one',
  }),
  'force-conflicts': Flags.boolean({ summary: 'take over fields that other field managers hold' }),
  'skip-schema-validation': Flags.boolean({ summary: 'do not check values against values.schema.json' }),
  'render-subchart-notes': Flags.boolean({ summary: "print subcharts' notes too" }),
  'enable-dns': Flags.boolean({ summary: 'let templates look up host names (getHostByName)' }),
  rotate: Flags.strings({
    helpValue: 'KEY',
    summary:
      'generate stored random values with this key anew, * for any text (repeatable); `pkg get stored` lists the keys',
  }),
};

/** Flags of install and upgrade about the record of the release, its namespace and its notes. */
export const RELEASE_FLAGS: FlagInput<{
  'create-namespace': boolean;
  'hide-notes': boolean;
  description: string | undefined;
  labels: string[];
}> = {
  'create-namespace': Flags.boolean({ summary: 'create the namespace of the release if it does not exist' }),
  description: Flags.string({ helpValue: 'TEXT', summary: 'a description for this revision' }),
  labels: Flags.pairs({ char: 'l', helpValue: 'KEY=VALUE', summary: 'labels for the release record (repeatable)' }),
  'hide-notes': Flags.boolean({ summary: 'do not print the notes' }),
};

/** Flags for a release that another operation holds. */
export const LOCK_FLAGS: FlagInput<{ 'take-over': boolean; 'lock-timeout': string }> = {
  'take-over': Flags.boolean({
    summary: 'take the release over from an operation that holds it, even if that still runs',
  }),
  'lock-timeout': Flags.string({
    helpValue: 'DURATION',
    default: '0s',
    summary: 'time to wait for another operation that holds the release, before --timeout begins',
  }),
};

/** The values of `--wait`: Helm's. */
export const WAIT_OPTIONS: readonly string[] = ['watcher', 'hookOnly', 'legacy', 'true', 'false'];

/** Flags of install, upgrade and rollback about waiting. */
export const WAIT_FLAGS: FlagInput<{ wait: string; timeout: string; 'wait-for-jobs': boolean }> = {
  wait: Flags.string({
    bare: 'watcher',
    helpValue: 'HOW',
    options: WAIT_OPTIONS,
    default: 'hookOnly',
    summary: 'wait until the objects are ready; hookOnly waits for hooks alone',
  }),
  'wait-for-jobs': Flags.boolean({ summary: 'with --wait, wait until Jobs are done' }),
  timeout: Flags.string({
    helpValue: 'DURATION',
    default: '5m0s',
    summary: 'time limit of the whole operation: 90s, 1h30m',
  }),
};

/** The flag that undoes a failed operation; `--atomic` is its name in Helm 3. */
export const ROLLBACK_ON_FAILURE_FLAG: FlagInput<{ 'rollback-on-failure': boolean }> = {
  'rollback-on-failure': Flags.boolean({
    aliases: ['atomic'],
    summary: 'undo everything when the operation fails; waits as --wait does',
  }),
};

/** Flags of an upgrade about the values of the last revision. */
export const VALUES_MODE_FLAGS: FlagInput<
  Record<'reset-values' | 'reuse-values' | 'reset-then-reuse-values', boolean>
> = {
  'reset-values': Flags.boolean({ summary: "forget the last revision's values" }),
  'reuse-values': Flags.boolean({
    summary: "keep the last revision's values and its chart's defaults, and merge in the given ones",
  }),
  'reset-then-reuse-values': Flags.boolean({
    summary: "take the new chart's defaults, the last revision's values, then the given ones",
  }),
};

/** `--dry-run[=client|server]`. Both read the cluster and write nothing; `none` is a run as usual. */
export const DRY_RUN_MODE_FLAG: FlagInput<{ 'dry-run': string }> = {
  'dry-run': Flags.string({
    bare: 'client',
    helpValue: 'MODE',
    options: ['none', 'client', 'server'],
    default: 'none',
    summary: 'show the result and write nothing',
  }),
};

/** How install and upgrade show what they would do. */
export const DRY_RUN_FLAGS: typeof DRY_RUN_MODE_FLAG & FlagInput<{ 'hide-secret': boolean; 'show-secrets': boolean }> =
  {
    ...DRY_RUN_MODE_FLAG,
    'hide-secret': Flags.boolean({
      hidden: true,
      summary: 'with --dry-run, hide Secrets; they are hidden unless --show-secrets is given',
    }),
    'show-secrets': Flags.boolean({ summary: 'with --dry-run, show Secrets too' }),
  };

/** How install and upgrade change a cluster. */
export const APPLY_FLAGS: typeof PLAN_FLAGS &
  typeof RELEASE_FLAGS &
  typeof LOCK_FLAGS &
  typeof WAIT_FLAGS &
  typeof ROLLBACK_ON_FAILURE_FLAG &
  typeof DRY_RUN_FLAGS &
  typeof OUTPUT_FLAG = {
  ...PLAN_FLAGS,
  ...RELEASE_FLAGS,
  ...LOCK_FLAGS,
  ...WAIT_FLAGS,
  ...ROLLBACK_ON_FAILURE_FLAG,
  ...DRY_RUN_FLAGS,
  ...OUTPUT_FLAG,
};

/** All flags that install and upgrade share. */
export const CHANGE_FLAGS: typeof RENDER_FLAGS & typeof MIRROR_FLAG & typeof DEPENDENCY_FLAGS & typeof APPLY_FLAGS = {
  ...RENDER_FLAGS,
  ...MIRROR_FLAG,
  ...DEPENDENCY_FLAGS,
  ...APPLY_FLAGS,
};

/** The flag for the number of revisions to keep. */
export const HISTORY_MAX_FLAG: FlagInput<{ 'history-max': number | undefined }> = {
  'history-max': Flags.integer({ min: 0, helpValue: 'N', summary: 'revisions to keep, 0 for all (default 10)' }),
};

/** The flag that names a revision of a release. */
export const REVISION_FLAG: FlagInput<{ revision: number | undefined }> = {
  revision: Flags.integer({
    complete: 'revision',
    helpValue: 'N',
    min: 0,
    summary: 'this revision instead of the latest',
  }),
};
