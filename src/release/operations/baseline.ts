/** The baseline of a plan: the objects that earlier revisions may have created, from the last deployed one on. */
import type { Cluster, KubeObject, ObjectRef } from '../../cluster/cluster.ts';
import { refKey, refOf } from '../../cluster/cluster.ts';
import { printable } from '../../errors-text.ts';
import { parseDocument, splitManifest } from '../manifest.ts';
import { isKept, normalizeObjects } from '../plan-normal.ts';
import type { BaselineObject } from '../plan-objects.ts';
import type { StoredRelease } from '../store.ts';

/** An object of the baseline, with the live object of its name. */
export type LiveBaseline = BaselineObject & { live: KubeObject | undefined };

/**
 * Reads the baseline of a release: the objects of the last deployed revision and of every later one. Failed and pending
 * revisions count, because they may have created objects before they broke off, which would be orphaned.
 *
 * @param desired the manifest and objects of the new revision: documents with the same text need not be parsed
 * @returns the objects; a note for each kind that the cluster no longer serves, whose objects cannot be found; and whether
 *   the user may delete all objects that the new revision does not have, which is asked while they are read
 * @throws {PkgError} `PKG_RECORD_CORRUPT` for a manifest that does not parse; of the cluster
 */
export async function readBaseline(
  cluster: Cluster,
  history: readonly StoredRelease[],
  namespace: string,
  desired: { manifest: string; objects: readonly KubeObject[]; crds: readonly KubeObject[] },
): Promise<{ objects: LiveBaseline[]; notes: string[]; mayDeleteAll: boolean }> {
  const deployed = history.findLastIndex(({ release }) => release.info.status === 'deployed');
  const found = new Map<string, BaselineObject>();
  const texts = new Set<string>();
  const notes = new Set<string>();
  const same = new Set(splitManifest(desired.manifest));
  for (const [index, { release, secret }] of history.slice(Math.max(0, deployed)).entries()) {
    if (release.info.status === 'uninstalled') continue;
    const certain = index === 0 && deployed >= 0;
    if (release.manifest === desired.manifest) {
      for (const object of desired.objects) add(found, { ref: refOf(object), certain, keep: isKept(object) });
      continue;
    }
    const documents = splitManifest(release.manifest).flatMap((text) => {
      // The new revision holds the same document, so its object is not a candidate for deletion.
      if (same.has(text) || texts.has(text)) return [];
      texts.add(text);
      const document = parseDocument(text, secret.metadata.name);
      return document === undefined ? [] : [document];
    });
    const { objects } = await normalizeObjects(documents, {
      namespace,
      scopeOf: (apiVersion, kind, crds) => cluster.scope(apiVersion, kind, crds),
      crds: desired.crds,
    });
    for (const object of objects) add(found, { ref: refOf(object), certain, keep: isKept(object) });
  }
  const wanted = new Set(desired.objects.map((object) => refKey(refOf(object))));
  const old = [...found.values()].filter(({ ref }) => !wanted.has(refKey(ref)));
  const refs = old.map(({ ref }): ObjectRef => ref);
  const [live, refused] = await Promise.all([
    cluster.getMany(refs),
    cluster.refused(refs.map((ref) => ({ verb: 'delete', ref }))),
  ]);
  const gone = old.map((item, index) => ({ ...item, live: live[index] }));
  for (const { ref, live: found } of cluster.runsWorkloads ? gone : []) {
    const isServed = found !== undefined || !(await cluster.scope(ref.apiVersion, ref.kind, desired.crds)).assumed;
    if (!isServed) notes.add(unserved(ref.apiVersion, ref.kind));
  }
  const kept = [...found.values()].filter(({ ref }) => wanted.has(refKey(ref)));
  const objects = [...kept.map((item) => ({ ...item, live: undefined })), ...gone];
  return { objects, notes: [...notes], mayDeleteAll: refused.length === 0 };
}

function unserved(apiVersion: string, kind: string): string {
  return `the cluster serves no ${printable(kind)} of ${printable(apiVersion)}: what the release made of it is not found`;
}

function add(found: Map<string, BaselineObject>, item: BaselineObject): void {
  const key = refKey(item.ref);
  const known = found.get(key);
  found.set(key, known === undefined ? item : { ...item, certain: known.certain || item.certain });
}
