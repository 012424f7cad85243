/** The images of a chart, rendered without a cluster. */
import { coalesceValues } from '../../chart/values.ts';
import { DEFAULT_CAPABILITIES } from '../../render/capabilities.ts';
import { imagesOf } from '../../render/images.ts';
import type { FoundImage } from '../../render/images.ts';
import { renderChart } from '../../render/render-chart.ts';
import type { API_VERSIONS_FLAG, KUBE_VERSION_FLAG } from './chart-flags.ts';
import type { FlagValues } from './flag-types.ts';
import type { GlobalFlags } from './global-flags.ts';
import type { Inputs } from './inputs.ts';
import { kubeVersionOf } from './kube-version.ts';
import { localNamespace } from './local-namespace.ts';

/**
 * Renders a chart as an install under the name `release-name`, and lists the images of its objects and hooks.
 *
 * @param options.all also list images that appear only in the values
 * @throws {PkgError} as `renderChart` does
 */
export async function imagesOfChart(
  inputs: Inputs,
  flags: FlagValues<typeof KUBE_VERSION_FLAG & typeof API_VERSIONS_FLAG> & GlobalFlags,
  { all }: { all: boolean },
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
