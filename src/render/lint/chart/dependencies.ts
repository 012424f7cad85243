/** Rules on subcharts and on `crds/`. */
import { join } from 'node:path';
import type { Chart, ChartFile } from '../../../chart/chart.ts';
import { isAskedFor, missingImports, versionWarning } from '../../../chart/dependencies.ts';
import { PkgError } from '../../../errors.ts';
import type { Position } from '../../../errors.ts';
import { printable } from '../../../errors-text.ts';
import { locateKeys } from '../../../yaml/locate.ts';
import { nearest } from '../../../nearest.ts';
import { parseYamlDocuments } from '../../../yaml/read.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value } from '../../../yaml/value.ts';
import { readText } from '../templates/documents.ts';
import { field, mapAt } from '../objects/fields.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';
import { kindOf } from '../../text-fields.ts';
import { objectProblems } from '../objects/object-problems.ts';
import type { ChartKinds } from '../objects/object-schema.ts';

/** Finds charts that only `charts/` or only the dependencies in `Chart.yaml` have, or these in another version. */
export function lintDependencies(chart: Chart, isNative: boolean): LintMessage[] {
  const present = new Set(chart.dependencies.map(({ metadata }) => metadata.name));
  const declared = new Set(chart.metadata.dependencies.map(({ name }) => name));
  const messages: LintMessage[] = [];
  for (const name of present) {
    if (declared.has(name)) continue;
    const message = `charts/ holds ${printable(name)}, which dependencies do not name`;
    messages.push(finding('dependency-undeclared', 'Chart.yaml', message));
  }
  for (const dependency of chart.metadata.dependencies) {
    const named = chart.dependencies.filter(({ metadata }) => metadata.name === dependency.name);
    const [other] = named;
    if (other === undefined || named.some((one) => isAskedFor(dependency, one))) continue;
    const message = versionWarning(chart.metadata.name, dependency, other.metadata.version);
    messages.push(finding('dependency-version', 'Chart.yaml', message, undefined, isNative ? undefined : 'info'));
  }
  for (const name of declared) {
    if (present.has(name)) continue;
    const message = `charts/ is missing the dependency ${printable(name)}`;
    messages.push(finding('dependency-missing', 'Chart.yaml', message));
  }
  return messages;
}

/**
 * Finds values under the name of a dependency that has an alias: they do not reach it. Nothing is said where a template
 * of the chart may use them itself.
 */
export function lintAliases(chart: Chart, isNative: boolean): LintMessage[] {
  const { dependencies } = chart.metadata;
  const text = new TextDecoder().decode(chart.valuesFile?.data);
  const templates = chart.templates.map(({ data }) => new TextDecoder().decode(data)).join('\n');
  return dependencies.flatMap(({ name, alias }, index) => {
    if (alias === '' || alias === name || !chart.values.has(name)) return [];
    const isOther = dependencies.some((one, at) => at !== index && (one.alias || one.name) === name);
    const isUsed = dependencies.findIndex((one) => one.name === name) < index || mentions(templates, name);
    if (isOther || isUsed) return [];
    const at = { file: join(chart.location, 'values.yaml'), ...locateKeys(text, [name]) };
    const message = `these values reach no subchart: the dependency ${printable(name)} has the alias ${printable(alias)}, so its values must be under ${printable(alias)}:`;
    return [finding('value-alias', 'values.yaml', message, at, isNative ? undefined : 'info')];
  });
}

/**
 * Finds conditions of dependencies that are misspelt: no values.yaml has them, and one has a similar one. Helm passes over
 * them, and the subchart is always there.
 */
export function lintConditions(chart: Chart, isNative: boolean): LintMessage[] {
  const text = new TextDecoder().decode(chart.metadataFile?.data);
  return chart.metadata.dependencies.flatMap(({ name, alias, condition }, index) => {
    const dependency = chart.dependencies.find(({ metadata }) => metadata.name === name);
    const own = alias === '' ? name : alias;
    const paths = condition.split(',').map((path) => path.trim());
    const valueOf = (keys: readonly string[]): Value | undefined =>
      field(chart.values, ...keys) ?? (keys[0] === own ? field(dependency?.values, ...keys.slice(1)) : undefined);
    const isKnown = (keys: readonly string[]): boolean => valueOf(keys) !== undefined;
    const found = (message: string): LintMessage => {
      const at = {
        file: join(chart.location, 'Chart.yaml'),
        ...locateKeys(text, ['dependencies', index, 'condition']),
      };
      return finding('dependency-condition', 'Chart.yaml', message, at, isNative ? undefined : 'info');
    };
    return paths.flatMap((path) => {
      const keys = path.split('.');
      if (/[\s|&!=()]/.test(path))
        return [
          found(
            `the condition ${printable(path)} is not the path of a value: several are separated by commas, and the first that is there counts`,
          ),
        ];
      const value = path === '' ? null : valueOf(keys);
      if (value === null || typeof value === 'boolean') return [];
      if (value !== undefined) return [found(`the condition ${printable(path)} is ${notBoolean(value)}`)];
      const beside = keys.slice(0, -1);
      const others = [
        ...mapAt(chart.values, ...beside).keys(),
        ...(keys[0] === own ? mapAt(dependency?.values, ...beside.slice(1)).keys() : []),
      ];
      const below = keys[0] === '' ? keys.slice(1) : keys;
      const [head = '', ...rest] = below;
      const roots = [...chart.values.keys(), own];
      const near =
        /^values$/i.test(head) && isKnown(rest)
          ? rest
          : // The values of a dependency with an alias are under this.
            head === name && alias !== '' && isKnown([alias, ...rest])
            ? [alias, ...rest]
            : (similar(beside, keys.at(-1) ?? '', others) ??
              [...roots]
                .map((root) => [root, ...rest])
                .find((one) => isKnown(one) && nearest(head, [one[0] ?? '']) !== undefined));
      if (near === undefined) return [];
      return [found(`no values.yaml has the condition ${printable(path)}; did you mean ${printable(near.join('.'))}?`)];
    });
  });
}

/** What is said of a condition or a tag that Helm passes over, because it is not a boolean. */
function notBoolean(value: Value): string {
  return `${kindOf(value)} in values.yaml, and is ignored: write true or false, without quotes`;
}

/** Finds what dependencies import from charts that do not have it. */
export function lintImports(chart: Chart, isNative: boolean): LintMessage[] {
  const text = new TextDecoder().decode(chart.metadataFile?.data);
  return missingImports(chart).map(({ dependency, item, path, beside }) => {
    const near = nearest(path.slice(path.lastIndexOf('.') + 1), beside) ?? nearest(path.split('.')[0] ?? '', beside);
    const hint = near === undefined ? '' : `; did you mean ${printable(near)}?`;
    const name = printable(chart.metadata.dependencies[dependency]?.name ?? '');
    const message = `nothing is imported: the values of ${name} have no map ${printable(path)}${hint}`;
    const keys = ['dependencies', dependency, 'import-values', item];
    const at = { file: join(chart.location, 'Chart.yaml'), ...locateKeys(text, keys) };
    return finding('dependency-import', 'Chart.yaml', message, at, isNative ? undefined : 'info');
  });
}

/** Finds tags of dependencies that are no booleans in the values, or are misspelt: they resemble one that is there. */
export function lintTags(chart: Chart, isNative: boolean): LintMessage[] {
  const text = new TextDecoder().decode(chart.metadataFile?.data);
  const given = mapAt(chart.values, 'tags');
  return chart.metadata.dependencies.flatMap(({ tags }, index) =>
    tags.flatMap((tag, place) => {
      const value = given.get(tag) ?? null;
      const near = given.has(tag) ? undefined : nearest(tag, given.keys());
      const isWrong = value !== null && typeof value !== 'boolean';
      if (near === undefined && !isWrong) return [];
      const message = isWrong
        ? `the tag ${printable(tag)} is ${notBoolean(value)}`
        : `tags of values.yaml has no ${printable(tag)}; did you mean ${printable(near ?? '')}?`;
      const at = {
        file: join(chart.location, 'Chart.yaml'),
        ...locateKeys(text, ['dependencies', index, 'tags', place]),
      };
      return [finding('dependency-tag', 'Chart.yaml', message, at, isNative ? undefined : 'info')];
    }),
  );
}

function similar(beside: readonly string[], name: string, others: readonly string[]): string[] | undefined {
  const near = nearest(name, others);
  return near === undefined ? undefined : [...beside, near];
}

/** Does a template have the name as the name of a value, `.Values.name` or `values.name`, or in a text as in `index`? */
function mentions(templates: string, name: string): boolean {
  const at = RegExp.escape(name);
  return new RegExp(`[Vv]alues\\.\\[?${at}(?![\\w-])|["']${at}["']`).test(templates);
}

/**
 * Findings on the CRDs in the chart's own `crds/`: fields that Kubernetes does not have, and what an API server refuses.
 * In a chart of Go templates alone they are infos.
 */
export function lintCrdFields(chart: Chart, kinds: ChartKinds, isNative: boolean): LintMessage[] {
  return chart.crds.flatMap(({ name, data }) => {
    const text = Buffer.from(data).toString('utf8');
    let documents: Value[];
    try {
      documents = parseYamlDocuments(text, name);
    } catch (error) {
      // What cannot be read is reported by another rule.
      if (error instanceof PkgError) return [];
      throw error;
    }
    return documents.flatMap((object, index) => {
      if (!isMap(object)) return [];
      return objectProblems(object, kinds).map(({ rule, keys, message }) => {
        const at = { file: join(chart.location, name), ...locateKeys(text, keys, index) };
        return finding(rule, name, message, at, isNative ? undefined : 'info');
      });
    });
  });
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
