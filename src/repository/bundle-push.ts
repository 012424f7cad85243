/** Copies what is in a bundle into a registry: charts as charts, images as images. */
import { readChartArchive } from '../chart/load.ts';
import { fullImageName, mirrorRepository, parseImageName } from '../image-name.ts';
import type { ImageMirror } from '../image-name.ts';
import type { Bundle } from './bundle.ts';
import { publish, registryTarget } from './publish.ts';
import type { Outcome } from './publish.ts';
import { putManifest, uploadBlob } from './registry-push.ts';
import { chartReference } from './registry.ts';
import { refused } from './registry-session.ts';
import type { Remotes } from './remotes.ts';

/** The result for a chart or an image. */
export type Pushed = Pick<Outcome, 'reference' | 'digest' | 'changed'> & { kind: 'chart' | 'image' };

/**
 * Copies all charts and images. The whole bundle is checked before anything is written. What the registry has already is
 * not sent again, so that the same command continues an interrupted copy. A signed chart keeps its manifest and digest.
 *
 * @throws {PkgError} `PKG_BUNDLE_INVALID`; `PKG_VERSION_PUBLISHED` for a chart that is there with other content;
 *   `PKG_REPOSITORY_UNAUTHORIZED`, `PKG_REPOSITORY_UNREACHABLE`
 */
export async function pushBundle(bundle: Bundle, mirror: ImageMirror, remotes: Remotes): Promise<Pushed[]> {
  await bundle.check(remotes.tell);
  const place = `oci://${mirror.host}${mirror.path === '' ? '' : `/${mirror.path}`}`;
  const pushed: Pushed[] = [];
  // Images first, so that every chart in the mirror can be installed.
  const copied = new Map<string, string>();
  // An image that is pinned by its digest gets its tag only where no other has it: a chart may name the tag alone.
  const images = bundle.images.toSorted((a, b) => Number(isPinned(a)) - Number(isPinned(b)));
  for (const image of images) pushed.push(await pushImage(bundle, image, mirror, remotes, copied));
  for (const one of bundle.charts) {
    const archive = await bundle.archive(one);
    const chart = await readChartArchive(archive, one.file);
    const packed = { chart, archive, provenance: bundle.provenance(one), created: bundle.created };
    const signed = bundle.signed(one);
    const [outcome] = await publish(packed, [registryTarget(place, remotes, signed)]);
    if (outcome === undefined) continue;
    let { changed } = outcome;
    if (signed !== undefined) {
      const { digest, bytes } = signed.manifest;
      const subject = { reference: chartReference(place, chart.metadata.name), digest, size: bytes.length };
      const { copySignatures } = await import('./signatures/attach-signature.ts');
      changed = (await copySignatures(subject, signed.artifacts, remotes)) || changed;
    }
    pushed.push({ ...outcome, changed, kind: 'chart' });
  }
  return pushed;
}

function isPinned({ name }: Bundle['images'][number]): boolean {
  return name.includes('@');
}

/** @param copied for each blob that was copied, by digest, the repository that has it: others mount it from there */
async function pushImage(
  bundle: Bundle,
  image: Bundle['images'][number],
  mirror: ImageMirror,
  remotes: Remotes,
  copied: Map<string, string>,
): Promise<Pushed> {
  const name = parseImageName(image.name);
  if (name === undefined) throw new Error('a bundle holds an image without a name');
  const session = remotes.session();
  const target = mirrorRepository(name, mirror);
  const { root, manifests, blobs } = await bundle.image(image);
  const reference = fullImageName({ ...name, ...target });
  const tag = name.tag === '' && name.digest === '' ? 'latest' : name.tag;
  /** The digest of what the mirror has under a tag or digest; undefined for nothing. */
  const digestAt = async (one: string): Promise<string | undefined> => {
    const url = session.urlOf(target, `manifests/${one}`);
    const headers = { accept: root.mediaType };
    const there = await session.send(url, target, 'pull,push', { method: 'HEAD', headers, limit: 1 << 20 });
    if (there.status === 404) return undefined;
    if (there.status !== 200) throw refused(there, url, target, 'write');
    return String(there.headers['docker-content-digest'] ?? '');
  };
  const hasRoot = isPinned(image) ? (await digestAt(root.digest)) !== undefined : (await digestAt(tag)) === root.digest;
  const needsTag = isPinned(image) && tag !== '' && (await digestAt(tag)) === undefined;
  const isThere = hasRoot && !needsTag;
  if (!isThere) {
    for (const { digest, size } of blobs) {
      const read = (at: number, length: number): Uint8Array => bundle.readBlob(digest, at, length);
      const blob = { mediaType: '', digest, size, read };
      const other = copied.get(digest) ?? '';
      await uploadBlob(session, target, blob, remotes.tell, other === target.path ? '' : other);
    }
    for (const manifest of manifests) {
      if (manifest === root) continue;
      await putManifest(session, target, manifest.digest, manifest, remotes.tell);
    }
    const tags = isPinned(image) ? (needsTag ? [tag] : []) : [tag];
    for (const one of [root.digest, ...tags]) await putManifest(session, target, one, root, remotes.tell);
  }
  for (const { digest } of blobs) copied.set(digest, target.path);
  return { kind: 'image', reference, digest: root.digest, changed: !isThere };
}
