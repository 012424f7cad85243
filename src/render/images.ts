/** Finds the container images of a rendered chart, for mirroring, scanning and pinning. */
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
  /**
   * `container`, `init`, `ephemeral`, `volume` (an image as a volume), `field` (of a custom resource, or an argument or
   * variable of a container), or `values`.
   */
  kind: 'container' | 'init' | 'ephemeral' | 'volume' | 'field' | 'values';
};

/** Fields of a pod that hold containers. */
const CONTAINERS: Readonly<Record<string, ImageUse['kind']>> = {
  containers: 'container',
  initContainers: 'init',
  ephemeralContainers: 'ephemeral',
};

/** Is this a built-in kind? These name images only in containers and volumes. */
function isOwnKind(apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  return !group.includes('.') || group.endsWith('.k8s.io');
}

/**
 * Finds the images of objects, by name. In custom resources, fields with names such as `image` count too, since their
 * controllers may run them.
 *
 * @param objects documents of a chart, hooks among them
 * @param values the merged values; undefined to leave them out
 */
export function imagesOf(objects: readonly ValueMap[], values: ValueMap | undefined): FoundImage[] {
  const found = new Map<string, ImageUse[]>();
  const add = (image: string, use: ImageUse): void => {
    const uses = found.get(image) ?? [];
    if (uses.length === 0) found.set(image, uses);
    // Containers of custom resources are found as their fields, too.
    const isKnown = uses.some(
      ({ object, container }) => object === use.object && (use.kind === 'field' || container === use.container),
    );
    if (!isKnown) uses.push(use);
  };
  for (const object of objects) inObject(object, ({ image }, use) => add(image, use));
  if (values !== undefined) {
    const known = new Set(found.keys());
    inFields(values, ({ image }) => {
      if (!known.has(image)) add(image, { object: 'values', container: '', kind: 'values' });
    });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([image, usedBy]) => ({ image, usedBy }));
}

/**
 * Gives the images of an object other names, wherever {@link imagesOf} finds them.
 *
 * @param object is changed
 * @param rename gives the name of an image that it is given, or the same
 * @returns whether something was changed
 */
export function renameImages(object: ValueMap, rename: (image: string) => string): boolean {
  // Some places are found twice, so names are put after all are found.
  const puts: (() => void)[] = [];
  inObject(object, ({ image, put }) => {
    const other = rename(image);
    if (other !== image) puts.push(() => put(other));
  });
  for (const put of puts) put();
  return puts.length > 0;
}

/** An image, and a function that writes another name into its field. */
type ImageField = { image: string; put: (image: string) => void };

type Visit = (field: ImageField, use: ImageUse) => void;

function inObject(object: ValueMap, visit: Visit): void {
  const items = object.get('items');
  if (textOf(object.get('kind')).endsWith('List') && Array.isArray(items)) {
    for (const item of items) if (isMap(item)) inObject(item, visit);
    return;
  }
  const metadata = object.get('metadata');
  const name = isMap(metadata) ? textOf(metadata.get('name')) : '';
  const label = `${textOf(object.get('kind'))}/${name}`;
  inPods(object, (field, container, kind) => visit(field, { object: label, container, kind }));
  if (isOwnKind(textOf(object.get('apiVersion')))) return;
  inFields(object, (field) => visit(field, { object: label, container: '', kind: 'field' }));
}

type VisitPod = (field: ImageField, container: string, kind: ImageUse['kind']) => void;

/** Containers and image volumes, however deep the pod lies. */
function inPods(value: Value, visit: VisitPod): void {
  if (Array.isArray(value)) for (const item of value) inPods(item, visit);
  if (!isMap(value)) return;
  for (const [key, child] of value) {
    const kind = Object.hasOwn(CONTAINERS, key) ? CONTAINERS[key] : undefined;
    const items = Array.isArray(child) ? child.filter(isMap) : [];
    for (const item of items) {
      const image = textOf(item.get('image'));
      const name = textOf(item.get('name'));
      if (kind !== undefined && image !== '') visit(textField(item, 'image', image), name, kind);
      if (kind !== undefined) for (const other of imagesToRun(item)) visit(other, name, 'field');
      const volume = item.get('image');
      const reference = isMap(volume) ? textOf(volume.get('reference')) : '';
      if (key === 'volumes' && isMap(volume) && reference !== '') {
        visit(textField(volume, 'reference', reference), name, 'volume');
      }
    }
    inPods(child, visit);
  }
}

/**
 * The images that a container will run, such as an operator: in variables whose names say so (`RELATED_IMAGE_DATABASE`), and
 * in arguments (`--acme-http01-solver-image=quay.io/x/solver:v1`, `--config-reloader=quay.io/x/reloader:v1`).
 */
function* imagesToRun(container: ValueMap): Generator<ImageField> {
  const variables = container.get('env');
  for (const variable of Array.isArray(variables) ? variables.filter(isMap) : []) {
    const image = textOf(variable.get('value'));
    const name = textOf(variable.get('name'));
    if (isCertainlyImage(image, name) && /image/i.test(name)) yield textField(variable, 'value', image);
  }
  for (const list of [container.get('command'), container.get('args')]) {
    if (!Array.isArray(list)) continue;
    for (const [index, text] of list.entries()) {
      const [, flag = '', image = ''] = /^(?:(--?[\w.-]+)=)?(.*)$/s.exec(textOf(text)) ?? [];
      const before = textOf(list[index - 1]);
      const name = flag === '' && before.startsWith('-') ? before : flag;
      const put = (other: string): void => void (list[index] = flag === '' ? other : `${flag}=${other}`);
      if (isCertainlyImage(image, name)) yield { image, put };
    }
  }
}

/**
 * Is this the name of an image, where texts of any kind may be? It has a tag or a digest, and the name of the text says so
 * (`--image`), or it has a registry.
 */
function isCertainlyImage(text: string, name: string): boolean {
  const hasVersion = /[^/:]:[^/]*$|@/.test(text);
  const hasRegistry = /^(?:[^/:]+\.[^/:]+|localhost)(?::\d+)?\//.test(text);
  return isImage(text) && hasVersion && (hasRegistry || /image/i.test(name));
}

function textField(map: ValueMap, key: string, image: string): ImageField {
  return { image, put: (other) => void map.set(key, other) };
}

/**
 * Fields that are called `image` or end so: texts, and maps with a repository, as charts' values have them; and lists of
 * texts that are called `images`.
 */
function inFields(value: Value, visit: (field: ImageField) => void): void {
  if (Array.isArray(value)) for (const item of value) inFields(item, visit);
  if (!isMap(value)) return;
  for (const [key, child] of value) {
    if (/^image$|Image$|^image[A-Z]/.test(key)) {
      const isText = typeof child === 'string' && isImage(child);
      const field = isText ? textField(value, key, child) : isMap(child) ? mapField(child) : undefined;
      if (field !== undefined) visit(field);
    }
    if (/^images$|Images$/.test(key) && Array.isArray(child)) {
      for (const [index, image] of child.entries())
        if (typeof image === 'string' && isImage(image)) visit({ image, put: (other) => void (child[index] = other) });
    }
    inFields(child, visit);
  }
  // `repository` and `tag` beside each other name an image whatever the map is called.
  const own = value.has('tag') ? mapField(value) : undefined;
  if (own !== undefined) visit(own);
}

/** An image in parts: `registry` (which may be missing), `repository`, `tag` or `digest`. */
function mapField(map: ValueMap): ImageField | undefined {
  const repository = textOf(map.get('repository'));
  if (repository === '') return undefined;
  const registry = textOf(map.get('registry'));
  const digest = textOf(map.get('digest'));
  const tag = map.get('tag');
  const version = digest === '' ? `:${typeof tag === 'string' ? tag : String(tag ?? '')}` : `@${digest}`;
  const image = `${registry === '' ? '' : `${registry}/`}${repository}${version === ':' ? '' : version}`;
  if (!isImage(image)) return undefined;
  const put = (other: string): void => {
    // Only what was added is taken away: `repository: nginx:1.27` holds its tag.
    const name = version !== ':' && other.endsWith(version) ? other.slice(0, -version.length) : other;
    const slash = name.indexOf('/');
    if (registry === '') map.set('repository', name);
    else {
      map.set('registry', name.slice(0, slash));
      map.set('repository', name.slice(slash + 1));
    }
  };
  return { image, put };
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
