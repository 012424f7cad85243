/** Applies the trust policy to a chart: checks that it has a signature that the policy requires. */
import { PkgError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { signaturesIn } from './cosign-signature.ts';
import { readPublicKey } from './cosign-key.ts';
import { judgeSignature, readTrustRoot } from './cosign-verify.ts';
import type { CosignSigner, CosignTrust, TextTest } from './cosign-verify.ts';
import type { ChartSignatures, FoundSignatures } from './find-signatures.ts';
import { isLocalName } from './policy-names.ts';
import { ruleFor } from './trust-policy.ts';
import type { CosignRequirement, Requirement, TrustPolicy } from './trust-policy.ts';

/** A chart, with everything that the policy may need of it. */
export type ChartToJudge = {
  /** Its names for the rules: see `ruleFor`. */
  names: readonly string[];
  /** For messages. */
  location: string;
  /** The file name of the archive in its provenance. */
  fileName: string;
  /** Undefined for a folder, which cannot be signed. */
  archive: (() => Promise<Uint8Array>) | undefined;
  provenance: () => Promise<Uint8Array | undefined>;
  /** Undefined for a chart that is not from a registry. */
  signatures: (() => Promise<ChartSignatures>) | undefined;
};

/** What the signed provenance of an archive calls the chart. */
export type SignedName = { name: string; version: string };

/** Why a chart was accepted: nothing was required (`free`), or by a signature of its manifest or of its archive. */
export type Grounds = 'free' | 'cosign' | { pgp: SignedName };

const MAX_NOTES = 10;

/**
 * Checks a chart against the policy.
 *
 * @throws {PkgError} `PKG_CHART_UNTRUSTED`; `PKG_KEY_INVALID`, `PKG_KEYRING_INVALID`, `PKG_FILE_UNREADABLE` for files
 *   that the policy names; errors of fetching signatures
 */
export async function judgeChart(policy: TrustPolicy, chart: ChartToJudge): Promise<Grounds> {
  const rule = ruleFor(policy, chart.names);
  const at = { file: printable(policy.file, 300) };
  const shown = printable(chart.location, 300);
  if (rule === undefined) {
    if (chart.names.every(isLocalName)) return 'free';
    throw new PkgError('PKG_CHART_UNTRUSTED', `no rule of the trust policy matches ${shown}`, {
      at,
      notes: chart.names.map((name) => `its name is ${printable(name, 300)}`),
      hints: ['if you trust it, add a rule whose `charts` is its name, or a pattern such as oci://HOST/PATH/**'],
    });
  }
  if (rule.require.length === 0) return 'free';
  const notes: string[] = [];
  for (const requirement of rule.require) {
    if ('cosign' in requirement) {
      if (await isSignedByCosign(requirement.cosign, chart, notes)) return 'cosign';
    } else {
      const pgp = await signedByPgp(requirement.pgp.keyring, chart, notes);
      if (pgp !== undefined) return { pgp };
    }
  }
  throw new PkgError(
    'PKG_CHART_UNTRUSTED',
    `${shown} is not signed as rule ${rule.number} of the trust policy requires`,
    {
      at,
      notes: [...rule.require.map((one) => `required: ${shownRequirement(one)}`), ...notes.slice(0, MAX_NOTES)],
      hints: ['do not use the chart before you know the reason: ask who published it'],
    },
  );
}

async function isSignedByCosign(wanted: CosignRequirement, chart: ChartToJudge, notes: string[]): Promise<boolean> {
  // A key that cannot be read is an error in the policy, also for charts that could not have a signature.
  const trust = await trustOf(wanted, 'PKG_TRUST_POLICY_INVALID');
  if (chart.signatures === undefined) {
    notes.push('cosign: only charts of registries have signatures of cosign');
    return false;
  }
  const found = await chart.signatures();
  const { signers, problems } = judgeSignatures(found, found.digest, trust);
  notes.push(...problems.map((problem) => `cosign: ${problem}`));
  return signers.length > 0;
}

async function signedByPgp(keyring: string, chart: ChartToJudge, notes: string[]): Promise<SignedName | undefined> {
  const provenance = await chart.provenance();
  if (chart.archive === undefined || provenance === undefined) {
    notes.push(
      `pgp: ${chart.archive === undefined ? 'a folder is not signed, archives are' : 'there is no provenance'}`,
    );
    return undefined;
  }
  const { verifyProvenance } = await import('../provenance.ts');
  try {
    return (await verifyProvenance(await chart.archive(), provenance, chart.fileName, keyring)).chart;
  } catch (error) {
    if (!(error instanceof PkgError) || error.code !== 'PKG_SIGNATURE_INVALID') throw error;
    notes.push(`pgp: ${error.message}`, ...error.notes);
    return undefined;
  }
}

/**
 * Verifies all signatures that were found of a manifest.
 *
 * @returns who signed it, and why other signatures are not accepted
 */
export function judgeSignatures(
  { artifacts, problems }: FoundSignatures,
  digest: string,
  trust: CosignTrust,
): { signers: CosignSigner[]; problems: string[] } {
  const signers: CosignSigner[] = [];
  const refused: string[] = [];
  for (const signature of artifacts.flatMap(signaturesIn)) {
    const verdict = 'problem' in signature ? signature : judgeSignature(signature, digest, trust);
    if ('signer' in verdict) signers.push(verdict.signer);
    else refused.push(`a signature is not accepted: ${printable(verdict.problem, 300)}`);
  }
  if (signers.length + refused.length + problems.length === 0) refused.push('there is no signature');
  return { signers, problems: [...refused, ...problems] };
}

/**
 * Reads the files that a requirement names.
 *
 * @throws {PkgError} `PKG_KEY_INVALID`, `PKG_FILE_UNREADABLE`; that of `code` for a regular expression
 */
export async function trustOf(wanted: CosignRequirement, code: ErrorCode): Promise<CosignTrust> {
  const { key, identity, identityRegexp, issuer, issuerRegexp, trustedRoot } = wanted;
  const root = trustedRoot === '' ? undefined : readTrustRoot(trustedRoot);
  if (key !== '') return { key: readPublicKey(key), root };
  if (root === undefined) throw new Error('an identity without a trust root');
  return {
    root,
    identity: await testOf(identity, identityRegexp, code),
    issuer: await testOf(issuer, issuerRegexp, code),
  };
}

/** Tests for an exact text, or by an RE2 expression that may match any part of the text, as in cosign. */
async function testOf(exact: string, pattern: string, code: ErrorCode): Promise<TextTest> {
  if (exact !== '') return { shown: exact, fits: (text) => text === exact };
  const { compileRe2 } = await import('../../chart/re2.ts');
  try {
    const { regex } = compileRe2(pattern);
    return { shown: pattern, fits: (text) => regex.matcher(text).find() };
  } catch (cause) {
    throw new PkgError(code, `'${printable(pattern, 100)}' is not a regular expression`, {
      notes: [printable((cause as Error).message, 200)],
      hints: ["write it in RE2's syntax"],
      cause,
    });
  }
}

function shownRequirement(requirement: Requirement): string {
  if ('pgp' in requirement) return `PGP, by a key of ${printable(requirement.pgp.keyring, 300)}`;
  const { key, identity, identityRegexp, issuer, issuerRegexp } = requirement.cosign;
  if (key !== '') return `cosign, by the key ${printable(key, 300)}`;
  return printable(`cosign, by ${identity || identityRegexp} of ${issuer || issuerRegexp}`, 500);
}
