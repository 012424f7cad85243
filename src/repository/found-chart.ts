/** A chart that was found and is not fetched yet, and the error for a version that is nowhere. */
import type { ChartSource } from '../chart/chart.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import type { RegistryArchive, RemoteArchive } from './remote-archive.ts';
import type { ChartManifest } from './registry.ts';

/** An archive that was found and is not fetched yet. */
export type FoundChart = RemoteArchive & {
  /** What the archive is called as a file. */
  fileName: string;
  /** Where it is, for messages and records. */
  location: string;
  /** The version that was chosen; empty for an address of an archive. */
  version: string;
  /** The digest of the manifest in a registry, or of the archive in a repository; empty where it is unknown. */
  digest: string;
  /** What is recorded in the release of where the chart came from, as far as it is known before the archive is read. */
  source: ChartSource;
  /**
   * Manifest and signatures of a chart in a registry, and whether the reference has a digest; undefined for other charts.
   */
  inRegistry: (RegistryArchive & { manifest: ChartManifest; byDigest: boolean }) | undefined;
};

/**
 * The error for a version that a repository or registry does not have.
 *
 * @param where names it
 * @param versions those that it has, the newest first
 * @param more what may help besides, and further facts
 */
export function noVersion(
  name: string,
  wanted: string,
  where: string,
  versions: readonly { version: string }[],
  { hints = [], notes = [] }: { hints?: readonly string[]; notes?: readonly string[] } = {},
): PkgError {
  const newest = versions[0]?.version;
  const what =
    wanted === ''
      ? `${where} has no stable version of ${printable(name, 60)}`
      : `no version of ${printable(name, 60)} in ${where} fits '${printable(wanted, 60)}'`;
  return new PkgError('PKG_CHART_VERSION_NOT_FOUND', what, {
    notes: [...(newest === undefined ? [] : [`the newest there is ${printable(newest, 60)}`]), ...notes],
    hints:
      wanted === ''
        ? [`${newest === undefined ? '' : 'use --devel for pre-releases, or '}name one with --version`, ...hints]
        : hints,
  });
}
