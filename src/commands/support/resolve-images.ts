/** Digests of images, from their registries. */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { fullImageName, parseImageName } from '../../image-name.ts';
import { settleInParallel } from '../../parallel.ts';
import type { FoundImage } from '../../render/images.ts';
import { registrySource } from '../../repository/image-source.ts';
import { withRemotes } from './remotes.ts';
import type { RemoteFlags } from './remotes.ts';

/** The most requests to registries at once. */
const AT_ONCE = 8;

/** An image with its digest: `docker.io/library/nginx:1.27@sha256:…`. */
export type Resolved = { digest: string; resolved: string };

/** What was found, in the order of the images; undefined for those with an error. The errors are in that order too. */
export type Resolution = { found: (Resolved | undefined)[]; errors: PkgError[] };

/**
 * Asks the registries of images for their digests.
 *
 * @param chart as it was typed
 * @returns with the errors `PKG_IMAGE_INVALID`, `PKG_IMAGE_NOT_FOUND` and those of registries that cannot be read
 */
export async function resolveImages(
  images: readonly FoundImage[],
  chart: string,
  flags: RemoteFlags,
): Promise<Resolution> {
  return await withRemotes({ flags, reference: loginReference([chart]) }, async (remotes) => {
    const source = registrySource(remotes);
    const found: Resolution['found'] = images.map(() => undefined);
    const { errors } = await settleInParallel(images, AT_ONCE, async ({ image }, at) => {
      const name = parseImageName(image);
      if (name === undefined) throw invalidImage(image);
      const digest = await source.resolve(name);
      found[at] = { digest, resolved: fullImageName({ ...name, digest }) };
    });
    return { found, errors };
  });
}

/** The error for an image of a chart whose name is none. */
export function invalidImage(image: string): PkgError {
  return new PkgError('PKG_IMAGE_INVALID', `'${printable(image, 300)}' is not a valid image name`, {
    hints: ['check the values from which the chart builds it'],
  });
}

/**
 * The registry that a login on the command line is for: that of the charts, and not those of the images.
 *
 * @param charts as they were typed
 */
export function loginReference(charts: readonly string[]): string {
  const hosts = new Set(charts.map((chart) => /^oci:\/\/[^/]*/.exec(chart)?.[0] ?? ''));
  const [only = ''] = hosts;
  // `-` is not a valid host, so the login is sent to no registry.
  return hosts.size === 1 && only !== '' ? `${only}/` : 'oci://-/';
}
