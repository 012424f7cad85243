/** What `pkg template` prints: which documents of a rendered chart, and where to. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Chart } from '../../chart/chart.ts';
import { matchGlob, parseGlob } from '../../chart/go-glob.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { RenderedChart } from '../../render/render-chart.ts';
import { print } from '../../terminal/output.ts';

/** A document, and the file of the chart that it came from: `web/templates/service.yaml`. */
export type Document = { source: string; text: string };

/** CRDs, objects and hooks, each where they are wanted, in Helm's order. */
export function documentsOf(
  { chart, objects, hooks }: RenderedChart,
  wanted: { crds: boolean; hooks: boolean; tests: boolean },
): Document[] {
  return [
    ...(wanted.crds ? crdsOf(chart, chart.metadata.name) : []),
    ...objects,
    ...(wanted.hooks ? hooks.filter(({ events }) => wanted.tests || !events.includes('test')) : []),
  ];
}

function crdsOf(chart: Chart, path: string): Document[] {
  const own = chart.crds.map(({ name, data }) => ({ source: `${path}/${name}`, text: Buffer.from(data).toString() }));
  return [...own, ...chart.dependencies.flatMap((child) => crdsOf(child, `${path}/charts/${child.metadata.name}`))];
}

/**
 * The documents of the named templates, in the order in which they were named. Names are patterns of Go's
 * `filepath.Match`, as in Helm; `.hbs` at the end may be left out.
 *
 * @throws {PkgError} `PKG_USAGE` for a name that nothing has
 */
export function onlyShown(documents: readonly Document[], wanted: readonly string[], chart: string): Document[] {
  return wanted.flatMap((name) => {
    const { parts, isMalformed } = parseGlob(name.replace(/^\.\//, ''));
    const found = documents.filter(({ source }) => {
      const path = source.slice(chart.length + 1);
      return !isMalformed && (matchGlob(parts, path) || matchGlob(parts, withoutHbs(path)));
    });
    if (found.length > 0) return found;
    const names = new Set(documents.map(({ source }) => source.slice(chart.length + 1)));
    throw new PkgError('PKG_USAGE', `could not find template ${printable(name)} in chart`, {
      hints: [`the templates that print something are ${[...names].join(', ')}`],
    });
  });
}

/** The documents as one stream. */
export function streamOf(documents: readonly Document[]): string {
  return documents.map(({ source, text }) => `---\n# Source: ${source}\n${text}\n`).join('');
}

/**
 * Writes a file for each template below the folder, and says which. Files are named for what they hold, so
 * without `.hbs`: kubectl and the like take `.yaml` only.
 *
 * @throws {PkgError} `PKG_FILE_UNWRITABLE`
 */
export function writeDocuments(folder: string, documents: readonly Document[]): void {
  const files = new Map<string, Document[]>();
  for (const document of documents) {
    const path = join(folder, withoutHbs(document.source));
    files.set(path, [...(files.get(path) ?? []), document]);
  }
  for (const [path, held] of files) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, streamOf(held));
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new PkgError('PKG_FILE_UNWRITABLE', `${printable(path, 1000)} cannot be written (${code})`, { cause });
    }
    print(`wrote ${printable(path, 1000)}\n`);
  }
}

function withoutHbs(path: string): string {
  return path.replace(/\.hbs$/, '');
}
