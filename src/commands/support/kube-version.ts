import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { DEFAULT_CAPABILITIES } from '../../render/capabilities.ts';

/**
 * The value of `--kube-version` as `.Capabilities.KubeVersion.Version` has it: as typed, with a `v` in front. Without
 * the flag it is the version that Helm assumes.
 *
 * @throws {PkgError} `PKG_USAGE` for what is not a version
 */
export function kubeVersionOf(text: string | undefined): string {
  if (text === undefined || text === '') return DEFAULT_CAPABILITIES.kubeVersion;
  if (!/^[\t\n\f\r ]*v?(?:0|[1-9]\d*)(?:\.\d+)+(?!\d|\.\d)/.test(text)) {
    throw new PkgError('PKG_USAGE', `--kube-version takes a version such as 1.36.0, not "${printable(text)}"`);
  }
  return text.startsWith('v') ? text : `v${text}`;
}
