/** The operations on releases, as the library exports them. */
export { install } from './operations/install.ts';
export type { InstallInput } from './operations/install.ts';
export { upgrade } from './operations/upgrade.ts';
export type { UpgradeInput } from './operations/upgrade.ts';
export { rollback } from './operations/rollback.ts';
export type { RollbackInput } from './operations/rollback.ts';
export { uninstall } from './operations/uninstall.ts';
export type { UninstallInput } from './operations/uninstall.ts';
export { getHistory, getRelease, listReleases } from './operations/history.ts';
export type { ListOptions } from './operations/history.ts';
export type {
  ChartOperation,
  Env,
  Locking,
  OperationResult,
  ReleaseEvent,
  ValuesMode,
  Waiting,
} from './operations/env.ts';
