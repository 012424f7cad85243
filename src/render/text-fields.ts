/**
 * Fields that hold texts in Kubernetes. A number or a boolean there is refused by an API server, but not by a folder,
 * which nobody reads before the server does.
 */
import { printable } from '../errors-text.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';

export type Path = readonly (string | number)[];

/** A field with a value that is no text. `message` does not say which value. */
export type TextFault = { path: Path; message: string; kind: string };

/** The fields of an object, and of those in a list of objects, that should be texts and are not. */
export function textFaults(object: ValueMap): TextFault[] {
  const found: TextFault[] = [];
  visit(object, [], found);
  return found;
}

function visit(object: ValueMap, at: Path, found: TextFault[]): void {
  const kind = textOf(object.get('kind'));
  const items = object.get('items');
  if (kind.endsWith('List') && Array.isArray(items)) {
    for (const [index, item] of items.entries()) {
      if (isMap(item))
        visit(new Map([['kind', kind.slice(0, -'List'.length)], ...item]), [...at, 'items', index], found);
    }
    return;
  }
  const name = textOf(member(object, ['metadata', 'name']));
  const add = (path: Path, value: Value | undefined): void => {
    if (value === undefined || value === null || typeof value === 'string') return;
    const what = Array.isArray(value)
      ? 'a list, and not a text'
      : isMap(value)
        ? 'a map, and not a text'
        : quotable(value);
    const of = name === '' ? `a ${printable(kind)}` : `${printable(kind)} "${printable(name)}"`;
    found.push({ path: [...at, ...path], message: `${printable(path.join('.'))} of ${of} is ${what}`, kind });
  };
  /** The values of a map, or the items of a list. */
  const addAll = (...path: Path): void => {
    const inside = member(object, path);
    if (isMap(inside)) for (const [key, value] of inside) add([...path, key], value);
    else if (Array.isArray(inside)) for (const [index, value] of inside.entries()) add([...path, index], value);
  };
  add(['metadata', 'name'], member(object, ['metadata', 'name']));
  add(['metadata', 'namespace'], member(object, ['metadata', 'namespace']));
  addAll('metadata', 'labels');
  addAll('metadata', 'annotations');
  const group = textOf(object.get('apiVersion')).replace(/\/?[^/]*$/, '');
  if (!(group === '' || group === 'apps' || group === 'batch')) return;
  if (kind === 'ConfigMap' || kind === 'Secret') addAll('data');
  if (kind === 'Secret') addAll('stringData');
  if (kind === 'Service') addAll('spec', 'selector');
  const template = TEMPLATES[kind];
  if (template === undefined) return;
  addAll('spec', 'selector', 'matchLabels');
  if (template.length > 0) {
    addAll(...template, 'metadata', 'labels');
    addAll(...template, 'metadata', 'annotations');
  }
  const spec = [...template, 'spec'];
  addAll(...spec, 'nodeSelector');
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
    const containers = member(object, [...spec, list]);
    for (const index of Array.isArray(containers) ? containers.keys() : []) {
      const container = [...spec, list, index];
      addAll(...container, 'command');
      addAll(...container, 'args');
      const env = member(object, [...container, 'env']);
      for (const number of Array.isArray(env) ? env.keys() : []) {
        for (const field of ['name', 'value']) {
          const path = [...container, 'env', number, field];
          add(path, member(object, path));
        }
      }
    }
  }
}

/** Where Kubernetes' own kinds have the template of their pods. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

/** What is said of a value that is a text once it is quoted. */
export function quotable(value: Value): string {
  return typeof value === 'boolean' ? 'a boolean: quote it' : 'a number: quote it';
}

function member(value: Value | undefined, path: Path): Value | undefined {
  let found = value;
  for (const part of path) {
    found = isMap(found) ? found.get(String(part)) : Array.isArray(found) ? found[Number(part)] : undefined;
  }
  return found;
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}
