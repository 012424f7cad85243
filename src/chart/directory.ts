/** Reads the files of a chart folder. */
import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { FileReadError, readRegularFile } from '../read-file.ts';
import type { ChartFile } from './chart.ts';
import { isDeceptive, withoutBom } from './file.ts';
import { defaultIgnoreRules, parseIgnoreRules } from './ignore.ts';
import type { IgnoreRules } from './ignore.ts';
import { ChartBudget, checkFileSize, fileTooLarge, MAX_FILE } from './limits.ts';
import { linkReach } from './links.ts';
import type { LinkOptions } from './links.ts';

/**
 * All files of a chart folder but those that `.helmignore` leaves out. Links are followed as {@link linkReach} allows.
 *
 * @param budget what the folder may hold
 * @throws {PkgError} `PKG_CHART_UNSAFE`, `PKG_CHART_TOO_LARGE`, `PKG_CHART_INVALID`, `PKG_FILE_UNREADABLE`
 */
export function readFolder(
  folder: string,
  budget: ChartBudget = new ChartBudget(),
  links: LinkOptions = {},
): ChartFile[] {
  const walk = new Walk(realFolder(folder), folder, budget, links);
  walk.visit(walk.root, '', [walk.root]);
  return walk.files;
}

/**
 * Would a file be a part of the chart in a folder, if it existed?
 *
 * @param file its path in the folder, with slashes
 * @throws {PkgError} as {@link readFolder} does for `.helmignore`
 */
export function takesFile(folder: string, file: string): boolean {
  return new Walk(realFolder(folder), folder, new ChartBudget(), {}).takes(file);
}

/**
 * The real path of a folder. Below a folder whose name is not UTF-8 it cannot be written as a string, and the folder is
 * read by the path that was given; links in it then count as leading out of it.
 */
function realFolder(folder: string): string {
  const real = realpathSync.native(folder);
  return real.includes('\ufffd') && !existsSync(real) ? folder : real;
}

/** A file that is read when it is asked for. */
function fileOf(name: string, read: () => Uint8Array): ChartFile {
  let data: Uint8Array | undefined;
  return {
    name,
    get data() {
      return (data ??= read());
    },
  };
}

const LEAVE_OUT = 'remove it from the folder, or list it in .helmignore';
const NO_FILE = 'is not a file: devices and pipes are refused';

class Walk {
  readonly files: ChartFile[] = [];
  /** The folder by its real path, and as the user named it. */
  readonly root: string;
  readonly #shown: string;
  readonly #budget: ChartBudget;
  readonly #links: LinkOptions;
  readonly #ignored: IgnoreRules;

  constructor(root: string, shown: string, budget: ChartBudget, links: LinkOptions) {
    this.root = root;
    this.#shown = shown.endsWith('/') ? shown.replace(/\/+$/, '') : shown;
    this.#budget = budget;
    this.#links = links;
    this.#ignored = this.#readIgnoreRules();
  }

  /**
   * Adds what a folder holds.
   *
   * @param folder its real path
   * @param prefix its path inside the chart, with a slash at its end unless it is the chart itself
   * @param above the real paths of it and of all folders above it
   */
  visit(folder: string, prefix: string, above: readonly string[]): void {
    for (const entry of this.#tryRead(prefix, () => readdirSync(folder))) {
      const name = prefix + entry;
      const path = folder.endsWith(sep) ? folder + entry : folder + sep + entry;
      const own = this.#tryRead(name, () => lstatSync(path));
      if (this.#ignored(name, own.isSymbolicLink() ? isLinkToFolder(path) : own.isDirectory())) continue;
      if (name.includes('\\') || isDeceptive(entry)) {
        throw this.#unsafe(name, 'has a backslash or a control character in its name', ['rename the file']);
      }
      const real = own.isSymbolicLink() ? this.#follow(path, name) : path;
      const stat = real === path ? own : this.#tryRead(name, () => lstatSync(real));
      if (stat.isDirectory()) {
        if (above.includes(real)) throw this.#unsafe(name, 'is a link to a folder that it lies in');
        this.#budget.spendEntry(0, this.#shown);
        this.visit(real, `${name}/`, [...above, real]);
      } else if (stat.isFile()) {
        checkFileSize(name, stat.size, () => this.#shownPath(name));
        this.#budget.spendEntry(stat.size, this.#shown);
        this.files.push(fileOf(name, () => this.#read(real, name)));
      } else {
        throw this.#unsafe(name, NO_FILE);
      }
    }
  }

  /** Would a file be read? */
  takes(file: string): boolean {
    const parts = file.split('/');
    return parts.every((_, at) => !this.#ignored(parts.slice(0, at + 1).join('/'), at < parts.length - 1));
  }

  /** The real path that a link leads to. */
  #follow(path: string, name: string): string {
    // Helm once wrote through such a link (CVE-2025-53547).
    if (/(?:^|\/)(?:Chart|requirements)\.lock$/.test(name)) {
      throw this.#unsafe(name, 'is a link, which a lock file may not be', ['replace it by a copy of the file']);
    }
    let real: string;
    try {
      real = realpathSync.native(path);
    } catch {
      throw this.#unsafe(name, 'is a link to nothing');
    }
    const reach = linkReach(this.root, real);
    if (reach === 'beyond' && this.#links.allowOutsideLinks !== true) {
      throw this.#unsafe(
        name,
        `is a link to ${printable(real)}, beyond the repository or folder that holds the chart`,
        ['put a copy of the file into the chart, or give --allow-outside-links if you trust the chart'],
      );
    }
    if (reach !== 'inside') this.#links.onLink?.({ name, target: real });
    return real;
  }

  #readIgnoreRules(): IgnoreRules {
    const name = '.helmignore';
    const path = this.root + sep + name;
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return defaultIgnoreRules;
    const real = stat.isSymbolicLink() ? this.#follow(path, name) : path;
    if (!lstatSync(real).isFile()) throw this.#unsafe(name, NO_FILE);
    return parseIgnoreRules(this.#readBytes(real, name).toString('utf8'), this.#shownPath(name));
  }

  #read(path: string, name: string): Uint8Array {
    return withoutBom(this.#readBytes(path, name));
  }

  #readBytes(path: string, name: string): Buffer {
    return this.#tryRead(name, () => {
      try {
        return readRegularFile(path, MAX_FILE);
      } catch (error) {
        if (!(error instanceof FileReadError) || error.code !== 'EFBIG') throw error;
        // The file may have grown since its size was read, and files of `/proc` have size 0.
        throw fileTooLarge(name, this.#shownPath(name));
      }
    });
  }

  #tryRead<T>(name: string, work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof PkgError) throw cause;
      const reason =
        cause instanceof FileReadError ? cause.reason : `cannot be read (${(cause as NodeJS.ErrnoException).code})`;
      throw new PkgError('PKG_FILE_UNREADABLE', `${printable(this.#shownPath(name))} ${reason}`, {
        hints: ['make it readable, or list it in .helmignore'],
        cause,
      });
    }
  }

  #shownPath(name: string): string {
    return `${this.#shown}/${name}`;
  }

  #unsafe(name: string, why: string, hints: readonly string[] = [LEAVE_OUT]): PkgError {
    const at = { file: this.#shownPath(name) };
    return new PkgError('PKG_CHART_UNSAFE', `${printable(name)} ${why}`, { at, hints });
  }
}

function isLinkToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory();
  } catch {
    return false;
  }
}
