/**
 * Applies the trust policy to charts on this machine. Every command with a CHART loads this file, so the code that judges is
 * loaded only if there is a policy.
 */
import type { Bundle, BundleChart } from '../../repository/bundle.ts';
import { trustPolicyFile } from '../../repository/signatures/policy-file.ts';
import type { TrustPolicy } from '../../repository/signatures/trust-policy.ts';

type PolicyFlag = { 'trust-policy'?: string | undefined };

/** Judges a folder or an archive. @throws {PkgError} as `readTrustPolicy` and `judgeChart` do */
export async function judgePath(path: string, flags: PolicyFlag): Promise<void> {
  const policy = await policyOf(flags);
  if (policy === undefined) return;
  const { judgeLocal } = await import('../../repository/signatures/judge-local.ts');
  await judgeLocal(policy, path);
}

/** Judges charts of the bundle at a path. @throws {PkgError} as {@link judgePath} does */
export async function judgeCharts(
  bundle: Bundle,
  charts: readonly BundleChart[],
  path: string,
  flags: PolicyFlag,
): Promise<void> {
  const policy = await policyOf(flags);
  if (policy === undefined) return;
  const { judgeBundled } = await import('../../repository/signatures/judge-local.ts');
  for (const found of charts) await judgeBundled(policy, { bundle, found, path });
}

async function policyOf(flags: PolicyFlag): Promise<TrustPolicy | undefined> {
  const file = trustPolicyFile(flags['trust-policy'] ?? '', process.env);
  if (file === undefined) return undefined;
  return await (await import('../../repository/signatures/trust-policy.ts')).readTrustPolicy(file);
}
