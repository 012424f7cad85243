/** Tells what an operation that failed leaves: a failed revision, and how much of its plan was carried out. */
import { refKey } from '../../cluster/cluster.ts';
import { PkgError, withDetails } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { Plan } from '../plan.ts';
import type { Release } from '../release.ts';
import type { StoredRelease } from '../store.ts';
import type { Env } from './env.ts';

/** Counts the steps of a plan that are done. */
export class Progress {
  /** The environment for the steps that are counted. */
  readonly env: Env;
  /** The objects of the steps that are done, by {@link refKey}. */
  readonly #done = new Set<string>();

  constructor(env: Env) {
    this.env = {
      ...env,
      emit: (event) => {
        if (event.type === 'step-done') this.#done.add(refKey(event.step.ref));
        env.emit(event);
      },
    };
  }

  /**
   * The failure of an operation, with a note on what was written until then and a hint for going on.
   *
   * @param failed the revision that is recorded as failed
   * @param history the revisions before it
   */
  explain(failure: unknown, failed: Release, plan: Plan, history: readonly StoredRelease[]): unknown {
    if (!(failure instanceof PkgError)) return failure;
    const writes = plan.steps.filter(({ action }) => action !== 'unchanged' && action !== 'keep');
    const total = new Set([...writes.map(({ ref }) => refKey(ref)), ...this.#done]).size;
    const what = plan.operation === 'uninstall' ? 'deleted' : 'written';
    const many = total === 1 ? 'object was' : 'objects were';
    const how = total === 0 ? '' : `: ${this.#done.size} of ${total} ${many} ${what}`;
    const note = `revision ${failed.version} of ${printable(failed.name)} is recorded as failed${how}`;
    return withDetails(failure, {
      notes: [...failure.notes, note],
      hints: [...failure.hints, goingOn(failed, plan, history)],
    });
  }
}

/** The failure of an operation that was to be undone, and is not because its record could not be written. */
export function notUndone(failure: unknown): unknown {
  if (!(failure instanceof PkgError) || failure.code === 'PKG_RELEASE_TAKEN_OVER') return failure;
  const note = 'it was not undone, because its failure could not be recorded';
  return withDetails(failure, { notes: [...failure.notes, note] });
}

/**
 * The failure of an operation that was carried out, and whose record could not be brought to its last status.
 *
 * @param how what was done with the objects: `written`
 */
export function notRecorded(failure: unknown, { name, version }: Release, how: 'written' | 'deleted'): unknown {
  if (!(failure instanceof PkgError) || failure.code === 'PKG_RELEASE_TAKEN_OVER') return failure;
  const status = how === 'written' ? 'deployed' : 'uninstalled';
  const shown = printable(name);
  const note = `all objects of revision ${version} of ${shown} are ${how}; only its record could not be marked as ${status}`;
  const command = how === 'written' ? `pkg upgrade ${shown} …` : `pkg uninstall ${shown}`;
  return withDetails(failure, {
    notes: [...failure.notes, note],
    hints: [...failure.hints, `\`${command}\` takes the release over and finishes it`],
  });
}

/** The command that goes on after a failure, and the one that goes back. `install` refuses a name that is in use. */
function goingOn(failed: Release, { operation }: Plan, history: readonly StoredRelease[]): string {
  const name = printable(failed.name);
  const good = history.findLast(({ release: { info } }) => info.status === 'deployed')?.release.version;
  const back = good === undefined ? '' : `, \`pkg rollback ${name} ${good}\` goes back`;
  switch (operation) {
    case 'install':
      return `\`pkg upgrade --install ${name} …\` goes on from there`;
    case 'upgrade':
      return `\`pkg upgrade ${name} …\` goes on from there${back}`;
    case 'rollback':
      return `\`pkg rollback ${name} ${failed.info.rollback_revision ?? ''}\` goes on from there${back}`;
    case 'uninstall':
      return `\`pkg uninstall ${name}\` goes on from there`;
  }
}
