import type { ListQuery } from '../cluster.ts';

/** The `labelSelector` parameter of a query; empty for all objects. */
export function selectorText({ labels = {}, withoutLabels = {}, labelsIn = {} }: ListQuery): string {
  return [
    ...Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    ...Object.entries(withoutLabels).map(([key, value]) => `${key}!=${value}`),
    ...Object.entries(labelsIn).map(([key, values]) => `${key} in (${values.join(',')})`),
  ].join(',');
}
