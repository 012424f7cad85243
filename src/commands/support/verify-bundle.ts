/** `pkg verify BUNDLE[#NAME]`: the signatures that a bundle carries. */
import { basename } from 'node:path';
import { printable } from '../../errors-text.ts';
import { Bundle } from '../../repository/bundle.ts';
import type { BundleChart } from '../../repository/bundle.ts';
import { chooseBundled } from '../../repository/bundled-chart.ts';
import type { BundleReference } from '../../repository/bundle-reference.ts';
import type { KeyringFlag } from '../../repository/verify-archive.ts';
import { verificationText, verifyFound } from './verify.ts';
import type { CosignTrustFlags } from './verify-cosign.ts';

/** Flags that choose a chart, and say whose signature is wanted. */
export type VerifyBundleFlags = KeyringFlag & CosignTrustFlags & { version?: string | undefined };

/**
 * Checks a whole bundle against its digests, then the signatures of its charts.
 *
 * @param place of several charts all are verified where none is named, and each must be signed
 * @returns for each chart its name and who signed it, in lines
 * @throws {PkgError} `PKG_BUNDLE_INVALID`; `PKG_SIGNATURE_INVALID`; `PKG_CHART_NOT_FOUND`,
 *   `PKG_CHART_VERSION_NOT_FOUND`; what is wrong with the keys
 */
export async function verifyBundle(
  { file, name }: BundleReference,
  flags: VerifyBundleFlags,
  by: 'cosign' | 'pgp',
): Promise<string> {
  const bundle = new Bundle(file);
  try {
    await bundle.check(() => undefined);
    const version = (flags.version ?? '').trim();
    const isAll = name === '' && version === '' && bundle.charts.length > 0;
    const charts = isAll ? bundle.charts : [chooseBundled(bundle.charts, file, name, version)];
    const verify = by === 'cosign' ? await cosignVerifier(bundle, flags) : pgpVerifier(bundle, flags);
    let text = '';
    for (const chart of charts) {
      const location = `${file}#${chart.name}`;
      text += `Chart: ${printable(`${chart.name} ${chart.version}`, 200)}\n${await verify(chart, location)}`;
    }
    return text;
  } finally {
    bundle.close();
  }
}

/** Verifies one chart, and gives who signed it, in lines. */
type Verifier = (chart: BundleChart, location: string) => string | Promise<string>;

async function cosignVerifier(bundle: Bundle, flags: CosignTrustFlags): Promise<Verifier> {
  const { signersText, trustOfFlags } = await import('./verify-cosign.ts');
  const trust = await trustOfFlags(flags);
  return (chart, location) => {
    const signed = bundle.signed(chart);
    const digest = signed?.manifest.digest ?? chart.digest;
    return signersText(location, { artifacts: signed?.artifacts ?? [], problems: [], digest }, trust);
  };
}

function pgpVerifier(bundle: Bundle, flags: KeyringFlag): Verifier {
  return async (chart, location) => {
    const fetchProvenance = (): Promise<Buffer | undefined> => Promise.resolve(bundle.provenance(chart));
    const signed = { fileName: basename(chart.file), location, fetchProvenance };
    return verificationText((await verifyFound(signed, await bundle.archive(chart), flags)).verification);
  };
}
