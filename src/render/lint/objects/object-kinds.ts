/** Finds objects without kind or apiVersion, and kinds and versions that Kubernetes' own API groups do not have. */
import { groupOf, versionOf } from '../../../cluster/cluster.ts';
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import { knownKinds } from './deprecations.ts';
import type { LintRule } from '../message.ts';
import { builtinKinds } from './object-schema.ts';
import type { ChartKinds } from './object-schema.ts';

/** The head of an object that does not fit, in words, and the field that is wrong. */
export type KindProblem = { rule: LintRule; keys: readonly string[]; message: string };

/** Kinds that no list of kinds has: lists of objects, and what was removed long ago or is only sent to the API server. */
const OTHERS: readonly string[] = [
  'v1 List',
  'v1 Eviction',
  'v1 DeleteOptions',
  'extensions/v1beta1 PodSecurityPolicy',
  'extensions/v1beta1 ThirdPartyResource',
  'extensions/v1beta1 Job',
  'extensions/v1beta1 HorizontalPodAutoscaler',
  'batch/v2alpha1 CronJob',
  'batch/v2alpha1 ScheduledJob',
  'rbac.authorization.k8s.io/v1alpha1 ClusterRole',
  'scheduling.k8s.io/v1alpha1 PriorityClass',
  'admissionregistration.k8s.io/v1alpha1 InitializerConfiguration',
  'admissionregistration.k8s.io/v1alpha1 ExternalAdmissionHookConfiguration',
  'networking.k8s.io/v1alpha1 ClusterCIDR',
  'resource.k8s.io/v1alpha1 ResourceClass',
  'resource.k8s.io/v1alpha2 PodSchedulingContext',
  'resource.k8s.io/v1alpha2 ResourceClaimParameters',
  'resource.k8s.io/v1alpha2 ResourceClassParameters',
];

let groups: Map<string, Map<string, Set<string>>> | undefined;

/** The kinds of each of Kubernetes' own groups, with their versions. */
function knownGroups(): Map<string, Map<string, Set<string>>> {
  if (groups !== undefined) return groups;
  groups = new Map();
  for (const name of [...builtinKinds(), ...knownKinds(), ...OTHERS]) {
    const [apiVersion = '', kind = ''] = name.split(' ');
    const [group, version] = [groupOf(apiVersion), versionOf(apiVersion)];
    const kinds = groups.get(group) ?? new Map<string, Set<string>>();
    groups.set(group, kinds);
    const versions = kinds.get(kind) ?? new Set();
    kinds.set(kind, versions.add(version));
  }
  return groups;
}

/** Do two names differ in their case, or by an ending such as the `s` of a plural? */
function isNearlySame(one: string, other: string): boolean {
  const [short = '', long = ''] = [one.toLowerCase(), other.toLowerCase()].toSorted((a, b) => a.length - b.length);
  return long.startsWith(short) && long.length - short.length <= 1;
}

/**
 * The problem of an object's apiVersion and kind; undefined for a good one, and for kinds of groups that neither
 * Kubernetes nor the chart has.
 */
export function kindProblem(apiVersion: string, kind: string, chartKinds: ChartKinds): KindProblem | undefined {
  if (apiVersion === '' || kind === '') {
    const missing = ['apiVersion', 'kind'].filter((_, index) => [apiVersion, kind][index] === '');
    const message = `what is printed here has no ${missing.join(' and no ')}, which each object needs`;
    return { rule: 'object-incomplete', keys: [], message };
  }
  const [group, version] = [groupOf(apiVersion), versionOf(apiVersion)];
  const kinds = knownGroups().get(group);
  const unknown = (field: string, message: string): KindProblem => ({ rule: 'api-unknown', keys: [field], message });
  if (kinds === undefined) {
    // The group of a CRD has a dot.
    if (group.includes('.')) {
      const own = chartKinds.kindsOf(group);
      const found = own.get(kind);
      if (found?.includes(version) === false)
        return unknown(
          'apiVersion',
          `the CRD of the chart has no ${printable(version, 60)} of ${printable(kind, 60)}; it has ${found.map((one) => printable(one)).join(', ')}`,
        );
      // CRDs of the same group may be in other charts, too, so only what is nearly the same is reported.
      const similar = found === undefined ? nearest(kind, own.keys()) : undefined;
      if (similar === undefined) return undefined;
      if (!isNearlySame(kind, similar) && nearest(kind, [similar], 1) === undefined) return undefined;
      const message = `no CRD of the chart is of the kind ${printable(kind, 60)}; did you mean ${printable(similar)}?`;
      return unknown('kind', message);
    }
    const near = nearest(group, knownGroups().keys());
    const owner = [...knownGroups()].find(([, one]) => one.has(kind))?.[0];
    const meant = owner === undefined ? near : owner;
    const hint = meant === undefined ? '' : `; did you mean ${meant === '' ? 'v1' : `${meant}/${version}`}?`;
    return unknown('apiVersion', `there is no API group ${printable(group, 60)}${hint}`);
  }
  const versions = kinds.get(kind) ?? (kind.endsWith('List') ? kinds.get(kind.slice(0, -'List'.length)) : undefined);
  if (versions === undefined) {
    const owner = [...knownGroups()].find(([, one]) => one.has(kind));
    const near = nearest(kind, kinds.keys());
    const hint =
      owner !== undefined
        ? `; ${printable(kind, 60)} is in ${owner[0] === '' ? 'v1' : owner[0]}`
        : near === undefined
          ? ''
          : `; did you mean ${near}?`;
    return unknown('kind', `${printable(apiVersion, 60)} has no kind ${printable(kind, 60)}${hint}`);
  }
  // Versions such as v1 are never taken away, so one that is not known never was.
  if (versions.has(version) || !/^v[0-9]+$/.test(version)) return undefined;
  const known = [...versions].map((one) => (group === '' ? one : `${group}/${one}`));
  const hint = `; it is in ${known.join(', ')}`;
  return unknown('apiVersion', `there is no ${printable(kind, 60)} in ${printable(apiVersion, 60)}${hint}`);
}
