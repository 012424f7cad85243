/** Asks the trust policy about charts that lie on this machine. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { readArchiveFile } from '../../chart/load.ts';
import { judgeChart } from '../../repository/signatures/judge-chart.ts';
import type { PolicyFile } from '../../repository/signatures/policy-file.ts';
import { localName, readTrustPolicy } from '../../repository/signatures/trust-policy.ts';
import { readProvenanceOf } from './provenance-file.ts';

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
    signed: undefined,
  });
}
