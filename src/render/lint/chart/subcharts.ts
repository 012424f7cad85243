/** Finds the subcharts of a chart's folder. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * The subcharts of a chart's folder at all depths, in order of their paths: folders with a `Chart.yaml`, and
 * archives. Links are not followed.
 */
export async function subchartPaths(path: string): Promise<string[]> {
  const charts = (await entriesOf(path)).find(({ name }) => name === 'charts');
  return charts?.isDirectory() === true ? visit(join(path, charts.name)) : [];
}

async function visit(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.name === 'Chart.yaml') found.push(dirname(path));
    else if (/\.(?:tgz|tar\.gz)$/.test(entry.name)) found.push(path);
    // Helm takes a folder named x.tgz for an archive, and looks into it too.
    if (entry.isDirectory()) found.push(...(await visit(path)));
  }
  return found;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
