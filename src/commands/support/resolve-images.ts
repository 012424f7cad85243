/** Digests of images, from their registries. */
import { PkgError, throwTogether } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { fullImageName, parseImageName } from '../../image-name.ts';
import type { ImageName } from '../../image-name.ts';
import { settleInParallel } from '../../parallel.ts';
import type { FoundImage } from '../../render/images.ts';
import { registrySource } from '../../repository/image-source.ts';
import { withRemotes } from './remotes.ts';
import type { RemoteFlags } from './remotes.ts';

/** The most requests to registries at once. */
const AT_ONCE = 8;

/** An image with its digest: `docker.io/library/nginx:1.27@sha256:…`. */
export type Resolved = { digest: string; resolved: string };

/**
 * Asks the registries of images for their digests.
 *
 * @param chart as it was typed
 * @returns what was found, in the same order
 * @throws {PkgError} `PKG_IMAGE_NOT_FOUND` and the errors of registries that cannot be read, for all images together
 */
export async function resolveImages(
  images: readonly FoundImage[],
  chart: string,
  flags: RemoteFlags,
): Promise<Resolved[]> {
  const names = images.map(({ image }) => imageName(image));
  return await withRemotes({ flags, reference: loginReference([chart]) }, async (remotes) => {
    const source = registrySource(remotes);
    const { results, errors } = await settleInParallel(names, AT_ONCE, async (name): Promise<Resolved> => {
      const digest = await source.resolve(name);
      return { digest, resolved: fullImageName({ ...name, digest }) };
    });
    throwTogether(errors, (count) => `${count} images cannot be found`);
    return results;
  });
}

/**
 * Reads the name of an image of a chart.
 *
 * @throws {PkgError} `PKG_IMAGE_INVALID`
 */
export function imageName(image: string): ImageName {
  const name = parseImageName(image);
  if (name !== undefined) return name;
  throw new PkgError('PKG_IMAGE_INVALID', `'${printable(image, 300)}' is not a valid image name`, {
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
