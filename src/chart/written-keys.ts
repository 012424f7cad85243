import type { Chart } from './chart.ts';
import { isGuard } from './guard.ts';

/**
 * Are plain keys such as `on`, `no` and `y` of the values of a chart the texts that are written? They are where all
 * templates of its tree are native. Go templates get the booleans that Helm reads.
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
