/** What kinds a cluster has, as it was told by its discovery API. */
import { fieldOf, listField, textField } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';
import { isApiVersion, isName } from './answers.ts';
import type { KubeAnswer } from './client.ts';

/** How objects of one kind are reached. */
export type Resource = { apiVersion: string; kind: string; plural: string; namespaced: boolean; verbs: string[] };

/** What was learnt from one of the two roots, `/api` and `/apis`. */
export type Learnt = {
  etag: string;
  resources: Resource[];
  /** Kinds that only come as an answer to subresources: `v1/Eviction`. */
  subresourceKinds: string[];
  /** Every group version, those without a resource too. */
  apiVersions: string[];
  /** Those whose own server does not answer: nobody can tell now what kinds they have. */
  down: string[];
};

/** All that is remembered of a cluster. */
export type Catalog = { time: number; roots: Record<'api' | 'apis', Learnt> };

/** What an answer of aggregated discovery tells. */
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
      // The server of this group is down: what it had may no longer be so. Asked again next time.
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

/** Adds what an answer of the form `APIResourceList` tells of one group version. */
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
