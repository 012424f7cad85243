/** Saves uploads into the served folder and removes charts, one change at a time. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_CHART } from '../../chart/limits.ts';
import { readChartArchive } from '../../chart/load.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { writeFileAtomic } from '../../files.ts';
import { readRegularFile } from '../../read-file.ts';
import { whileLocked } from '../change-file.ts';
import type { Tell } from '../change-file.ts';
import { MAX_PROVENANCE } from '../remotes.ts';
import { isServedName } from './folder-index.ts';
import type { FolderIndex } from './folder-index.ts';
import { Refusal } from './refusal.ts';

/** The longest file name: with the suffix of a temporary file it has at most 255 bytes. */
const MAX_NAME_LENGTH = 200;

/** Changes the folder. */
export class Changes {
  readonly #folder: string;
  readonly #index: FolderIndex;
  readonly #tell: Tell;
  #last: Promise<unknown> = Promise.resolve();

  /** @param tell called with a text for each change */
  constructor(folder: string, index: FolderIndex, tell: Tell) {
    this.#folder = folder;
    this.#index = index;
    this.#tell = tell;
  }

  /**
   * Saves an archive under the name and version of its chart. Existing files with the same bytes are not written again.
   *
   * @param replace whether a version with other content is replaced
   * @throws {Refusal} 400 for an archive that is not a chart, or a provenance of another one; 409 for a version
   *   with other content
   */
  async save(archive: Buffer, provenance: Buffer | undefined, replace: boolean): Promise<void> {
    const { name, version } = (await readUpload(() => readChartArchive(archive, 'the upload'))).metadata;
    const file = fileOf(name, version);
    if (provenance !== undefined) await checkProvenance(provenance, archive, file);
    await this.#inTurn(async () => {
      const files = (await this.#index.current()).filesOf(name, version);
      // The lock keeps out `pkg publish` and other servers of the same folder.
      await whileLocked(join(this.#folder, 'index.yaml'), () => {
        // A file of this name that is not a chart is not overwritten either.
        const there = [...new Set([...files, ...this.#ifExists(file)])];
        const isSame = there.length > 0 && there.every((one) => this.#read(one, MAX_CHART)?.equals(archive));
        if (there.length > 0 && !isSame && !replace) throw exists(`${name} ${version}`);
        const target = isSame ? (there[0] ?? file) : file;
        const signed = `${target}.prov`;
        if (isSame) {
          if (provenance !== undefined) this.#saveProvenance(signed, provenance, replace);
          return;
        }
        // The old provenance is removed first, and the new one written before the archive, which is thus never without it.
        for (const one of there) this.#remove(`${one}.prov`);
        if (provenance !== undefined) this.#write(signed, provenance);
        this.#write(file, archive);
        for (const one of there) if (one !== file) this.#remove(one);
        this.#tell(`saved ${printable(file)}`);
      });
    });
  }

  /**
   * Saves a provenance file of an archive that is there.
   *
   * @throws {Refusal} 400 for a text that is not a provenance, 404 without the archive, 409 where it has another one
   */
  async sign(provenance: Buffer, replace: boolean): Promise<void> {
    const { readStatement } = await import('../provenance.ts');
    const { name, version } = await readUpload(() => readStatement(provenance, 'the upload'));
    const file = fileOf(name, version);
    await this.#inTurn(async () => {
      const archive = this.#read(file, MAX_CHART);
      if (archive === undefined) throw new Refusal(404, `there is no ${printable(file)}`);
      await checkProvenance(provenance, archive, file);
      this.#saveProvenance(`${file}.prov`, provenance, replace);
    });
  }

  /** Removes a version with its provenance. @throws {Refusal} 404 where it is not there */
  async remove(name: string, version: string): Promise<void> {
    await this.#inTurn(async () => {
      const files = (await this.#index.current()).filesOf(name, version);
      if (files.length === 0) throw new Refusal(404, `there is no ${printable(name, 60)} ${printable(version, 60)}`);
      for (const file of files) {
        this.#remove(file);
        this.#remove(`${file}.prov`);
        this.#tell(`removed ${printable(file)}`);
      }
    });
  }

  #saveProvenance(file: string, provenance: Buffer, replace: boolean): void {
    const there = this.#read(file, MAX_PROVENANCE);
    if (there?.equals(provenance) === true) return;
    if (this.#ifExists(file).length > 0 && !replace) throw exists(file);
    this.#write(file, provenance);
    this.#tell(`saved ${printable(file)}`);
  }

  async #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#last.then(change);
    this.#last = done.catch(() => undefined);
    await done;
  }

  #ifExists(file: string): string[] {
    return existsSync(join(this.#folder, file)) ? [file] : [];
  }

  #read(file: string, limit: number): Buffer | undefined {
    try {
      return readRegularFile(join(this.#folder, file), limit);
    } catch {
      return undefined; // it does not exist, or cannot be equal to an upload
    }
  }

  #write(file: string, bytes: Buffer): void {
    writeFileAtomic(join(this.#folder, file), bytes);
  }

  #remove(file: string): void {
    rmSync(join(this.#folder, file), { force: true });
  }
}

function exists(what: string): Refusal {
  return new Refusal(409, `${printable(what, 150)} already exists with other content`);
}

/** The file name of a version's archive. @throws {Refusal} for a name or version that cannot be part of one */
function fileOf(name: string, version: string): string {
  const file = `${name}-${version}.tgz`;
  if (/^[A-Za-z0-9][\w.+-]*$/.test(file) && isServedName(file) && file.length <= MAX_NAME_LENGTH) return file;
  throw new Refusal(400, `an archive cannot be saved under the name '${printable(file, 100)}'`);
}

async function checkProvenance(provenance: Buffer, archive: Buffer, file: string): Promise<void> {
  const { checkStatement, readStatement } = await import('../provenance.ts');
  await readUpload(async () => checkStatement(await readStatement(provenance, file), archive, file));
}

/** Runs `read` on an upload and turns its errors into answers with status 400. */
async function readUpload<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PkgError) throw new Refusal(400, error.message);
    throw error;
  }
}
