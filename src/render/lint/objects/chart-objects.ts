/** All objects of a chart and its subcharts, as the rules on references between objects need them. */
import { groupOf } from '../../../cluster/cluster.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap } from '../../../yaml/value.ts';
import { itemsOf } from '../../text-fields.ts';
import { field, mapAt, podPath, textAt } from './fields.ts';
import { builtinKinds } from './object-schema.ts';
import { RELEASE_NAME } from '../release.ts';
import { HARMLESS_GROUPS } from './unprinted-kinds.ts';
import type { Unprinted } from './unprinted-kinds.ts';

/** An object that a selector may match, with its labels. */
export type Labelled = { one: ValueMap; labels: ValueMap };

/** What the chart itself says of what it makes; where it is not known, nothing is said of names that nothing resembles. */
export type ChartMakes = {
  unprinted: Unprinted;
  /** The names and aliases of all dependencies, also of those that the values switch off. */
  dependencies: readonly string[];
};

/** Kinds of objects that operators make for their resources. */
const MADE_BY_OTHERS: ReadonlySet<string> = new Set(['Secret', 'ConfigMap', 'Service', 'PersistentVolumeClaim']);

/** Groups whose resources make no pods. */
const WITHOUT_PODS: ReadonlySet<string> = new Set([
  ...['monitoring.coreos.com', 'cert-manager.io', 'external-secrets.io', 'keda.sh', 'bitnami.com', 'traefik.io'],
  ...['gateway.networking.k8s.io', 'networking.istio.io', 'security.istio.io', 'snapshot.storage.k8s.io'],
]);

/** All objects of a chart and its subcharts, by kind, so that each reference is looked for among few. */
export class ChartObjects {
  /** The objects that have pods, with the labels and the spec of these. */
  readonly pods: readonly (Labelled & { spec: Value })[];
  readonly #all: readonly ValueMap[];
  readonly #byKind = new Map<string, ValueMap[]>();
  readonly #makes: ChartMakes | undefined;
  #texts: string[] | undefined;

  constructor(all: readonly ValueMap[], makes: ChartMakes | undefined) {
    this.#all = all.flatMap((object) => itemsOf(object).map((item) => item.object));
    this.#makes = makes;
    for (const object of this.#all) {
      const kind = textAt(object, 'kind');
      const others = this.#byKind.get(kind);
      if (others === undefined) this.#byKind.set(kind, [object]);
      else others.push(object);
    }
    this.pods = this.#all.flatMap((one) => {
      const path = podPath(one);
      if (path === undefined) return [];
      const labels = mapAt(field(one, ...path, 'metadata'), 'labels');
      return [{ one, labels, spec: field(one, ...path, 'spec') ?? null }];
    });
  }

  ofKind(kind: string): readonly ValueMap[] {
    return this.#byKind.get(kind) ?? [];
  }

  /** The names of the objects of a kind in the namespace of another object. */
  namesOf(kind: string, beside: ValueMap): string[] {
    return this.ofKind(kind)
      .filter((one) => isBeside(one, beside))
      .map((one) => textAt(one, 'metadata', 'name'));
  }

  /** The object of a kind and name in the namespace of another object. */
  findBeside(kind: string, name: string, beside: ValueMap): ValueMap | undefined {
    return this.ofKind(kind).find((one) => textAt(one, 'metadata', 'name') === name && isBeside(one, beside));
  }

  /**
   * Does nothing make an object of this name, which begins with that of the release? Nobody else uses such names. Not
   * so where other values may make the template of such an object print, where a subchart has names like this, and
   * where a program may make it: its name is then in a script, an argument or a custom resource.
   */
  isMissing(kind: string, name: string): boolean {
    if (this.#makes === undefined || !(name === RELEASE_NAME || name.startsWith(`${RELEASE_NAME}-`))) return false;
    const { unprinted, dependencies } = this.#makes;
    if (unprinted.has(kind) || (MADE_BY_OTHERS.has(kind) && unprinted.hasCustom)) return false;
    const rest = name.slice(RELEASE_NAME.length + 1);
    if (dependencies.some((one) => rest === one || rest.startsWith(`${one}-`))) return false;
    if (this.ofKind(kind).some((one) => textAt(one, 'metadata', 'name') === name)) return false;
    this.#texts ??= this.#all.flatMap((object) => textsThatMake(object));
    const mentioned = new RegExp(`${RegExp.escape(name)}(?!-?[a-z0-9])`);
    if (this.#texts.some((text) => mentioned.test(text))) return false;
    // Operators begin the names of what they make with that of their resource.
    return !this.#all.some(
      (object) => makesOthers(object) && name.startsWith(`${textAt(object, 'metadata', 'name') || '-'}-`),
    );
  }

  /** Are all objects with pods known that there may be: with other values, of subcharts, and of operators? */
  get hasAllPods(): boolean {
    if (this.#makes === undefined) return false;
    const { unprinted } = this.#makes;
    return (
      !POD_KINDS.some((kind) => unprinted.has(kind)) &&
      !unprinted.hasCustom &&
      this.#all.every((object) => isKnownKind(object) || WITHOUT_PODS.has(groupOf(textAt(object, 'apiVersion'))))
    );
  }

  /** Are all Services known that there may be? */
  get hasAllServices(): boolean {
    return this.#makes !== undefined && !this.#makes.unprinted.has('Service');
  }

  /** Is this the name of a dependency, or does it have one in it? */
  isOfDependency(text: string): boolean {
    return this.#makes?.dependencies.some((one) => text.includes(one)) === true;
  }
}

const POD_KINDS: readonly string[] = [
  ...['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job', 'CronJob'],
];

let builtin: Set<string> | undefined;

function isKnownKind(object: ValueMap): boolean {
  builtin ??= new Set(builtinKinds());
  return builtin.has(`${textAt(object, 'apiVersion')} ${textAt(object, 'kind')}`);
}

/** May an operator make other objects for this one? */
function makesOthers(object: ValueMap): boolean {
  return !isKnownKind(object) && !HARMLESS_GROUPS.has(groupOf(textAt(object, 'apiVersion')));
}

/** Fields with labels, in which the name of the release stands too. */
const LABELS: ReadonlySet<string> = new Set(['labels', 'matchLabels', 'selector']);

/** Fields that name other objects. */
const NAMING: ReadonlySet<string> = new Set([
  ...['name', 'secretName', 'claimName', 'serviceName', 'serviceAccountName', 'serviceAccount'],
]);

/**
 * Texts that may name what a program makes: of a custom resource all texts, also its own name; of other objects the
 * scripts, arguments and annotations, but not the references.
 */
function textsThatMake(object: ValueMap): string[] {
  const isCustom = makesOthers(object);
  const texts: string[] = [];
  const visit = (value: Value, key: string): void => {
    if (typeof value === 'string') {
      if (value !== '' && (isCustom || !NAMING.has(key))) texts.push(value);
    } else if (Array.isArray(value)) for (const item of value) visit(item, '');
    else if (isMap(value)) for (const [name, item] of value) if (!LABELS.has(name)) visit(item, name);
  };
  visit(object, '');
  // The controllers of certificates make the Secret that an Ingress names.
  for (const host of isCustom ? [] : ingressHosts(object)) texts.push(textAt(host, 'secretName'));
  return texts.filter((text) => text !== '');
}

function ingressHosts(object: ValueMap): Value[] {
  const tls = textAt(object, 'kind') === 'Ingress' ? field(object, 'spec', 'tls') : undefined;
  return Array.isArray(tls) ? tls : [];
}

/** Are two objects in the same namespace? */
export function isBeside(one: ValueMap, other: ValueMap): boolean {
  return textAt(one, 'metadata', 'namespace') === textAt(other, 'metadata', 'namespace');
}
