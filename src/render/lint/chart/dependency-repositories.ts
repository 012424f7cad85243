/** Checks where `dependencies` of Chart.yaml come from: an address that is none is told only when they are updated. */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Chart, ChartDependency } from '../../../chart/chart.ts';
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import { locateKeys } from '../../../yaml/locate.ts';
import { finding } from '../message.ts';
import type { LintMessage, Severity } from '../message.ts';

const SCHEMES: readonly string[] = ['https://', 'http://', 'oci://', 'file://'];

/**
 * Findings on the repositories of a chart's dependencies. In a chart of Go templates alone they are infos, and so is what
 * only the next update needs, because the dependency is in `charts/`.
 *
 * @param repositories the names of the repositories that this machine knows; undefined where that is not asked
 */
export function lintRepositories(
  chart: Chart,
  repositories: (() => readonly string[]) | undefined,
  isNative: boolean,
): LintMessage[] {
  const text = new TextDecoder().decode(chart.metadataFile?.data);
  return chart.metadata.dependencies.flatMap((dependency, index) => {
    const isPresent = chart.dependencies.some(({ metadata }) => metadata.name === dependency.name);
    const address = addressProblem(dependency.repository);
    const problem = address ?? placeProblem(chart, dependency, repositories);
    if (problem === undefined) return [];
    const at = {
      file: join(chart.location, 'Chart.yaml'),
      ...locateKeys(text, ['dependencies', index, 'repository']),
    };
    const severity: Severity | undefined = !isNative || (isPresent && address === undefined) ? 'info' : undefined;
    const message = `the repository of the dependency ${printable(dependency.name, 60)} ${problem}`;
    return [finding('dependency-repository', 'Chart.yaml', message, at, severity)];
  });
}

/** What is wrong with a text that no chart can be fetched from. */
function addressProblem(repository: string): string | undefined {
  if (repository === '' || /^(?:@|alias:)/.test(repository)) return undefined;
  const scheme = SCHEMES.find((one) => repository.startsWith(one));
  if (scheme !== undefined) {
    const isUrl = scheme === 'file://' || (URL.canParse(repository) && !/\s/.test(repository));
    return isUrl ? undefined : `is ${shown(repository)}, which is not a URL`;
  }
  const begin = /^[a-z][a-z0-9+.-]*:?\/+/i.exec(repository)?.[0];
  const near = begin === undefined ? undefined : nearest(begin, SCHEMES, 2);
  const meant =
    near !== undefined && begin !== undefined
      ? `; did you mean ${near}${printable(repository.slice(begin.length), 100)}?`
      : /^\.{0,2}\/|^charts\//.test(repository)
        ? `; a folder is named by file://${printable(repository, 100)}`
        : `: write https://…, oci://…, file://FOLDER, or @NAME for a repository of \`pkg repo add\``;
  return `is ${shown(repository)}, from which charts cannot be fetched${meant}`;
}

/** What is wrong with a folder or the name of a repository. */
function placeProblem(
  chart: Chart,
  { repository }: ChartDependency,
  repositories: (() => readonly string[]) | undefined,
): string | undefined {
  const alias = /^(?:@|alias:)(.*)$/s.exec(repository)?.[1];
  if (alias !== undefined) {
    const known = repositories?.();
    if (known === undefined || known.includes(alias)) return undefined;
    const near = nearest(alias, known);
    const hint =
      near === undefined ? `add it with \`pkg repo add ${printable(alias, 60)} URL\`` : `did you mean @${near}?`;
    return `is ${shown(repository)}, a name that this machine does not know; ${hint}`;
  }
  const isFolder = statSync(chart.location, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!repository.startsWith('file://') || !isFolder) return undefined;
  const folder = resolve(chart.location, repository.slice('file://'.length));
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return undefined;
  return `is ${shown(repository)}, and there is no such folder: the path is relative to that of Chart.yaml`;
}

function shown(repository: string): string {
  return `'${printable(repository.replace(/\/\/[^/@]*@/, '//…@'), 100)}'`;
}
