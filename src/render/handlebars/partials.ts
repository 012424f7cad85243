/** Which names a chart's templates can include: its own partials, and those of its library charts. */
import type { Chart } from '../../chart/chart.ts';
import type { Template } from './ast.ts';
import type { PartialBody } from './scope.ts';

/** The templates of one chart, parsed. */
export type ChartTemplates = { chart: Chart; path: string; templates: Template[]; partials: Map<string, PartialBody> };

/** The name of a partial file: `templates/db/_labels.hbs` is `db/labels`. */
export function partialName(file: string): string {
  const inside = file.replace(/^templates\//, '');
  const slash = inside.lastIndexOf('/') + 1;
  return (inside.slice(0, slash) + inside.slice(slash).replace(/^_/, '')).replace(/\.hbs$/, '');
}

/** Finds partials as a chart's templates name them. */
export class PartialIndex {
  readonly #own: ChartTemplates;
  readonly #libraries: ReadonlyMap<string, PartialBody>;

  constructor(own: ChartTemplates, libraries: readonly ChartTemplates[]) {
    this.#own = own;
    const all = new Map<string, PartialBody>();
    const ambiguous = new Set<string>();
    for (const library of libraries) {
      for (const [name, body] of library.partials) {
        all.set(`${library.chart.metadata.name}/${name}`, body);
        if (all.has(name)) ambiguous.add(name);
        else all.set(name, body);
      }
    }
    for (const name of ambiguous) all.delete(name);
    this.#libraries = all;
  }

  find(name: string): PartialBody | undefined {
    return this.#own.partials.get(name) ?? this.#libraries.get(name) ?? this.#wholeTemplate(name);
  }

  names(): string[] {
    return [...this.#own.partials.keys(), ...this.#libraries.keys()];
  }

  /** A template of the chart itself, as a checksum names it: `configmap.yaml`, with or without folder and `.hbs`. */
  #wholeTemplate(name: string): PartialBody | undefined {
    const inside = name.replace(`${this.#own.path}/`, '').replace(/^templates\//, '');
    const wanted = `${this.#own.path}/templates/${inside}`;
    const template = this.#own.templates.find(({ name: full }) => full === wanted || full === `${wanted}.hbs`);
    return template && { program: template.program, template, scope: undefined };
  }
}
