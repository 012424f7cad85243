/** The images of a chart as commands that only look at them render it. */
import { coalesceValues } from '../../chart/values.ts';
import { DEFAULT_CAPABILITIES } from '../../render/capabilities.ts';
import { imagesOf } from '../../render/images.ts';
import type { FoundImage } from '../../render/images.ts';
import { renderChart } from '../../render/render-chart.ts';
import type { FlagInput } from '@oclif/core/interfaces';
import * as Flags from './flag-types.ts';
import type { FlagValues } from './flag-types.ts';
import type { GlobalFlags } from './global-flags.ts';
import type { Inputs } from './inputs.ts';
import { kubeVersionOf } from './kube-version.ts';
import type { KUBE_VERSION_FLAG } from './kube-version.ts';
import { localNamespace } from './local-namespace.ts';

/** What templates are told of the cluster, beside its version. */
export const API_VERSIONS_FLAG: FlagInput<{ 'api-versions': string[] }> = {
  'api-versions': Flags.csv({ char: 'a', helpValue: 'VERSION', summary: 'API versions that templates are told of' }),
};

/**
 * Renders a chart and gives its images.
 *
 * @param all images that only the values name, too
 * @throws {PkgError} as `renderChart` does
 */
export async function imagesOfChart(
  inputs: Inputs,
  flags: FlagValues<typeof KUBE_VERSION_FLAG & typeof API_VERSIONS_FLAG> & GlobalFlags,
  all: boolean,
): Promise<FoundImage[]> {
  const rendered = await renderChart({
    ...inputs,
    release: {
      name: 'release-name',
      namespace: await localNamespace(flags),
      revision: 1,
      isInstall: true,
      isUpgrade: false,
    },
    capabilities: {
      kubeVersion: kubeVersionOf(flags['kube-version']),
      apiVersions: [...DEFAULT_CAPABILITIES.apiVersions, ...flags['api-versions']],
    },
  });
  const documents = [...rendered.objects, ...rendered.hooks].flatMap(({ object }) => object ?? []);
  return imagesOf(documents, all ? coalesceValues(rendered.chart, inputs.userValues).values : undefined);
}
