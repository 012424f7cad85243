/** Which of the two engines runs a template, and the result that both engines give. */
import type { Chart } from '../chart/chart.ts';
import { isGuard } from '../chart/guard.ts';
import type { RenderedDocument, RenderedHook } from './render.ts';

/** The documents that an engine renders from a chart tree, in order of files. */
export type Documents = {
  objects: (RenderedDocument & { kind: string })[];
  hooks: RenderedHook[];
  /** Of the top chart, and of subcharts where they were asked for. */
  notes: string[];
  warnings: string[];
};

/** Is this file of `templates/` a native template? Every other is a Go template. */
export function isNativeTemplate(name: string): boolean {
  return name.endsWith('.hbs');
}

/** Which engines a chart tree needs. `goTexts`: native templates may run texts as Go templates. */
export function enginesOf(chart: Chart): { native: boolean; go: boolean; goTexts: boolean } {
  const engines = { native: false, go: false, goTexts: false };
  const visit = ({ templates, dependencies }: Chart): void => {
    for (const { name, data } of templates) {
      if (isNativeTemplate(name)) {
        engines.native = true;
        engines.goTexts ||= Buffer.from(data.buffer, data.byteOffset, data.byteLength).includes('goTpl');
      } else if (!isGuard(name)) engines.go = true;
    }
    for (const child of dependencies) visit(child);
  };
  visit(chart);
  return engines;
}
