/** The order in which test files run. */
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Files in which tests wait for half a minute and more: leases that run out, servers that stay silent. */
const WAITING = /\/test\/(?:cluster|faults)\/|\/test\/repository\/(?:faults|signatures-hostile)\.test\.ts$/;

/**
 * Begins a file that mostly waits before each one that mostly computes, so that they run at the same time and no
 * long wait is left for the end. Those that share workers come last and together: vitest keeps a worker only for a
 * file that follows at once. Within each kind the order is vitest's: by the time that they took last, the longest
 * first, and in a new clone by size.
 */
export class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const apart = sorted.filter(({ project }) => project.config.isolate);
    const waiting = apart.filter(({ moduleId }) => WAITING.test(moduleId));
    const computing = apart.filter(({ moduleId }) => !WAITING.test(moduleId));
    return [
      ...Array.from({ length: Math.max(waiting.length, computing.length) }, (_, index) => [
        ...waiting.slice(index, index + 1),
        ...computing.slice(index, index + 1),
      ]).flat(),
      ...sorted.filter(({ project }) => !project.config.isolate),
    ];
  }
}
