import type { Origins } from '../../chart/origins.ts';
import type { Chart } from '../../chart/chart.ts';
import type { Cluster, ObjectRef } from '../../cluster/cluster.ts';
import type { SchemaLoader } from '../../chart/schema.ts';
import type { ImageMirror } from '../../image-name.ts';
import type { RenderLimits } from '../../render/render.ts';
import type { ValueMap } from '../../yaml/value.ts';
import type { Plan, Step } from '../plan.ts';
import type { Release } from '../release.ts';

/** An object that is not ready, and why. */
export type Unready = { ref: ObjectRef; why: string };

/** What happens, as it happens. */
export type ReleaseEvent =
  | { type: 'plan'; plan: Plan }
  | { type: 'step-started' | 'step-done'; step: Step; index: number; total: number }
  | { type: 'waiting'; unready: readonly Unready[]; total: number }
  | { type: 'warning' | 'note'; message: string };

/** Where an operation works, and whom it tells. */
export type Env = {
  cluster: Cluster;
  emit: (event: ReleaseEvent) => void;
  now?: () => Date;
  /** Ends the operation between two writes; the record then says that it failed. */
  signal?: AbortSignal;
  /** `cluster` for writing the record: that goes on for a while when the time of the operation is over. */
  records?: Cluster;
  /** Does something whose time does not count into that of the operation. */
  untimed?: <T>(work: () => Promise<T>) => Promise<T>;
};

/** What an operation comes to. Under `dryRun` the release is what would be recorded. */
export type OperationResult = { release: Release; plan: Plan };

/** How an operation waits. */
export type Waiting = {
  /** Wait until the objects are ready. */
  wait?: boolean;
  /** With `wait`: until Jobs are done, too. */
  waitForJobs?: boolean;
  /** Milliseconds for the whole operation, 300,000 if it is left out. */
  timeout?: number;
};

/** What an operation does about another that holds the release. */
export type Locking = {
  /** Take the release over from whoever holds it, dead or alive. */
  takeOver?: boolean;
  /** Milliseconds to wait for a holder that lives, none unless told; they do not count into `timeout`. */
  lockTimeout?: number;
};

/** What install and upgrade start from. */
export type ChartOperation = Waiting &
  Locking & {
    /** Undo what was done when the operation fails, so that the release is as it was before; this waits, too. */
    rollbackOnFailure?: boolean;
    name: string;
    namespace: string;
    chart: Chart;
    userValues: ValueMap;
    origins?: Origins;
    dryRun?: boolean;
    createNamespace?: boolean;
    description?: string;
    labels?: Record<string, string>;
    skipCrds?: boolean;
    noHooks?: boolean;
    takeOwnership?: boolean;
    forceConflicts?: boolean;
    skipSchemaValidation?: boolean;
    /** Gets schemas that those of the charts refer to. */
    loadSchema?: SchemaLoader;
    subchartNotes?: boolean;
    /** Let templates ask for addresses. */
    enableDns?: boolean;
    /** Patterns of keys: random values that have such a key are made anew. */
    rotate?: readonly string[];
    /** What templates may do. */
    limits?: Partial<RenderLimits>;
    /** Images get the names that they have in this mirror. */
    imageMirror?: ImageMirror;
  };

/** How an upgrade treats the values of the revision before. */
export type ValuesMode = 'default' | 'reset' | 'reuse' | 'reset-then-reuse';

/** The time as Go writes it into records: RFC 3339, without zeros at the end of the fraction. */
export function recordTime(env: Env): string {
  return (env.now?.() ?? new Date()).toISOString().replace(/\.?0*Z$/, 'Z');
}
