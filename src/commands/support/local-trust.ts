/** Asks the trust policy about charts that lie on this machine. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { readArchiveFile } from '../../chart/load.ts';
import type { Bundle, BundleChart } from '../../repository/bundle.ts';
import { judgeChart } from '../../repository/signatures/judge-chart.ts';
import type { PolicyFile } from '../../repository/signatures/policy-file.ts';
import { localName, readTrustPolicy } from '../../repository/signatures/trust-policy.ts';
import { readProvenanceOf } from '../../repository/provenance-file.ts';

/**
 * Judges a folder or an archive; what is not there is left to whoever loads it.
 *
 * @throws {PkgError} as `readTrustPolicy` and `judgeChart` do
 */
export async function judgeLocal(path: string, file: PolicyFile): Promise<void> {
  const policy = await readTrustPolicy(file);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  await judgeChart(policy, {
    names: [localName(path)],
    location: path,
    fileName: basename(path),
    archive: isFile ? async () => readArchiveFile(path) : undefined,
    provenance: async () => (isFile ? readProvenanceOf(path) : undefined),
    signatures: undefined,
  });
}

/** A chart of a bundle, and the path of the bundle. */
type Bundled = { bundle: Bundle; found: BundleChart; path: string; location: string };

/**
 * Judges a chart of a bundle, by the signatures that are carried with it. It goes by the name of the file: where it
 * once came from only the bundle says, which nobody signs.
 *
 * @throws {PkgError} as {@link judgeLocal} does
 */
export async function judgeBundled({ bundle, found, path, location }: Bundled, file: PolicyFile): Promise<void> {
  const policy = await readTrustPolicy(file);
  const signed = bundle.signed(found);
  await judgeChart(policy, {
    names: [localName(path)],
    location,
    fileName: basename(found.file),
    archive: async () => bundle.archive(found),
    provenance: async () => bundle.provenance(found),
    signatures: signed && (async () => ({ artifacts: signed.artifacts, problems: [], digest: signed.manifest.digest })),
  });
}
