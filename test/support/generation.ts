/**
 * The number of cases in generated tests, and their seed.
 *
 * The same seed is used in every run: a change is judged by the same cases before and after, and a difference that was
 * always there does not stop one that has nothing to do with it. New cases are looked for apart, as CONTRIBUTING.md
 * says.
 */

/** How many times as many cases as usual; `PKG_TEST_RUNS`. */
export const RUNS: number = Number(process.env['PKG_TEST_RUNS'] ?? 1);

/** `PKG_TEST_SEED`: a number, or `random` for one that nobody has tried. */
export const SEED: number = seed(process.env['PKG_TEST_SEED'] ?? '20261126');

function seed(text: string): number {
  return text === 'random' ? Date.now() % 1_000_000_000 : Number(text);
}
