/** `pkg verify` by signatures of cosign: of a chart in a registry, and of one that a bundle carries. */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { CosignTrust } from '../../repository/signatures/cosign-verify.ts';
import type { ChartSignatures } from '../../repository/signatures/find-signatures.ts';
import { judgeSignatures, trustOf } from '../../repository/signatures/judge-chart.ts';
import { cosignProblem } from '../../repository/signatures/trust-policy.ts';
import type { FlagValues } from './command.ts';
import { withChart } from './fetch-chart.ts';
import type { COSIGN_TRUST_FLAGS } from './remote-flags.ts';
import type { RemoteFlags } from './remotes.ts';

/** The flags that say whose signature is wanted. */
export type CosignTrustFlags = FlagValues<typeof COSIGN_TRUST_FLAGS>;

/**
 * Verifies a chart in a registry.
 *
 * @returns who signed it, in lines
 * @throws {PkgError} as {@link trustOfFlags} and {@link signersText} do, and what fetching the chart throws
 */
export async function verifyCosign(reference: string, flags: RemoteFlags & CosignTrustFlags): Promise<string> {
  const trust = await trustOfFlags(flags);
  return await withChart(reference, flags, async ({ inRegistry, location }) => {
    if (inRegistry === undefined) throw new Error('the chart is not in a registry');
    return signersText(location, await inRegistry.fetchSignatures(), trust);
  });
}

/**
 * Reads the keys and trust roots that the flags name.
 *
 * @throws {PkgError} `PKG_USAGE` for flags that do not say whose signature is wanted; `PKG_KEY_INVALID`,
 *   `PKG_FILE_UNREADABLE`
 */
export async function trustOfFlags(flags: CosignTrustFlags): Promise<CosignTrust> {
  const wanted = {
    key: flags.key ?? '',
    identity: flags['certificate-identity'] ?? '',
    identityRegexp: flags['certificate-identity-regexp'] ?? '',
    issuer: flags['certificate-oidc-issuer'] ?? '',
    issuerRegexp: flags['certificate-oidc-issuer-regexp'] ?? '',
    trustedRoot: flags['trusted-root'] ?? '',
  };
  const problem = cosignProblem(wanted);
  if (problem !== undefined) {
    throw new PkgError('PKG_USAGE', problem, {
      hints: ['give --key, or --certificate-identity, --certificate-oidc-issuer and --trusted-root'],
    });
  }
  return await trustOf(wanted, 'PKG_USAGE');
}

/**
 * Verifies signatures that were found of a chart.
 *
 * @returns who signed it, in lines
 * @throws {PkgError} `PKG_SIGNATURE_INVALID` where none of them is wanted and valid
 */
export function signersText(location: string, found: ChartSignatures, trust: CosignTrust): string {
  const { digest } = found;
  const { signers, problems } = judgeSignatures(found, digest, trust);
  if (signers.length === 0) {
    throw new PkgError('PKG_SIGNATURE_INVALID', `${printable(location, 300)} has no valid signature`, {
      notes: [`its digest is ${digest}`, ...problems.slice(0, 10)],
      hints: ['do not use the chart before you know why'],
    });
  }
  const lines = signers.map((signer) =>
    'key' in signer
      ? `Signed with key: SHA256:${signer.key}`
      : `Signed by: ${printable(signer.identity, 300)} (${printable(signer.issuer, 300)})`,
  );
  return `${[...new Set(lines)].join('\n')}\nDigest verified: ${digest}\n`;
}
