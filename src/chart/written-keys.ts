import type { Chart } from './chart.ts';
import { isGuard } from './guard.ts';

/**
 * Do unquoted keys such as `on`, `no` and `y` in the values of a chart stay text? They do where all templates of the chart
 * and its subcharts are native. Go templates get the booleans that Helm reads from them.
 */
export function keepsWrittenKeys(chart: Chart): boolean {
  let native = false;
  let go = false;
  const visit = ({ templates, dependencies }: Chart): void => {
    for (const { name } of templates) {
      if (name.endsWith('.hbs')) native = true;
      else if (!isGuard(name)) go = true;
    }
    for (const child of dependencies) visit(child);
  };
  visit(chart);
  return native && !go;
}
