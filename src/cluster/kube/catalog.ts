/** Reads the kinds of a cluster from the answers of its discovery API. */
import { fieldOf, listField, textField } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';
import { isApiVersion, isName } from './answers.ts';
import type { KubeAnswer } from './client.ts';

/** A kind as the server serves it. */
export type Resource = { apiVersion: string; kind: string; plural: string; namespaced: boolean; verbs: string[] };

/** The kinds below one of the two roots, `/api` and `/apis`. */
export type Learnt = {
  etag: string;
  resources: Resource[];
  /** Kinds that only subresources use: `v1/Eviction`. */
  subresourceKinds: string[];
  /** All group versions, including those without a kind. */
  apiVersions: string[];
  /** Group versions whose aggregated API server does not answer: their kinds are unknown now. */
  down: string[];
};

/** The kinds of a cluster as they are cached, with the time when the server was asked. */
export type Catalog = { time: number; roots: Record<'api' | 'apis', Learnt> };

/** Reads an answer of aggregated discovery. */
export function readAggregated(answer: KubeAnswer): Learnt {
  const learnt: Learnt = {
    etag: answer.headers['etag'] ?? '',
    resources: [],
    subresourceKinds: [],
    apiVersions: [],
    down: [],
  };
  for (const group of listField(answer.body, 'items')) {
    const name = textField(fieldOf(group, 'metadata'), 'name');
    for (const version of listField(group, 'versions')) {
      const apiVersion = name === '' ? textField(version, 'version') : `${name}/${textField(version, 'version')}`;
      if (!isApiVersion(apiVersion)) continue;
      learnt.apiVersions.push(apiVersion);
      // `Stale`: the server of this group is down, and its kinds may have changed.
      if (textField(version, 'freshness') === 'Stale') {
        learnt.etag = '';
        learnt.down.push(apiVersion);
        continue;
      }
      for (const item of listField(version, 'resources')) {
        const kind = textField(fieldOf(item, 'responseKind'), 'kind');
        const namespaced = textField(item, 'scope') === 'Namespaced';
        const plural = textField(item, 'resource');
        if (isName(kind) && isName(plural)) {
          learnt.resources.push({ apiVersion, kind, plural, namespaced, verbs: textsIn(item, 'verbs') });
        }
        for (const sub of listField(item, 'subresources')) {
          const subKind = textField(fieldOf(sub, 'responseKind'), 'kind');
          if (isName(subKind)) learnt.subresourceKinds.push(`${apiVersion}/${subKind}`);
        }
      }
    }
  }
  learnt.subresourceKinds = [...new Set(learnt.subresourceKinds)];
  return learnt;
}

/** The versions that an answer of the form `APIVersions` names. */
export function coreVersions(body: Json): string[] {
  return textsIn(body, 'versions');
}

/** The group versions that an answer of the form `APIGroupList` names. */
export function groupVersions(body: Json): string[] {
  return listField(body, 'groups').flatMap((group) =>
    listField(group, 'versions').map((version) => textField(version, 'groupVersion')),
  );
}

/** Adds the kinds in an answer of the form `APIResourceList`. */
export function addResourceList(learnt: Learnt, apiVersion: string, body: Json): void {
  for (const item of listField(body, 'resources')) {
    const name = textField(item, 'name');
    const kind = textField(item, 'kind');
    const namespaced = fieldOf(item, 'namespaced') === true;
    if (!isName(kind)) continue;
    if (name.includes('/')) learnt.subresourceKinds.push(`${apiVersion}/${kind}`);
    else if (isName(name)) {
      learnt.resources.push({ apiVersion, kind, plural: name, namespaced, verbs: textsIn(item, 'verbs') });
    }
  }
}

/** The texts of a list. */
function textsIn(value: Json | undefined, key: string): string[] {
  return listField(value, key).filter((item): item is string => typeof item === 'string');
}
