/** Charts in temporary folders, and archives made by hand. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import type { HeaderData } from 'tar';
import { temporaryFolder } from '../support/folders.ts';

export { temporaryFolder };

export const CHART_YAML = 'apiVersion: v2\nname: web\nversion: 1.0.0\n';

/** Writes files into a new folder `NAME`; a `Chart.yaml` is among them unless `files` says otherwise. */
export function writeChart(files: Record<string, string | Uint8Array> = {}, name = 'web'): string {
  const chart = join(temporaryFolder(), name);
  mkdirSync(chart);
  writeFiles(chart, { 'Chart.yaml': CHART_YAML, ...files });
  return chart;
}

/** Writes files, and the folders that they lie in. */
export function writeFiles(folder: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** An entry of an archive made by hand; `0` is a file. */
export type Entry = { name: string; data?: string | Uint8Array; type?: string; header?: Partial<HeaderData> };

/** A tar archive of exactly these entries, however wrong they are. */
export function craftTar(entries: readonly Entry[]): Buffer {
  const blocks: Uint8Array[] = [];
  for (const { name, data = '', type = '0', header: fields = {} } of entries) {
    const bytes = Buffer.from(data);
    const header = new Header({ path: name, mode: 0o644, size: bytes.length, mtime: new Date(0), ...fields });
    const block = Buffer.alloc(512);
    header.encode(block, 0);
    block.write(type, 156, 'latin1');
    // The type was not known when the checksum was made.
    block.fill(0x20, 148, 156);
    block.write(
      `${block
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
      'latin1',
    );
    blocks.push(block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** The same, compressed. */
export function craftArchive(entries: readonly Entry[]): Buffer {
  return gzipSync(craftTar(entries));
}

/** A whole chart archive with further entries. */
export function craftChart(...entries: Entry[]): Buffer {
  return craftArchive([{ name: 'web/Chart.yaml', data: CHART_YAML }, ...entries]);
}
