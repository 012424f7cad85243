import { helper, text } from './parameters.ts';
import type { Helper } from './types.ts';

/** The helper that reads objects of the cluster. */
export const clusterHelpers: Record<string, Helper> = {
  lookup: helper(
    [text('apiVersion'), text('kind'), text('namespace'), text('name')],
    ([apiVersion, kind, namespace, name], context) =>
      // Without a cluster nothing is found, as in Helm.
      context.lookup?.(apiVersion, kind, namespace, name) ?? new Map(),
  ),
};
