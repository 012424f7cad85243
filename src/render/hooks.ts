/** Hooks: documents with a `helm.sh/hook` annotation, distinguished from objects. */
import { nearest } from '../nearest.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import type { RenderedDocument, RenderedHook } from './render.ts';
import { ValueError } from '../chart/value-error.ts';

const EVENTS: readonly string[] = [
  'pre-install',
  'post-install',
  'pre-delete',
  'post-delete',
  'pre-upgrade',
  'post-upgrade',
  'pre-rollback',
  'post-rollback',
  'test',
];

/** What the annotations of a hook say; `unknown` is an event that does not exist. */
export type HookParts = Pick<RenderedHook, 'events' | 'weight' | 'deletePolicies' | 'outputLogPolicies'> & {
  unknown: string | undefined;
};

/** Reads the annotations of a hook; undefined for an object that is not a hook. */
export function hookOf(annotations: ReadonlyMap<string, Value> | undefined): HookParts | undefined {
  const hook = textOf(annotations, 'helm.sh/hook');
  if (annotations === undefined || hook === undefined) return undefined;
  const events = list(hook).map((event) => (event === 'test-success' ? 'test' : event));
  return {
    events,
    unknown: events.find((event) => !EVENTS.includes(event)),
    weight: weightOf(textOf(annotations, 'helm.sh/hook-weight')),
    deletePolicies: list(textOf(annotations, 'helm.sh/hook-delete-policy')),
    outputLogPolicies: list(textOf(annotations, 'helm.sh/hook-output-log-policy')),
  };
}

/**
 * The document of a native template as a hook, or undefined when it is an object.
 *
 * @param head the fields of its object, `metadata` at least
 * @throws {PkgError} `PKG_OBJECT_INVALID` for an event that does not exist: Helm would drop the document
 */
export function asHook(
  document: RenderedDocument,
  head: ValueMap,
  kind: string,
  name: string,
): RenderedHook | undefined {
  const hook = hookOf(annotationsOf(head));
  if (hook === undefined) return undefined;
  const { unknown, ...parts } = hook;
  if (unknown !== undefined) {
    const near = nearest(unknown, EVENTS);
    const { at, valuePath } = document.trace(['metadata', 'annotations', 'helm.sh/hook']);
    const message = `${unknown === '' ? 'an empty text' : unknown} is not an event of a hook`;
    const hints = [near === undefined ? `the events are ${EVENTS.join(', ')}` : `did you mean ${near}?`];
    const error = new ValueError('PKG_OBJECT_INVALID', message, { at, hints });
    error.valuePath = valuePath;
    throw error;
  }
  const { source, text, object } = document;
  return { source, text, object, trace: (path) => document.trace(path), ...parts, name, kind };
}

/** As Go's strconv.Atoi: what is not an integer counts as 0. */
function weightOf(text: string | undefined): number {
  return text !== undefined && /^[-+]?[0-9]{1,15}$/.test(text) ? Number(text) : 0;
}

function list(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(',').map((item) => item.trim().toLowerCase());
}

function annotationsOf(head: ValueMap): ValueMap | undefined {
  const metadata = head.get('metadata');
  const annotations = isMap(metadata) ? metadata.get('annotations') : undefined;
  return isMap(annotations) ? annotations : undefined;
}

function textOf(map: ReadonlyMap<string, Value> | undefined, key: string): string | undefined {
  const text = map?.get(key);
  return typeof text === 'string' ? text : undefined;
}
