/** Finds which kinds of objects the templates of a chart may print with other values than those that were rendered. */
import type { Position } from '../../../errors.ts';
import { builtinKinds } from './object-schema.ts';

/** A template as it is written. */
type Source = { file: string; source: string };

/** The line of an object's kind, at its margin or as an item of a list. */
const KIND = /^([ ]*(?:- +)?)["']?kind["']?:[ ]*(\S.*?)[ ]*$/;

/** The kinds of the documents that templates have in branches and loops that did not print. */
export class Unprinted {
  readonly #kinds = new Set<string>();
  #hasUnknown = false;

  /**
   * @param sources the templates of the chart and its libraries
   * @param printed the positions of the kinds of all objects that were rendered
   */
  constructor(sources: readonly Source[], printed: readonly Position[]) {
    const seen = new Set(printed.map(({ file, line }) => `${file}:${line}`));
    for (const { file, source } of sources) {
      const lines = source.split('\n');
      for (const [index, line] of lines.entries()) {
        const [, margin, kind] = KIND.exec(line) ?? [];
        if (margin === undefined || kind === undefined || !isOfObject(lines, index, margin.length)) continue;
        // The same line may print other kinds in other turns of a loop.
        if (kind.includes('{{')) this.#hasUnknown = true;
        else if (!seen.has(`${file}:${index + 1}`) && !isHarmless(lines, index))
          this.#kinds.add(kind.replaceAll(/["']|\s*#.*$/g, ''));
      }
    }
  }

  has(kind: string): boolean {
    return this.#hasUnknown || this.#kinds.has(kind);
  }

  /** Is there a kind among them that is not one of Kubernetes' own? */
  get hasCustom(): boolean {
    const own = new Set(Array.from(builtinKinds(), (name) => name.slice(name.indexOf(' ') + 1)));
    return this.#hasUnknown || [...this.#kinds].some((kind) => !own.has(kind));
  }
}

/** Groups whose resources make no other objects that templates refer to. */
export const HARMLESS_GROUPS: ReadonlySet<string> = new Set([
  ...['monitoring.coreos.com', 'gateway.networking.k8s.io', 'networking.istio.io'],
]);

function isHarmless(lines: readonly string[], index: number): boolean {
  return lines.slice(Math.max(0, index - 1), index + 2).some((line) => {
    const group = /apiVersion:\s*["']?([\w.]+)\//.exec(line)?.[1];
    return group !== undefined && HARMLESS_GROUPS.has(group);
  });
}

/** Is this the kind of an object, and not of a reference such as `scaleTargetRef`? An object has metadata beside it. */
function isOfObject(lines: readonly string[], index: number, margin: number): boolean {
  if (margin === 0) return true;
  const beside = `${' '.repeat(margin)}metadata:`;
  return lines.slice(Math.max(0, index - 3), index + 4).some((line) => line.startsWith(beside));
}
