/** Decides how unquoted keys of values are read. */
import type { Chart } from './chart.ts';
import { isGuard } from './guard.ts';

/**
 * Do unquoted keys such as `on`, `no` and `y` in the values of a chart stay text? They do where all templates of the chart
 * and its subcharts are native. Go templates get the booleans that Helm reads from them.
 */
export function keepsWrittenKeys(chart: Chart): boolean {
  let hasNative = false;
  let hasGo = false;
  const visit = ({ templates, dependencies }: Chart): void => {
    for (const { name } of templates) {
      if (name.endsWith('.hbs')) hasNative = true;
      else if (!isGuard(name)) hasGo = true;
    }
    for (const child of dependencies) visit(child);
  };
  visit(chart);
  return hasNative && !hasGo;
}
