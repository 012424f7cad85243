/** Reads the files of a chart folder. */
import { lstatSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { MAX_CHART, MAX_FILE } from './archive.ts';
import type { ChartFile } from './chart.ts';
import { parseIgnoreRules } from './ignore.ts';
import type { IgnoreRules } from './ignore.ts';

/**
 * All files of a chart folder but those that `.helmignore` leaves out, in path order. Links are followed
 * only where they stay inside.
 *
 * @throws {PkgError} `PKG_CHART_UNSAFE`, `PKG_CHART_TOO_LARGE`, `PKG_CHART_INVALID`
 */
export function readFolder(folder: string): ChartFile[] {
  const ignored = parseIgnoreRules(readIgnore(folder), join(folder, '.helmignore'));
  const walk = new Walk(realpathSync(folder), folder, ignored);
  walk.visit('', new Set());
  return walk.files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readIgnore(folder: string): string {
  try {
    return readFileSync(join(folder, '.helmignore'), 'utf8');
  } catch {
    return '';
  }
}

class Walk {
  readonly files: ChartFile[] = [];
  readonly #root: string;
  readonly #shown: string;
  readonly #ignored: IgnoreRules;
  #total = 0;

  constructor(root: string, shown: string, ignored: IgnoreRules) {
    this.#root = root;
    this.#shown = shown;
    this.#ignored = ignored;
  }

  visit(inside: string, above: ReadonlySet<string>): void {
    const real = realpathSync(join(this.#root, inside));
    if (above.has(real)) throw this.#unsafe(inside, 'is a link to a folder that it lies in');
    const here = new Set([...above, real]);
    for (const entry of readdirSync(real, { withFileTypes: true })) {
      const name = inside === '' ? entry.name : `${inside}/${entry.name}`;
      const isFolder = entry.isSymbolicLink() ? this.#followed(name) : entry.isDirectory();
      if (this.#ignored(name, isFolder)) continue;
      if (isFolder) this.visit(name, here);
      else this.#add(name, entry.isFile() || entry.isSymbolicLink());
    }
  }

  /** Follows a link; is it a folder? */
  #followed(name: string): boolean {
    const path = join(this.#root, name);
    if (/^(?:Chart|requirements)\.lock$/.test(name))
      throw this.#unsafe(name, 'is a link, and a lock file may not be one');
    let target: string;
    try {
      target = realpathSync(path);
    } catch {
      throw this.#unsafe(name, 'is a link to nothing');
    }
    if (!target.startsWith(this.#root + sep)) throw this.#unsafe(name, 'is a link that leads out of the chart');
    return statSync(path).isDirectory();
  }

  #add(name: string, isPlain: boolean): void {
    const path = join(this.#root, name);
    const stat = statSync(path);
    if (!isPlain || !stat.isFile()) throw this.#unsafe(name, 'is not a plain file');
    if (stat.size > MAX_FILE) {
      throw new PkgError('PKG_CHART_TOO_LARGE', `${printable(name)} is larger than ${MAX_FILE >> 20} MiB`, {
        at: { file: join(this.#shown, name) },
        hints: ['if it does not belong to the chart, name it in .helmignore'],
      });
    }
    this.#total += stat.size;
    if (this.#total > MAX_CHART) {
      throw new PkgError('PKG_CHART_TOO_LARGE', `this chart holds more than ${MAX_CHART >> 20} MiB`, {
        at: { file: this.#shown },
      });
    }
    this.files.push({ name, data: readFileSync(path) });
  }

  #unsafe(name: string, why: string): PkgError {
    return new PkgError('PKG_CHART_UNSAFE', `${printable(name)} ${why}`, { at: { file: join(this.#shown, name) } });
  }
}

/** Is there a folder at this path? False for nothing, and for a file. */
export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined && statSync(path).isDirectory();
}
