/** Hooks: documents with a `helm.sh/hook` annotation, told apart from objects. */
import { PkgError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { isMap } from '../yaml/value.ts';
import type { ValueMap } from '../yaml/value.ts';
import type { RenderedDocument, RenderedHook } from './render.ts';

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

/**
 * The document as a hook, or undefined when it is an object.
 *
 * @throws {PkgError} `PKG_OBJECT_INVALID` for an event that does not exist: Helm would drop the document
 */
export function asHook(document: RenderedDocument, kind: string, name: string): RenderedHook | undefined {
  const annotations = annotationsOf(document.object);
  const hook = annotations.get('helm.sh/hook');
  if (hook === undefined) return undefined;
  const events = list(hook).map((event) => (event.toLowerCase() === 'test-success' ? 'test' : event.toLowerCase()));
  const wrong = events.find((event) => !EVENTS.includes(event));
  if (wrong !== undefined || events.length === 0) {
    const near = nearest(wrong ?? '', EVENTS);
    throw new PkgError(
      'PKG_OBJECT_INVALID',
      `${wrong === undefined || wrong === '' ? 'an empty text' : wrong} is not an event of a hook`,
      {
        at: document.trace(['metadata', 'annotations', 'helm.sh/hook']).at,
        hints: [near === undefined ? `the events are ${EVENTS.join(', ')}` : `did you mean ${near}?`],
      },
    );
  }
  return {
    ...document,
    name,
    kind,
    events,
    weight: weightOf(annotations.get('helm.sh/hook-weight')),
    deletePolicies: list(annotations.get('helm.sh/hook-delete-policy')),
    outputLogPolicies: list(annotations.get('helm.sh/hook-output-log-policy')),
  };
}

/** As Go's strconv.Atoi: what is not an integer counts as 0. */
function weightOf(text: string | undefined): number {
  return text !== undefined && /^[-+]?[0-9]{1,15}$/.test(text) ? Number(text) : 0;
}

function list(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(',').map((item) => item.trim());
}

function annotationsOf(object: ValueMap): Map<string, string> {
  const metadata = object.get('metadata');
  const annotations = isMap(metadata) ? metadata.get('annotations') : undefined;
  const found = new Map<string, string>();
  if (isMap(annotations)) for (const [key, value] of annotations) if (typeof value === 'string') found.set(key, value);
  return found;
}
