/** The values that a Go template computes with, and what each is in a native template. */
import { GO_PARTS } from '../render/go-root.ts';
import { call, isSame, literal, path } from './expression.ts';
import type { Expression } from './expression.ts';

/** Parts of the Go root whose fields have other names in native templates. */
type RootObject = 'release' | 'chart' | 'capabilities' | 'kubeVersion' | 'apiVersions' | 'files' | 'template';

/**
 * `root` is all that a Go template starts with: native templates know its parts by the six names, at every depth, and
 * need not pass it on. `fields` is a map that was made of known keys, to be passed on.
 */
export type Meaning =
  | { kind: 'root' }
  | { kind: 'object'; object: RootObject }
  | { kind: 'fields'; fields: ReadonlyMap<string, Meaning> }
  | { kind: 'value'; value: Expression };

/** The root of a Go template. */
export const ROOT: Meaning = { kind: 'root' };

/** A value that this expression gives. */
export function valueOf(value: Expression): Meaning {
  return { kind: 'value', value };
}

const OBJECTS: ReadonlyMap<string, RootObject> = mapOf({
  Release: 'release',
  Chart: 'chart',
  Capabilities: 'capabilities',
  Files: 'files',
  Template: 'template',
});

/** The name of a part of the root that can be passed to a Go template as `@go.NAME`. */
export function partOf(object: RootObject): string | undefined {
  return GO_PARTS.find((name) => OBJECTS.get(name) === object);
}

const FIELDS: ReadonlyMap<string, ReadonlyMap<string, string>> = mapOf({
  release: mapOf({
    Name: 'name',
    Namespace: 'namespace',
    Revision: 'revision',
    IsInstall: 'isInstall',
    IsUpgrade: 'isUpgrade',
    Service: 'service',
  }),
  chart: mapOf({
    Name: 'name',
    Version: 'version',
    AppVersion: 'appVersion',
    APIVersion: 'apiVersion',
    Description: 'description',
    KubeVersion: 'kubeVersion',
    Home: 'home',
    Icon: 'icon',
    Type: 'type',
    Keywords: 'keywords',
    Sources: 'sources',
    Annotations: 'annotations',
    Deprecated: 'deprecated',
  }),
  template: mapOf({ Name: 'name', BasePath: 'basePath' }),
});

/** A Map, since charts may ask for names that every object has, such as `constructor`. */
function mapOf<T>(entries: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(entries));
}

/** A field of a value; undefined for what native templates do not have. */
export function fieldOf(of: Meaning, name: string): Meaning | undefined {
  switch (of.kind) {
    case 'root': {
      if (name === 'Values') return valueOf(path('values', [], []));
      const object = OBJECTS.get(name);
      return object && { kind: 'object', object };
    }
    case 'object':
      return fieldOfObject(of.object, name);
    case 'fields':
      return of.fields.get(name) ?? valueOf(literal(null));
    case 'value':
      return valueOf(memberOf(of.value, name));
  }
}

/** A field of a map, or an item of a list. */
export function memberOf(value: Expression, name: string): Expression {
  if (value.type === 'path') {
    const { base, names, trail } = value;
    // `list.0` is an item.
    return path(base, [...names, name], trail && [...trail, /^\d+$/.test(name) ? '*' : name]);
  }
  const found = value.type === 'call' && value.name === 'index' ? value.args : [value];
  return call('index', ...found, literal(name));
}

function fieldOfObject(object: RootObject, name: string): Meaning | undefined {
  const version = path('capabilities', ['kubeVersion']);
  if (object === 'capabilities') {
    if (name === 'KubeVersion') return { kind: 'object', object: 'kubeVersion' };
    return name === 'APIVersions' ? { kind: 'object', object: 'apiVersions' } : undefined;
  }
  if (object === 'kubeVersion') {
    if (name === 'Version' || name === 'GitVersion') return valueOf(version);
    if (name !== 'Major' && name !== 'Minor') return undefined;
    return valueOf(call('toString', call('get', call('semver', version), literal(name))));
  }
  const field = FIELDS.get(object)?.get(name);
  return field === undefined ? undefined : valueOf(path(object, [field]));
}

/** The expression of a value; undefined where there is none: for all that a Go template starts with. */
export function expressionOf(meaning: Meaning): Expression | undefined {
  switch (meaning.kind) {
    case 'value':
      return meaning.value;
    case 'object':
      return meaning.object === 'kubeVersion' ? path('capabilities', ['kubeVersion']) : undefined;
    case 'fields': {
      const args: Expression[] = [];
      for (const [name, field] of meaning.fields) {
        const value = expressionOf(field);
        if (value === undefined) return undefined;
        args.push(literal(name), value);
      }
      return call('dict', ...args);
    }
    case 'root':
      return undefined;
  }
}

/** Are both the same value? */
export function isSameMeaning(a: Meaning, b: Meaning): boolean {
  if (a.kind === 'value' && b.kind === 'value') return isSame(a.value, b.value);
  if (a.kind === 'object' && b.kind === 'object') return a.object === b.object;
  if (a.kind !== 'fields' || b.kind !== 'fields') return a.kind === b.kind;
  return (
    a.fields.size === b.fields.size &&
    [...a.fields].every(([name, field]) => {
      const other = b.fields.get(name);
      return other !== undefined && isSameMeaning(field, other);
    })
  );
}
