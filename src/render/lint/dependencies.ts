/** Rules on subcharts and on `crds/`. */
import type { Chart, ChartFile } from '../../chart/chart.ts';
import type { Position } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { readText } from './documents.ts';
import { finding } from './message.ts';
import type { LintMessage } from './message.ts';

/** Finds charts that only `charts/` or only the dependencies in `Chart.yaml` have. */
export function lintDependencies(chart: Chart): LintMessage[] {
  const present = new Set(chart.dependencies.map(({ metadata }) => metadata.name));
  const declared = new Set(chart.metadata.dependencies.map(({ name }) => name));
  const messages: LintMessage[] = [];
  for (const name of present) {
    if (declared.has(name)) continue;
    const message = `charts/ holds ${printable(name)}, which dependencies do not name`;
    messages.push(finding('dependency-undeclared', 'Chart.yaml', message));
  }
  for (const name of declared) {
    if (present.has(name)) continue;
    const message = `charts/ is missing the dependency ${printable(name)}`;
    messages.push(finding('dependency-missing', 'Chart.yaml', message));
  }
  return messages;
}

/** Finds files in `crds/` that are not CustomResourceDefinitions, in subcharts too, as Helm does. */
export function lintCrds(chart: Chart): LintMessage[] {
  return crdFiles(chart).flatMap(({ file, at }) => {
    const { documents, error } = readText(Buffer.from(file.data).toString('latin1'));
    const problems = documents.flatMap(({ head }) => [
      ...(head.apiVersion.startsWith('apiextensions.k8s.io') ? [] : ["apiVersion is not in 'apiextensions.k8s.io'"]),
      ...(head.kind === 'CustomResourceDefinition' ? [] : ["object kind is not 'CustomResourceDefinition'"]),
    ]);
    return [...problems, ...(error === undefined ? [] : [`cannot be read: ${error}`])].map((problem) =>
      finding('crd-invalid', file.name, problem, at),
    );
  });
}

function crdFiles(chart: Chart): { file: ChartFile; at: Position }[] {
  return [
    ...chart.crds.map((file) => ({ file, at: { file: `${chart.location}/${file.name}` } })),
    ...chart.dependencies.flatMap((child) => crdFiles(child)),
  ];
}
