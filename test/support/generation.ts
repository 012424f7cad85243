/**
 * The number of cases in generated tests, and their seed.
 *
 * The same seed is used in every run, so that a change is tested with the same cases before and after, and an old
 * failure does not stop an unrelated change. CONTRIBUTING.md says how to search for new cases.
 */

/** The factor for the usual number of cases: `PKG_TEST_RUNS`. */
export const RUNS: number = Number(process.env['PKG_TEST_RUNS'] ?? 1);

/** The seed: `PKG_TEST_SEED`, a number or `random`. */
export const SEED: number = seed(process.env['PKG_TEST_SEED'] ?? '20261126');

function seed(text: string): number {
  return text === 'random' ? Date.now() % 1_000_000_000 : Number(text);
}
