/**
 * The guard: a template that Helm cannot parse, so that `helm install` of a native chart stops with a message that says
 * why, and does not take Handlebars files for manifests.
 *
 * Helm parses all templates of a chart before it renders any: those in the deepest folder first, and within a depth
 * from the last name to the first. Handlebars' `{{#if}}` stops it too, with a message that helps nobody. So the guard
 * has to come first: it is one folder down, in a folder whose name is late in the alphabet.
 */

/** Where `pkg create` puts the guard. */
export const GUARD_FILE = 'templates/zz/_requires-pkg.tpl';

/** What the guard holds. Helm's message names the function that is not defined. */
export const GUARD_TEXT: string =
  '{{ this_chart_needs_pkg_see_its_README }}{{/* Not for pkg, which skips this file: it stops Helm, which cannot read .hbs templates. */}}\n';

/**
 * Where a guard is the first template that Helm parses: as {@link GUARD_FILE}, with more folders where the templates lie
 * deeper.
 *
 * @param names those of the chart's templates (`templates/…`)
 */
export function guardFileFor(names: readonly string[]): string {
  const [, folder = '', file = ''] = GUARD_FILE.split('/');
  const depth = Math.max(2, ...names.map((name) => name.split('/').length - 1));
  const below = [...Array.from({ length: depth - 2 }, () => folder), file].join('/');
  let guard = '';
  // A folder whose name sorts later than zz needs more letters.
  for (let count = folder.length; count < MAX_LETTERS; count++) {
    guard = `templates/${'z'.repeat(count)}/${below}`;
    if (inHelmParseOrder([...names, guard].map((name) => ({ name })))[0]?.name === guard) break;
  }
  return guard;
}

/** Where a folder's name begins with a character that sorts after z, no number of letters is enough. */
const MAX_LETTERS = 8;

/** Is this file of a chart (`templates/…`) a guard? `pkg` never renders it, wherever in `templates/` it lies. */
export function isGuard(name: string): boolean {
  return name.startsWith('templates/') && name.endsWith('/_requires-pkg.tpl');
}

/** Templates in the order in which Helm parses them. */
export function inHelmParseOrder<T extends { name: string }>(files: readonly T[]): T[] {
  return files
    .map((file) => ({ file, depth: file.name.split('/').length }))
    .sort((a, b) => b.depth - a.depth || (a.file.name < b.file.name ? 1 : a.file.name > b.file.name ? -1 : 0))
    .map(({ file }) => file);
}
