/** Checks `kubeVersion` of Chart.yaml: a constraint that no Kubernetes fits lets nobody install the chart. */
import { join } from 'node:path';
import type { Chart } from '../../../chart/chart.ts';
import { fits, parseConstraint } from '../../../chart/constraint.ts';
import type { Constraint } from '../../../chart/constraint.ts';
import { PkgError } from '../../../errors.ts';
import { printable } from '../../../errors-text.ts';
import { locateKeys } from '../../../yaml/locate.ts';
import { DEFAULT_CAPABILITIES, kubeVersionNumbers } from '../../capabilities.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';

/** Versions up to 1.60.30 are tried: the newest are 1.37, and a minor version has had at most 23 patches. */
const [MAX_MINOR, MAX_PATCH] = [60, 30];

/**
 * Findings on the constraint: it cannot be read, no Kubernetes fits it, or the one that was asked for does not. In a
 * chart of Go templates alone they are infos.
 *
 * @param asked the version of `--kube-version`; undefined where it was not given
 */
export function lintKubeVersion(chart: Chart, asked: string | undefined, isNative: boolean): LintMessage[] {
  const { kubeVersion } = chart.metadata;
  const problem = kubeVersion === '' ? undefined : problemOf(kubeVersion, asked);
  if (problem === undefined) return [];
  const text = new TextDecoder().decode(chart.metadataFile?.data);
  const at = { file: join(chart.location, 'Chart.yaml'), ...locateKeys(text, ['kubeVersion']) };
  const severity = !isNative ? 'info' : problem.isSure ? undefined : 'warning';
  return [finding('chart-kube-version', 'Chart.yaml', problem.message, at, severity)];
}

function problemOf(written: string, asked: string | undefined): { message: string; isSure: boolean } | undefined {
  const shown = `'${printable(written, 60)}'`;
  let constraint: Constraint;
  try {
    constraint = parseConstraint(written);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    return { message: [`kubeVersion ${shown} cannot be read`, ...error.hints].join(': '), isSure: true };
  }
  if (!isEverFit(constraint)) {
    const newest = kubeVersionNumbers(DEFAULT_CAPABILITIES.kubeVersion);
    return {
      message: `no Kubernetes fits kubeVersion ${shown}; this pkg knows versions up to ${newest}`,
      isSure: true,
    };
  }
  if (asked === undefined || fits(kubeVersionNumbers(asked), constraint)) return undefined;
  const message = `kubeVersion ${shown} does not fit ${printable(asked, 60)}, which --kube-version asks for: the chart cannot be installed there`;
  return { message, isSure: false };
}

function isEverFit(constraint: Constraint): boolean {
  for (let minor = 0; minor <= MAX_MINOR; minor++)
    for (let patch = 0; patch <= MAX_PATCH; patch++) if (fits(`1.${minor}.${patch}`, constraint)) return true;
  return false;
}
