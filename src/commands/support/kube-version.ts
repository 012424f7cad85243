import type { FlagInput } from '@oclif/core/interfaces';
import * as Flags from './flag-types.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { DEFAULT_CAPABILITIES } from '../../render/capabilities.ts';

/** The flag that says for which Kubernetes a chart is rendered where no cluster is asked. */
export const KUBE_VERSION_FLAG: FlagInput<{ 'kube-version': string | undefined }> = {
  'kube-version': Flags.string({ helpValue: 'VERSION', summary: 'the Kubernetes version that templates are told' }),
};

/**
 * The version as Helm tells it to templates: as it was typed, with a `v` in front.
 *
 * @throws {PkgError} `PKG_USAGE`
 */
export function kubeVersionOf(text: string | undefined): string {
  if (text === undefined || text === '') return DEFAULT_CAPABILITIES.kubeVersion;
  if (!/^v?(?:0|[1-9]\d*)(?:\.\d+)+(?!\d|\.\d)/.test(text)) {
    throw new PkgError('PKG_USAGE', `--kube-version takes a version such as 1.36.0, not "${printable(text)}"`);
  }
  return text.startsWith('v') ? text : `v${text}`;
}
