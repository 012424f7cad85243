import { join } from 'node:path';
import { lintChart } from '../../../src/render/lint.ts';
import type { LintMessage, LintOptions } from '../../../src/render/lint.ts';
import { temporaryFolder, writeFiles } from '../../chart/support.ts';

/** A chart without findings of its own, in a folder; `files` are added or replaced. */
export function writeCleanChart(files: Record<string, string> = {}): string {
  const folder = join(temporaryFolder(), 'web');
  writeFiles(folder, {
    'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\nicon: https://example.com/i.png\n',
    'values.yaml': '',
    'templates/NOTES.txt.hbs': 'hello',
    'templates/zz/_requires-pkg.tpl': '{{ this_chart_needs_pkg }}',
    ...files,
  });
  return folder;
}

/** What lint says of a chart with these files. */
export async function lint(files: Record<string, string>, options: Partial<LintOptions> = {}): Promise<LintMessage[]> {
  return lintChart(writeCleanChart(files), { userValues: new Map(), ...options });
}

/** The rules that were broken, in order. */
export function rulesOf(messages: readonly LintMessage[]): string[] {
  return messages.map(({ rule }) => rule);
}
