/** Renders a chart of the file system as release `demo`, and reads what was printed as Helm does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { loadChart } from '../../src/chart/load.ts';
import { DEFAULT_CAPABILITIES } from '../../src/render/capabilities.ts';
import { renderChart } from '../../src/render/render-chart.ts';
import type { ChartInput, RenderedChart } from '../../src/render/render-chart.ts';
import { field } from '../../src/render/lint/objects/fields.ts';
import { fromPlain, toPlain } from '../../src/yaml/value.ts';
import type { Json, JsonObject, ValueMap } from '../../src/yaml/value.ts';
import { helm } from '../support/helm.ts';
import { writeFiles } from '../chart/support.ts';

export { temporaryFolder } from '../support/folders.ts';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The sample charts. */
export const WEB: string = join(root, 'charts', 'web');
export const GUESTBOOK: string = join(root, 'charts', 'guestbook');

export async function render(
  path: string,
  values: JsonObject = {},
  options: Partial<ChartInput> = {},
): Promise<RenderedChart> {
  return renderChart({
    chart: await loadChart(path),
    userValues: fromPlain(values),
    release: { name: 'demo', namespace: 'default', revision: 1, isInstall: true, isUpgrade: false },
    capabilities: DEFAULT_CAPABILITIES,
    ...options,
  });
}

/** The object (or hook) of a kind whose name ends like this, as plain data. */
export function objectOf(rendered: RenderedChart, kind: string, ending = ''): Json {
  const found = objectsOf(rendered).find(
    (object) => object.get('kind') === kind && String(field(object, 'metadata', 'name')).endsWith(ending),
  );
  if (found === undefined) throw new Error(`there is no ${kind} …${ending}`);
  return toPlain(found);
}

/** The kinds that a chart renders to, sorted. */
export function kindsOf(rendered: RenderedChart): string[] {
  return objectsOf(rendered)
    .map((object) => String(object.get('kind')))
    .sort();
}

function objectsOf(rendered: RenderedChart): ValueMap[] {
  return [...rendered.objects, ...rendered.hooks].flatMap(({ object }) => object ?? []);
}

/** The printed stream, as a Go-template chart for the real helm: it must give the same objects. */
export function expectHelmReads(rendered: RenderedChart): void {
  const documents = [...rendered.objects, ...rendered.hooks];
  const folder = mkdtempSync(join(tmpdir(), 'pkg-sample-'));
  try {
    // Braces in the manifests must not be actions for Helm.
    const text = documents.map(({ text }) => text.replaceAll('{{', '{{ "{{" }}')).join('\n---\n');
    writeFiles(folder, {
      'Chart.yaml': 'apiVersion: v2\nname: printed\nversion: 1.0.0\n',
      'templates/all.yaml': text,
    });
    const lint = helm(['lint', '--strict', folder]);
    expect(lint.stdout + lint.stderr).toContain('1 chart(s) linted, 0 chart(s) failed');
    const run = helm(['template', 'demo', folder]);
    expect(run.stderr).toBe('');
    for (const document of documents) expect(run.stdout).toContain(document.text.trimEnd());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
