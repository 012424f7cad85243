/** Applies the trust policy to charts that lie on this machine. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { readArchiveFile } from '../../chart/load.ts';
import type { Bundle, BundleChart } from '../bundle.ts';
import { readProvenanceOf } from '../provenance-file.ts';
import { judgeChart } from './judge-chart.ts';
import { localNames } from './policy-names.ts';
import type { TrustPolicy } from './trust-policy.ts';

/**
 * Judges a folder or an archive; what is not there is left to whoever loads it.
 *
 * @throws {PkgError} as `judgeChart` does
 */
export async function judgeLocal(policy: TrustPolicy, path: string): Promise<void> {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  await judgeChart(policy, {
    names: localNames(path),
    location: path,
    fileName: basename(path),
    archive: isFile ? async () => readArchiveFile(path) : undefined,
    provenance: async () => (isFile ? readProvenanceOf(path) : undefined),
    signatures: undefined,
  });
}

/** A chart of a bundle, and the path of the bundle. */
type Bundled = { bundle: Bundle; found: BundleChart; path: string };

/**
 * Judges a chart of a bundle, by the signatures that are carried with it. It goes by the name of the file: where it
 * once came from only the bundle says, which nobody signs.
 *
 * @throws {PkgError} as `judgeChart` does
 */
export async function judgeBundled(policy: TrustPolicy, { bundle, found, path }: Bundled): Promise<void> {
  const signed = bundle.signed(found);
  await judgeChart(policy, {
    names: localNames(path),
    location: `${path}#${found.name}`,
    fileName: basename(found.file),
    archive: () => bundle.archive(found),
    provenance: async () => bundle.provenance(found),
    signatures: signed && (async () => ({ artifacts: signed.artifacts, problems: [], digest: signed.manifest.digest })),
  });
}
