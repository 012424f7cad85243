/** Which names a chart's templates can include: its own partials, and those of its library charts. */
import type { Chart } from '../../chart/chart.ts';
import type { ParsedTemplate } from './template-cache.ts';
import type { PartialBody, PartialRelatives } from './scope.ts';

/** The templates of one chart, parsed. */
export type ChartTemplates = {
  chart: Chart;
  path: string;
  templates: ParsedTemplate[];
  /** The files whose names begin with `_`. */
  files: ParsedTemplate[];
  partials: Map<string, PartialBody>;
  /** The names of files that hold nothing but inline partials, and are none themselves, each with the names in it. */
  inlineFiles: Map<string, string[]>;
};

/** The name of a partial file: `templates/db/_labels.hbs` is `db/labels`. */
export function partialName(file: string): string {
  const inside = file.replace(/^templates\//, '');
  const slash = inside.lastIndexOf('/') + 1;
  return (inside.slice(0, slash) + inside.slice(slash).replace(/^_/, '')).replace(/\.hbs$/, '');
}

/** The path of the chart that a template is part of: `web/charts/common` of `web/charts/common/templates/_x.hbs`. */
export function chartPathOf(template: string): string {
  return /^[^/]+(?:\/charts\/[^/]+)*(?=\/templates\/)/.exec(template)?.[0] ?? '';
}

/** Finds partials as the templates of a chart, and of its libraries, name them. */
export class PartialIndex {
  readonly #own: ChartTemplates;
  readonly #libraries: readonly ChartTemplates[];
  /** Partials of libraries by `LIBRARY/NAME`, and by `NAME` where only one library has it. */
  readonly #named = new Map<string, PartialBody>();
  readonly #owners = new Map<string, string[]>();
  readonly #ofLibraries = new Map<string, PartialIndex>();

  /** @param libraries the library charts below the chart, the nearest first */
  constructor(own: ChartTemplates, libraries: readonly ChartTemplates[]) {
    this.#own = own;
    this.#libraries = libraries;
    const seen = new Set<string>();
    for (const { chart, partials } of libraries) {
      const library = chart.metadata.name;
      // The same library again is a dependency of another library, further down.
      if (seen.has(library)) continue;
      seen.add(library);
      for (const [name, body] of partials) {
        this.#named.set(`${library}/${name}`, body);
        const owners = this.#owners.get(name);
        if (owners === undefined) this.#owners.set(name, [library]);
        else owners.push(library);
      }
    }
    for (const [name, [library, ...others]] of this.#owners) {
      const body = this.#named.get(`${library}/${name}`);
      if (others.length === 0 && body !== undefined && !this.#named.has(name)) this.#named.set(name, body);
    }
  }

  /**
   * Finds a partial. A template of a library finds its own partials first, then those of the libraries below it, then
   * those of the chart that uses it.
   *
   * @param from the name of the template that asks: `CHART/templates/FILE`
   */
  find(name: string, from: string): PartialBody | undefined {
    const ofLibrary = this.#libraries.length === 0 ? undefined : this.#ofLibrary(from);
    return ofLibrary?.findOwn(name) ?? this.findOwn(name) ?? this.#wholeTemplate(name);
  }

  /** A partial of the chart itself or its libraries. */
  findOwn(name: string): PartialBody | undefined {
    return this.#own.partials.get(name) ?? this.#named.get(name);
  }

  /** What is there instead of a partial of this name. */
  relatives(name: string): PartialRelatives {
    const inlines =
      this.#own.inlineFiles.get(name) ??
      this.#libraries.flatMap(({ chart, inlineFiles }) => {
        const library = `${chart.metadata.name}/`;
        const inside = name.startsWith(library) ? name.slice(library.length) : name;
        return (inlineFiles.get(inside) ?? []).map((inline) => (inside === name ? inline : library + inline));
      });
    return { owners: this.#owners.get(name) ?? [], inlines };
  }

  /** All names that can be found, with one spelling of each whole template. */
  names(): string[] {
    const folder = `${this.#own.path}/templates/`.length;
    const whole = this.#own.templates.map(({ name }) => name.slice(folder).replace(/\.hbs$/, ''));
    return [...this.#own.partials.keys(), ...this.#named.keys(), ...whole];
  }

  #ofLibrary(from: string): PartialIndex | undefined {
    const path = chartPathOf(from);
    if (path === this.#own.path || path === '') return undefined;
    let index = this.#ofLibraries.get(path);
    if (index === undefined) {
      const own = this.#libraries.find((library) => library.path === path);
      if (own === undefined) return undefined;
      const below = this.#libraries.filter((library) => library.path.startsWith(`${path}/charts/`));
      index = new PartialIndex(own, below);
      this.#ofLibraries.set(path, index);
    }
    return index;
  }

  /** A template of the chart itself, as a checksum includes it: `configmap.yaml`, with or without folder and `.hbs`. */
  #wholeTemplate(name: string): PartialBody | undefined {
    const inside = name.replace(`${this.#own.path}/`, '').replace(/^templates\//, '');
    const wanted = `${this.#own.path}/templates/${inside}`;
    const template = this.#own.templates.find(({ name: full }) => full === wanted || full === `${wanted}.hbs`);
    return template && { program: template.program, template, scope: undefined };
  }
}
