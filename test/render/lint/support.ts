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

/**
 * A CRD of the group example.com with the one version v1.
 *
 * @param schema the schema of its objects, in YAML
 * @param more what is to be wrong in it
 */
export function crdOf(kind: string, schema: string, more: { name?: string; storage?: boolean } = {}): string {
  const singular = kind.toLowerCase();
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${more.name ?? `${singular}s.example.com`}}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: ${singular}s, singular: ${singular}, kind: ${kind}, listKind: ${kind}List}
  versions:
    - name: v1
      served: true
      storage: ${more.storage ?? true}
      schema:
        openAPIV3Schema:
${schema.replaceAll(/^(?=.)/gm, '          ')}
`;
}
