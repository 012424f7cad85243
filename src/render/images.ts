/** The container images that a rendered chart names: to mirror, to scan, to pin. */
import { groupOf } from '../cluster/cluster.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';

/** An image, and everything that names it. */
export type FoundImage = { image: string; usedBy: ImageUse[] };

/** Where an image is named: in a container of an object, or in another field of an object or of the values. */
export type ImageUse = {
  /** `Deployment/web`, or `values` for what no object has. */
  object: string;
  /** Of the container; empty for other fields. */
  container: string;
  /** `container`, `init`, `ephemeral`, `volume` (an image as a volume), `field` (a custom resource's), or `values`. */
  kind: 'container' | 'init' | 'ephemeral' | 'volume' | 'field' | 'values';
};

/** Fields of a pod that hold containers. */
const CONTAINERS: Readonly<Record<string, ImageUse['kind']>> = {
  containers: 'container',
  initContainers: 'init',
  ephemeralContainers: 'ephemeral',
};

/** Is this a kind of Kubernetes' own? Its images stand in containers and volumes alone. */
function isOwnKind(apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  return !group.includes('.') || group.endsWith('.k8s.io');
}

/**
 * The images of objects, by name. Of custom resources the fields that are called like images count too, since nobody
 * knows what their controllers make of them.
 *
 * @param objects documents of a chart, hooks among them
 * @param values the merged values; undefined to leave them out
 */
export function imagesOf(objects: readonly ValueMap[], values: ValueMap | undefined): FoundImage[] {
  const found = new Map<string, ImageUse[]>();
  const add = (image: string, use: ImageUse): void => {
    const uses = found.get(image) ?? [];
    if (uses.length === 0) found.set(image, uses);
    const isKnown = uses.some((one) => one.object === use.object && one.container === use.container);
    if (!isKnown) uses.push(use);
  };
  for (const object of objects) inObject(object, add);
  if (values !== undefined) {
    const known = new Set(found.keys());
    inFields(values, (image) => {
      if (!known.has(image)) add(image, { object: 'values', container: '', kind: 'values' });
    });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([image, usedBy]) => ({ image, usedBy }));
}

type Add = (image: string, use: ImageUse) => void;

function inObject(object: ValueMap, add: Add): void {
  const items = object.get('items');
  if (textOf(object.get('kind')).endsWith('List') && Array.isArray(items)) {
    for (const item of items) if (isMap(item)) inObject(item, add);
    return;
  }
  const metadata = object.get('metadata');
  const name = isMap(metadata) ? textOf(metadata.get('name')) : '';
  const label = `${textOf(object.get('kind'))}/${name}`;
  const seen = new Set<string>();
  inPods(object, (image, container, kind) => {
    seen.add(image);
    add(image, { object: label, container, kind });
  });
  if (isOwnKind(textOf(object.get('apiVersion')))) return;
  inFields(object, (image) => {
    if (!seen.has(image)) add(image, { object: label, container: '', kind: 'field' });
  });
}

/** Containers and image volumes, however deep the pod lies. */
function inPods(value: Value, add: (image: string, container: string, kind: ImageUse['kind']) => void): void {
  if (Array.isArray(value)) for (const item of value) inPods(item, add);
  if (!isMap(value)) return;
  for (const [key, child] of value) {
    const kind = Object.hasOwn(CONTAINERS, key) ? CONTAINERS[key] : undefined;
    const items = Array.isArray(child) ? child.filter(isMap) : [];
    for (const item of items) {
      const image = textOf(item.get('image'));
      if (kind !== undefined && image !== '') add(image, textOf(item.get('name')), kind);
      const volume = item.get('image');
      const reference = isMap(volume) ? textOf(volume.get('reference')) : '';
      if (key === 'volumes' && reference !== '') add(reference, textOf(item.get('name')), 'volume');
    }
    inPods(child, add);
  }
}

/** Fields that are called `image` or end so: texts, and maps with a repository, as charts' values have them. */
function inFields(value: Value, add: (image: string) => void): void {
  if (Array.isArray(value)) for (const item of value) inFields(item, add);
  if (!isMap(value)) return;
  for (const [key, child] of value) {
    const image = /^image$|Image$|^image[A-Z]/.test(key) ? imageIn(child) : undefined;
    if (image !== undefined) add(image);
    inFields(child, add);
  }
  // `repository` and `tag` beside each other name an image whatever the map is called.
  const own = imageIn(value);
  if (own !== undefined && value.has('tag')) add(own);
}

function imageIn(value: Value): string | undefined {
  if (typeof value === 'string') return isImage(value) ? value : undefined;
  if (!isMap(value)) return undefined;
  const repository = textOf(value.get('repository'));
  if (repository === '') return undefined;
  const registry = textOf(value.get('registry'));
  const digest = textOf(value.get('digest'));
  const tag = value.get('tag');
  const version = digest === '' ? `:${typeof tag === 'string' ? tag : String(tag ?? '')}` : `@${digest}`;
  const image = `${registry === '' ? '' : `${registry}/`}${repository}${version === ':' ? '' : version}`;
  return isImage(image) ? image : undefined;
}

/** Is this the name of an image, with a tag or a digest or at least a path? `Always` and the like are none. */
function isImage(text: string): boolean {
  const name =
    /^(?:[a-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/.exec(
      text,
    );
  return name !== null && (name[1] !== undefined || name[2] !== undefined || text.includes('/'));
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}
