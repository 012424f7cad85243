/** `pkg verify oci://…`: checks a signature of cosign, as flags ask for it. */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { judgeSignatures, trustOf } from '../../repository/signatures/judge-chart.ts';
import { cosignProblem } from '../../repository/signatures/trust-policy.ts';
import type { FlagValues } from './command.ts';
import { withChart } from './fetch-chart.ts';
import type { COSIGN_TRUST_FLAGS } from './flags.ts';
import type { RemoteFlags } from './remotes.ts';

/**
 * Verifies a chart in a registry.
 *
 * @returns who signed it, in lines
 * @throws {PkgError} `PKG_USAGE`; `PKG_SIGNATURE_INVALID`; `PKG_KEY_INVALID`, `PKG_FILE_UNREADABLE`; what keeps from it
 */
export async function verifyCosign(
  reference: string,
  flags: RemoteFlags & FlagValues<typeof COSIGN_TRUST_FLAGS>,
): Promise<string> {
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
  const trust = await trustOf(wanted, 'PKG_USAGE');
  return await withChart(reference, flags, async ({ inRegistry, location, digest }) => {
    if (inRegistry === undefined) throw new Error('a chart in a registry is in none');
    const { signers, problems } = judgeSignatures(await inRegistry.fetchSignatures(), digest, trust);
    if (signers.length === 0) {
      throw new PkgError('PKG_SIGNATURE_INVALID', `${printable(location, 300)} has no signature that counts`, {
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
  });
}
