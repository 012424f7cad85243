/**
 * Keys that a values.yaml holds as comments: `# storageClass: ""` documents a value that may be given and has no default.
 * Charts have many of these, and templates use them.
 */
import { ITEM } from '../templates/shapes.ts';

/** A key, or an item of a list, with the column in which it stands. */
type Level = { column: number; name: string };

/** A line with a key: its indentation and the dashes of list items before it (1), and the key (2). */
const KEY_LINE = /^((?: |- )*)(?:"([^"]{1,100})"|'([^']{1,100})'|([A-Za-z0-9_./-]{1,100})):(?=\s|$)/;

/** The mark of a comment, with what documentation generators have behind it (`# -- `). */
const COMMENT = /^ *#[# ]*(?:-- )?/;

/** The indentation assumed for keys of a map that has none yet. */
const INDENT = 2;

/** Deeper maps than those of charts are cut off. */
const MAX_DEPTH = 12;
const MAX_COMMENTED_DEPTH = 4;

/** The most characters of all paths together. The values files of kube-prometheus-stack and its subcharts have a hundredth. */
const MAX_CHARACTERS = 1 << 25;

/** The keys in the comments of some files. */
export class CommentedKeys {
  readonly #paths = new Set<string>();
  #characters = 0;
  /** The last names of all paths by what is before them; made when it is first asked for. */
  #below: Map<string, string[]> | undefined;

  /**
   * Adds the comments of a values.yaml. Which map a comment belongs to is not always clear, so its key counts for each map
   * that is open in its line and whose keys are not further left than the `#`.
   *
   * @param path of the file's values in those of the chart: the name of a subchart
   */
  add(text: string, path: readonly string[]): void {
    let open: Level[] = [];
    let commented: Level[] = [];
    for (const line of text.split('\n')) {
      const mark = COMMENT.exec(line)?.[0];
      const levels = levelsOf(mark === undefined ? line : ' '.repeat(mark.length) + line.slice(mark.length));
      if (levels.length === 0) {
        if (mark === undefined && line.trim() !== '') commented = [];
        continue;
      }
      if (mark === undefined) {
        open = within(open, levels);
        commented = [];
        continue;
      }
      commented = within(commented, levels).slice(-MAX_COMMENTED_DEPTH);
      const own = commented.map(({ name }) => name);
      const column = levels[0]?.column ?? 0;
      for (let depth = open.length, isFirst = true; depth >= 0; depth--) {
        const map = open[depth - 1];
        if (map !== undefined && map.column >= column) continue;
        const keys = open[depth]?.column ?? (map === undefined ? 0 : map.column + INDENT);
        if (!isFirst && keys < mark.indexOf('#')) break;
        isFirst = false;
        const around = [...path, ...open.slice(0, depth).map(({ name }) => name)];
        // Its parents in the comment may be prose: `# Example:`.
        for (let from = 0; from < own.length; from++) this.#add([...around, ...own.slice(from)]);
      }
    }
  }

  /** Is there a comment with this key? Also true for any key of files that have more comments than are kept. */
  has(path: readonly string[]): boolean {
    return this.#characters > MAX_CHARACTERS || this.#paths.has(keyOf(path));
  }

  /** The keys that comments have in the map or item at a path: those of an example. */
  namesAt(path: readonly string[]): string[] {
    if (this.#below === undefined) {
      this.#below = new Map();
      for (const key of this.#paths) {
        const end = key.lastIndexOf('\0');
        const holder = key.slice(0, Math.max(end, 0));
        const names = this.#below.get(holder);
        if (names === undefined) this.#below.set(holder, [key.slice(end + 1)]);
        else names.push(key.slice(end + 1));
      }
    }
    return (this.#below.get(keyOf(path)) ?? []).filter((name) => name !== ITEM);
  }

  #add(path: readonly string[]): void {
    if (this.#characters > MAX_CHARACTERS) return;
    const key = keyOf(path);
    if (this.#paths.has(key)) return;
    this.#paths.add(key);
    this.#characters += key.length;
  }
}

/** The items and the key that a line begins; none for any other line. */
function levelsOf(line: string): Level[] {
  const [, start = '', ...names] = KEY_LINE.exec(line) ?? [];
  const name = names.find((one) => one !== undefined);
  if (name === undefined) return [];
  const items = Array.from(start.matchAll(/-/g), ({ index }): Level => ({ column: index, name: ITEM }));
  return [...items, { column: start.length, name }];
}

/** The open levels after a line: those further left than it, and its own. */
function within(open: readonly Level[], levels: readonly Level[]): Level[] {
  const [first] = levels;
  // The dash of an item may stand in the column of the key whose list it is in.
  const isOutside = ({ column, name }: Level): boolean =>
    first !== undefined && (column < first.column || (column === first.column && first.name === ITEM && name !== ITEM));
  return [...open.filter(isOutside), ...levels].slice(0, MAX_DEPTH);
}

function keyOf(path: readonly string[]): string {
  return path.join('\0');
}
