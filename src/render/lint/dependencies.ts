/** Rules on subcharts and on `crds/`. */
import type { Chart } from '../../chart/chart.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { isMap } from '../../yaml/value.ts';
import { parseYamlDocuments } from '../../yaml/read.ts';
import { textAt } from './fields.ts';
import { finding } from './message.ts';
import type { LintMessage } from './message.ts';

/** What lies in `charts/` and what `Chart.yaml` names must be the same charts. */
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

/** `crds/` holds CustomResourceDefinitions and no templates. */
export function lintCrds(chart: Chart): LintMessage[] {
  return chart.crds.flatMap((file) => {
    try {
      const documents = parseYamlDocuments(new TextDecoder().decode(file.data), file.name);
      return documents.flatMap((document) => {
        if (document === null) return [];
        if (!isMap(document)) return [finding('crd-invalid', file.name, 'this is no object')];
        const problems: string[] = [];
        if (!textAt(document, 'apiVersion').startsWith('apiextensions.k8s.io')) {
          problems.push("apiVersion is not in 'apiextensions.k8s.io'");
        }
        if (textAt(document, 'kind') !== 'CustomResourceDefinition') {
          problems.push("object kind is not 'CustomResourceDefinition'");
        }
        return problems.map((problem) => finding('crd-invalid', file.name, problem));
      });
    } catch (error) {
      if (error instanceof PkgError) return [finding('crd-invalid', file.name, error.message, error.at)];
      throw error;
    }
  });
}
