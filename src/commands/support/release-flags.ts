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
  'skip-crds': Flags.boolean({ summary: 'do not install the CRDs in crds/' }),
  'no-hooks': Flags.boolean({ summary: 'disable hooks' }),
  'take-ownership': Flags.boolean({
    summary: 'take ownership of existing objects, even of those that belong to another release',
  }),
  'force-conflicts': Flags.boolean({ summary: 'take over fields that other field managers own' }),
  'skip-schema-validation': Flags.boolean({ summary: 'do not check values against values.schema.json' }),
  'render-subchart-notes': Flags.boolean({ summary: 'print the notes of subcharts too' }),
  'enable-dns': Flags.boolean({ summary: 'let templates look up host names (getHostByName)' }),
  rotate: Flags.strings({
    helpValue: 'KEY',
    summary:
      'generate the stored random value with this key anew (repeatable; * matches any text; see `pkg get stored`)',
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
  description: Flags.string({ helpValue: 'TEXT', summary: 'description of this revision' }),
  labels: Flags.pairs({ char: 'l', helpValue: 'KEY=VALUE', summary: 'labels of the release record (repeatable)' }),
  'hide-notes': Flags.boolean({ summary: 'do not print the notes' }),
};

/** Flags for a release that another operation holds. */
export const LOCK_FLAGS: FlagInput<{ 'take-over': boolean; 'lock-timeout': string }> = {
  'take-over': Flags.boolean({
    summary: 'take the release over from an operation that holds it, even if that is still running',
  }),
  'lock-timeout': Flags.string({
    helpValue: 'DURATION',
    default: '0s',
    summary: 'how long to wait for another operation that holds the release; not counted in --timeout',
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
    summary: 'wait until the objects are ready; hookOnly waits only for hooks',
  }),
  'wait-for-jobs': Flags.boolean({ summary: 'with --wait, also wait until all Jobs have completed' }),
  timeout: Flags.string({
    helpValue: 'DURATION',
    default: '5m0s',
    summary: 'time limit of the whole operation: 90s, 1h30m',
  }),
};

/** The flag that undoes a failed operation; `--atomic` is its name in Helm 3. */
const ROLLBACK_ON_FAILURE_FLAG: FlagInput<{ 'rollback-on-failure': boolean }> = {
  'rollback-on-failure': Flags.boolean({
    aliases: ['atomic'],
    summary: 'undo the operation if it fails; implies --wait',
  }),
};

/** Flags of an upgrade about the values of the last revision. */
export const VALUES_MODE_FLAGS: FlagInput<
  Record<'reset-values' | 'reuse-values' | 'reset-then-reuse-values', boolean>
> = {
  'reset-values': Flags.boolean({ summary: 'do not reuse the values of the last revision' }),
  'reuse-values': Flags.boolean({
    summary: 'reuse the values of the last revision and the defaults of its chart, and merge in the given values',
  }),
  'reset-then-reuse-values': Flags.boolean({
    summary: 'merge the defaults of the new chart, the values of the last revision and the given values, in this order',
  }),
};

/** `--dry-run[=client|server]`. Both read the cluster and write nothing; `none` is a run as usual. */
export const DRY_RUN_MODE_FLAG: FlagInput<{ 'dry-run': string }> = {
  'dry-run': Flags.string({
    bare: 'client',
    booleans: { true: 'client', false: 'none' },
    helpValue: 'MODE',
    options: ['none', 'client', 'server'],
    default: 'none',
    summary: 'show the result without writing anything',
  }),
};

/** How install and upgrade show what they would do. */
const DRY_RUN_FLAGS: typeof DRY_RUN_MODE_FLAG & FlagInput<{ 'hide-secret': boolean; 'show-secrets': boolean }> = {
  ...DRY_RUN_MODE_FLAG,
  'hide-secret': Flags.boolean({
    hidden: true,
    summary: 'with --dry-run, hide Secrets; they are hidden unless --show-secrets is given',
  }),
  'show-secrets': Flags.boolean({ summary: 'with --dry-run, show the values of Secrets' }),
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
  'history-max': Flags.integer({
    helpValue: 'N',
    summary: 'number of revisions to keep, 0 or less for all (default 10)',
  }),
};

/** The flag that names a revision of a release. */
export const REVISION_FLAG: FlagInput<{ revision: number | undefined }> = {
  revision: Flags.integer({
    complete: 'revision',
    helpValue: 'N',
    min: 0,
    summary: 'use this revision instead of the latest',
  }),
};
