/**
 * What the fields of objects hold: of Kubernetes' own kinds by its OpenAPI (`kubernetes-fields.ts`), of kinds that the
 * chart defines by the schemas of its CRDs, and of all others only the metadata.
 */
import type { Chart } from '../../../chart/chart.ts';
import type { compileRe2 as CompileRe2 } from '../../../chart/re2.ts';
import type { Rule } from '../../../chart/schema/compile.ts';
import { groupOf, versionOf } from '../../../cluster/cluster.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value } from '../../../yaml/value.ts';
import { crdSchema, crdsOf, hasCrds, KindTypes } from '../../field-types.ts';
import type { FieldType } from '../../field-types.ts';
import { KUBERNETES_TYPES } from '../../type-table.ts';
import { compileCrd } from './crd-values.ts';
import { field, listAt, mapAt, textAt } from './fields.ts';

/** What a field holds. */
export type Holds =
  | { readonly is: 'text'; readonly choices?: readonly string[]; readonly isClosed?: boolean }
  | { readonly is: 'integer' | 'number'; readonly least?: number; readonly most?: number }
  | { readonly is: 'bytes' | 'boolean' | 'quantity' | 'integer or text' | 'any' }
  | { readonly is: 'list' | 'map'; readonly of: Holds }
  | {
      readonly is: 'fields';
      readonly fields: ReadonlyMap<string, Holds>;
      /** The fields that must be there. */
      readonly required?: readonly string[];
    };

const types = new Map<number, Holds>();

/** The names of Kubernetes' own kinds, each as `apps/v1 Deployment`. */
export function builtinKinds(): Iterable<string> {
  return KUBERNETES_TYPES.kinds;
}

/** What an object of a kind of Kubernetes' own holds; undefined for other kinds and for versions that are gone. */
export function builtinSchema(apiVersion: string, kind: string): Holds | undefined {
  const number = KUBERNETES_TYPES.numberOf(`${apiVersion} ${kind}`);
  return number === undefined ? undefined : numbered(number);
}

/** What the metadata of each object holds. */
export function metadataSchema(): Holds | undefined {
  const configMap = builtinSchema('v1', 'ConfigMap');
  return configMap?.is === 'fields' ? configMap.fields.get('metadata') : undefined;
}

function numbered(number: number): Holds {
  let type = types.get(number);
  if (type === undefined) {
    const fields = new Map<string, Holds>();
    const required: string[] = [];
    type = { is: 'fields', fields, required };
    // Set before its fields are read, because a type may have fields of its own type.
    types.set(number, type);
    KUBERNETES_TYPES.eachGroup(number, (code, names) => {
      const holds = decode(code);
      for (const written of names) {
        const name = written.replace('^', '');
        fields.set(name, holds);
        if (name !== written) required.push(name);
      }
    });
  }
  return type;
}

const LEAVES: Readonly<Record<string, Holds>> = {
  '': { is: 'text' },
  '!': { is: 'bytes' },
  '#': { is: 'integer' },
  '%': { is: 'number' },
  '?': { is: 'boolean' },
  '~': { is: 'quantity' },
  '&': { is: 'integer or text' },
  '*': { is: 'any' },
};

function decode(code: string): Holds {
  const leaf = LEAVES[code];
  if (leaf !== undefined) return leaf;
  if (code.startsWith('=')) return { is: 'text', choices: code.slice(1).replaceAll('_', ' ').split('|') };
  if (code.startsWith('[')) return { is: 'list', of: decode(code.slice(1)) };
  return code.startsWith('{') ? { is: 'map', of: decode(code.slice(1)) } : numbered(Number(code));
}

/** The kinds that the CRDs of a chart define. */
export class ChartKinds {
  readonly #chart: Chart;
  readonly #types: KindTypes;
  readonly #compileRe2: typeof CompileRe2 | undefined;
  readonly #rules = new Map<string, Rule | undefined>();
  readonly #schemas = new Map<string, Holds | undefined>();
  readonly #kinds = new Map<string, ReadonlyMap<string, readonly string[]>>();
  readonly #resources = new Map<string, ReadonlyMap<string, readonly string[]>>();

  /** @param compileRe2 compiles the patterns of CRDs: see {@link openKinds} */
  constructor(chart: Chart, compileRe2?: typeof CompileRe2) {
    this.#chart = chart;
    this.#types = new KindTypes(chart);
    this.#compileRe2 = compileRe2;
  }

  /** The schema of the CRD of a kind, compiled; undefined where the chart has none, and for kinds that are built in. */
  rule(apiVersion: string, kind: string): Rule | undefined {
    if (this.#compileRe2 === undefined || this.isBuiltin(apiVersion, kind)) return undefined;
    const key = `${apiVersion} ${kind}`;
    if (!this.#rules.has(key)) {
      const schema = this.#crdSchema(apiVersion, kind);
      this.#rules.set(key, schema === undefined ? undefined : compileCrd(schema, this.#compileRe2));
    }
    return this.#rules.get(key);
  }

  /** Which fields of a kind hold texts, or lists and maps with texts in them. */
  texts(apiVersion: string, kind: string): FieldType {
    return this.#types.of(apiVersion, kind);
  }

  /** What an object of a kind holds; undefined where neither Kubernetes nor the chart says it. */
  schema(apiVersion: string, kind: string): Holds | undefined {
    const builtin = builtinSchema(apiVersion, kind);
    if (builtin !== undefined) return builtin;
    const key = `${apiVersion} ${kind}`;
    if (!this.#schemas.has(key)) this.#schemas.set(key, this.#ofCrd(apiVersion, kind));
    return this.#schemas.get(key);
  }

  /** Is this one of Kubernetes' own kinds? Kinds of others may have the same name: `Service` of Knative. */
  isBuiltin(apiVersion: string, kind: string): boolean {
    return builtinSchema(apiVersion, kind) !== undefined;
  }

  #crdSchema(apiVersion: string, kind: string): Value | undefined {
    const group = groupOf(apiVersion);
    if (group === '') return undefined;
    const schemas = Array.from(crdsOf(this.#chart, group, kind), (crd) => crdSchema(crd, versionOf(apiVersion)));
    return schemas.find((schema) => schema !== undefined);
  }

  #ofCrd(apiVersion: string, kind: string): Holds | undefined {
    const holds = holdsOf(this.#crdSchema(apiVersion, kind));
    if (holds.is !== 'fields') return undefined;
    // What every object has, whatever the schema says of it.
    const common: [string, Holds][] = ['apiVersion', 'kind', 'status'].map((name) => [name, { is: 'any' }]);
    return {
      is: 'fields',
      fields: new Map([...holds.fields, ...common, ['metadata', metadataSchema() ?? { is: 'any' }]]),
      required: holds.required ?? [],
    };
  }

  /** The kinds of a group, each with its versions; none where the chart has no CRD of the group. */
  kindsOf(group: string): ReadonlyMap<string, readonly string[]> {
    let kinds = this.#kinds.get(group);
    if (kinds === undefined) this.#kinds.set(group, (kinds = this.#readKinds(group)));
    return kinds;
  }

  /** The resources of a group by their plurals, each with its versions; none where the chart has no CRD of the group. */
  resourcesOf(group: string): ReadonlyMap<string, readonly string[]> {
    let resources = this.#resources.get(group);
    if (resources !== undefined) return resources;
    // The group of a CRD has a dot.
    if (!group.includes('.')) return new Map();
    const crds = crdsOf(this.#chart, group, undefined);
    const kinds = this.kindsOf(group);
    resources = new Map(
      Array.from(crds, (crd) => [
        textAt(crd, 'spec', 'names', 'plural'),
        kinds.get(textAt(crd, 'spec', 'names', 'kind')) ?? [],
      ]),
    );
    this.#resources.set(group, resources);
    return resources;
  }

  #readKinds(group: string): Map<string, string[]> {
    const kinds = new Map<string, string[]>();
    for (const crd of crdsOf(this.#chart, group, undefined)) {
      // A CRD of v1beta1 may have one version alone.
      const single = textAt(crd, 'spec', 'version');
      const versions = listAt(crd, 'spec', 'versions').map((one) => textAt(one, 'name'));
      if (single !== '') versions.push(single);
      kinds.set(textAt(crd, 'spec', 'names', 'kind'), versions);
    }
    return kinds;
  }
}

/** The kinds of a chart, with the patterns of its CRDs. Loading RE2 takes 6 ms, and most charts have no CRDs. */
export async function openKinds(chart: Chart): Promise<ChartKinds> {
  return new ChartKinds(chart, hasCrds(chart) ? (await import('../../../chart/re2.ts')).compileRe2 : undefined);
}

/** What a field of a CRD holds. Where the API server keeps what the schema does not name, it is anything. */
function holdsOf(schema: Value | undefined): Holds {
  if (field(schema, 'x-kubernetes-preserve-unknown-fields') === true) return ANY;
  if (field(schema, 'x-kubernetes-int-or-string') === true) return { is: 'integer or text' };
  if (field(schema, 'x-kubernetes-embedded-resource') === true) return ANY;
  switch (textAt(schema, 'type')) {
    case 'string': {
      const choices = listAt(schema, 'enum').filter((one) => typeof one === 'string');
      return choices.length > 0 ? { is: 'text', choices, isClosed: true } : { is: 'text' };
    }
    case 'integer':
    case 'number': {
      const [least, most] = ['minimum', 'maximum'].map((name) => field(schema, name));
      return {
        is: textAt(schema, 'type') === 'integer' ? 'integer' : 'number',
        ...(typeof least === 'number' && { least }),
        ...(typeof most === 'number' && { most }),
      };
    }
    case 'boolean':
      return { is: 'boolean' };
    case 'array':
      return { is: 'list', of: holdsOf(field(schema, 'items')) };
    case 'object': {
      const properties = mapAt(schema, 'properties');
      const others = field(schema, 'additionalProperties');
      if (properties.size === 0) return isMap(others) ? { is: 'map', of: holdsOf(others) } : ANY;
      if (others !== undefined && others !== false) return ANY;
      // The API server fills in what has a default.
      const required = listAt(schema, 'required')
        .filter((name) => typeof name === 'string')
        .filter((name) => field(properties.get(name), 'default') === undefined);
      return { is: 'fields', fields: new Map([...properties].map(([name, one]) => [name, holdsOf(one)])), required };
    }
    default:
      return ANY;
  }
}

const ANY: Holds = { is: 'any' };
