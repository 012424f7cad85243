/** What operations take and give. */
import type { Origins } from '../../chart/origins.ts';
import type { Chart } from '../../chart/chart.ts';
import type { Cluster, ObjectRef } from '../../cluster/cluster.ts';
import type { SchemaLoader } from '../../chart/schema.ts';
import type { ImageMirror } from '../../image-name.ts';
import type { Capabilities, RenderLimits } from '../../render/render.ts';
import type { ValueMap } from '../../yaml/value.ts';
import type { Plan, Step } from '../plan.ts';
import type { Release } from '../release.ts';

/** An object that is not ready, and why. */
export type Unready = { ref: ObjectRef; why: string };

/** A report of what an operation does, while it does it. */
export type ReleaseEvent =
  | { type: 'plan'; plan: Plan }
  | { type: 'step-started' | 'step-done'; step: Step; index: number; total: number }
  | { type: 'waiting'; unready: readonly Unready[]; total: number }
  | { type: 'warning' | 'note'; message: string };

/** The surroundings of an operation: the cluster it works on, and the listener of its events. */
export type Env = {
  cluster: Cluster;
  emit: (event: ReleaseEvent) => void;
  now?: () => Date;
  /** Ends the operation between two writes; the record then says that it failed. */
  signal?: AbortSignal;
  /** The cluster for writes of the record, which are still tried after the time limit of the operation. */
  records?: Cluster;
  /** Adds to an error about an object where the chart writes that; gives any other error back as it is. */
  explain?: (error: unknown, ref: ObjectRef) => Promise<unknown>;
  /** The capabilities of the cluster, if they are asked for already: see `withCapabilities`. */
  capabilities?: Promise<Capabilities>;
  /** Runs work whose time does not count towards the time limit. */
  untimed?: <T>(work: () => Promise<T>) => Promise<T>;
};

/** The result of an operation. Under `dryRun` the release is the one that would be recorded. */
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

/** How an operation treats another one that holds the release. */
export type Locking = {
  /** Take the release over from whoever holds it, dead or alive. */
  takeOver?: boolean;
  /** Milliseconds to wait for a holder that is alive; 0 if it is left out. They do not count towards `timeout`. */
  lockTimeout?: number;
};

/** The input that install and upgrade share. */
export type ChartOperation = Waiting &
  Locking & {
    /** Undo a failed operation: back to the last deployed revision, or uninstalled. Undoing waits for readiness. */
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
    /** Loads schemas that a chart's values.schema.json refers to. */
    loadSchema?: SchemaLoader;
    subchartNotes?: boolean;
    /** Let templates look up host names (`getHostByName`). */
    enableDns?: boolean;
    /** Patterns of keys: stored random values with a matching key are generated anew. */
    rotate?: readonly string[];
    /** Limits on what templates may use: depth, steps, output. */
    limits?: Partial<RenderLimits>;
    /** Rewrite the names of images to this mirror. */
    imageMirror?: ImageMirror;
  };

/** How an upgrade treats the values of the revision before. */
export type ValuesMode = 'default' | 'reset' | 'reuse' | 'reset-then-reuse';

/** The time as Go writes it into records: RFC 3339, without zeros at the end of the fraction. */
export function recordTime(env: Env): string {
  return (env.now?.() ?? new Date()).toISOString().replace(/\.?0*Z$/, 'Z');
}

/** Does a write of an object. @throws what it throws, with where the chart writes the object */
export async function explained<T>({ explain }: Env, ref: ObjectRef, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw (await explain?.(error, ref)) ?? error;
  }
}
