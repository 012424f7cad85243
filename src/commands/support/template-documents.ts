/** Selects the documents that `pkg template` prints, and writes them to files. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Chart } from '../../chart/chart.ts';
import { matchGlob, parseGlob } from '../../chart/go-glob.ts';
import { PkgError } from '../../errors.ts';
import { makeFolder } from '../../folders.ts';
import { printable } from '../../errors-text.ts';
import { unwritable } from '../../files.ts';
import { splitDocuments } from '../../render/gotemplate/manifests.ts';
import { decodeText } from '../../render/gotemplate/value.ts';
import type { RenderedChart } from '../../render/render-chart.ts';
import { withSource } from '../../render/stream.ts';
import type { Document, Stream } from '../../render/stream.ts';
import { print } from '../../terminal/output.ts';

/** CRDs, objects and hooks, each where they are wanted, in Helm's order. */
export function documentsOf(
  { chart, objects, hooks }: RenderedChart,
  wanted: { crds: boolean; hooks: boolean; tests: boolean },
): Stream {
  return {
    manifest: [...(wanted.crds ? crdsOf(chart, chart.metadata.name) : []), ...objects],
    hooks: wanted.hooks ? hooks.filter(({ events }) => wanted.tests || !events.includes('test')) : [],
  };
}

function crdsOf(chart: Chart, path: string): Document[] {
  const own = chart.crds
    .filter(({ name }) => /\.(?:ya?ml|json)$/i.test(name))
    .map((file) => ({
      source: `${path}/${file.name}`,
      text: '',
      get bytes() {
        const { data } = file;
        return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
      },
    }));
  return [...own, ...chart.dependencies.flatMap((child) => crdsOf(child, `${path}/charts/${child.metadata.name}`))];
}

/**
 * The documents of the named templates, in the order of the names. As in Helm, names are patterns of Go's
 * `filepath.Match`; `.hbs` at the end may be left out.
 *
 * @throws {PkgError} `PKG_USAGE` for a name that matches no template
 */
export function onlyShown(stream: string, wanted: readonly string[]): string {
  const documents = splitDocuments(stream).flatMap((text) => {
    const path = /^# Source: [^/\n]+\/(.+)/m.exec(text)?.[1];
    return path === undefined ? [] : [{ path: decodeText(path), text }];
  });
  const chosen = wanted.flatMap((name) => {
    const { parts, isMalformed } = parseGlob(name);
    const found = documents.filter(
      ({ path }) => !isMalformed && (matchGlob(parts, path) || matchGlob(parts, withoutHbs(path))),
    );
    if (found.length > 0) return found;
    throw new PkgError('PKG_USAGE', `could not find template ${printable(name)} in chart`, {
      hints: [`these templates print objects: ${[...new Set(documents.map(({ path }) => path))].join(', ')}`],
    });
  });
  return chosen.map(({ text }) => `---\n${text}\n`).join('');
}

/**
 * Writes a file for each template into the folder, and prints a line for each document and, as Helm does, a blank line at
 * the end. With `releaseFolder`, which may be empty, all files but those of CRDs are in a folder of that name, as with
 * Helm. The names of files have no `.hbs`, because kubectl only reads `.yaml` files of a folder.
 *
 * @throws {PkgError} `PKG_FILE_UNWRITABLE`
 */
export function writeDocuments(folder: string, releaseFolder: string, { manifest, hooks }: Stream): void {
  const files = new Map<string, string>();
  let said = '';
  for (const document of [...manifest, ...hooks]) {
    const around = CRD_FILE.test(document.source) ? folder : join(folder, releaseFolder);
    const path = join(around, withoutHbs(document.source));
    files.set(path, (files.get(path) ?? '') + withSource(document));
    said += `wrote ${printable(path, 1000)}\n`;
  }
  for (const [path, bytes] of files) {
    try {
      makeFolder(dirname(path));
      writeFileSync(path, bytes, 'latin1');
    } catch (cause) {
      throw unwritable(path, cause);
    }
  }
  print(`${said}\n`);
}

const CRD_FILE = /^[^/]+(?:\/charts\/[^/]+)*\/crds\//;

function withoutHbs(path: string): string {
  return path.replace(/\.hbs$/, '');
}
