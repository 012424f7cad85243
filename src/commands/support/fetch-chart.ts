/** Fetches a chart that does not lie on this machine. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Chart } from '../../chart/chart.ts';
import { chartNotFound, readChartArchive, similarPaths } from '../../chart/load.ts';
import { PkgError } from '../../errors.ts';
import { findChart, loadFound } from '../../repository/find-chart.ts';
import type { FoundChart } from '../../repository/found-chart.ts';
import type { Remotes } from '../../repository/remotes.ts';
import { parseJson } from '../../yaml/json.ts';
import { isJsonObject } from '../../yaml/value.ts';
import type { LooseArchive } from './bundle-chart.ts';
import { chartText } from './chart-output.ts';
import { goYaml } from './go-yaml.ts';
import { accessOf, withRemotes } from './remotes.ts';
import type { RemoteFlags } from './remotes.ts';

/**
 * Fetches and loads a chart.
 *
 * @throws {PkgError} as `findChart` does, and whatever loading the archive throws
 */
export async function fetchChart(reference: string, flags: RemoteFlags): Promise<Chart> {
  const load = async (found: FoundChart): Promise<Chart> => loadFound(found, await fetchVerified(found, flags));
  return withChart(reference, flags, load, { loads: true });
}

/** The archive of a chart, and what it is called in messages. @throws {PkgError} as `findChart` does */
export async function fetchArchive(reference: string, flags: RemoteFlags): Promise<LooseArchive> {
  return withChart(reference, flags, async (found) => {
    return { archive: await fetchVerified(found, flags), location: found.location, provenance: undefined };
  });
}

/**
 * The text of a chart's Chart.yaml: of one in a registry without its archive, which the manifest has beside it.
 *
 * @throws {PkgError} as {@link fetchChart} does
 */
export async function fetchMetadata(reference: string, flags: RemoteFlags): Promise<string> {
  return withChart(reference, flags, async (found) => {
    const metadata = flags.verify === true ? undefined : await found.inRegistry?.fetchMetadata();
    if (metadata === undefined) {
      return chartText(await readChartArchive(await fetchVerified(found, flags), found.location));
    }
    const json = parseJson(metadata.toString('utf8'), found.location);
    if (!isJsonObject(json)) {
      throw new PkgError('PKG_REPOSITORY_INVALID', 'the fields of this chart are not an object', {
        at: { file: found.location },
      });
    }
    return goYaml(json);
  });
}

/**
 * Fetches the archive of a chart that was found, and checks its signature where `--verify` asks for that.
 *
 * @throws {PkgError} whatever fetching throws; as `verifyFound` does
 */
export async function fetchVerified(found: FoundChart, flags: RemoteFlags): Promise<Buffer> {
  const archive = await found.fetch();
  if (flags.verify === true) await (await import('./verify.ts')).verifyFound(found, archive, flags);
  return archive;
}

/**
 * Finds a chart by what was typed and the flags beside it, and does something with it.
 *
 * @param options.loads the chart will be loaded
 * @throws {PkgError} as `findChart` does
 */
export async function withChart<T>(
  reference: string,
  flags: RemoteFlags,
  work: (found: FoundChart) => Promise<T>,
  { loads = false }: { loads?: boolean } = {},
): Promise<T> {
  const place = reference.startsWith('oci://') ? reference : (flags.repo ?? '');
  return withRemotes({ flags, reference: place, loads }, async (remotes) =>
    work(await find(reference, flags, remotes)),
  );
}

async function find(reference: string, flags: RemoteFlags, remotes: Remotes): Promise<FoundChart> {
  const { repo = '', version = '', devel = false } = flags;
  try {
    return await findChart({ reference, repo, version: version.trim(), devel, access: await accessOf(flags) }, remotes);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    // `charts/wbe` names no repository where there is a folder `charts`: what is missing is a chart in it.
    if (error.code === 'PKG_REPOSITORY_UNKNOWN' && repo === '' && isBelowFolder(reference))
      throw chartNotFound(reference);
    if (error.code !== 'PKG_CHART_NOT_FOUND') throw error;
    // A bare name may be a mistyped folder.
    const hints = [...similarPaths(reference), ...error.hints];
    throw new PkgError(error.code, error.message, { hints, notes: error.notes, cause: error });
  }
}

function isBelowFolder(reference: string): boolean {
  return !reference.includes(':') && existsSync(dirname(reference));
}
