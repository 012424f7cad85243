/**
 * Writes two tables from the OpenAPI that the API server of the test control plane serves: which fields of Kubernetes'
 * own kinds hold texts (`src/render/kubernetes-types.ts`, read by every render), and all of their fields
 * (`src/render/lint/objects/kubernetes-fields.ts`). Run it when `test/controlplane/go.mod` names another version:
 * `node scripts/kubernetes-types.ts`, then `npm run format`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, readKubeconfig } from '../test/controlplane/client.ts';
import { startControlPlane, stopControlPlane } from '../test/controlplane/controlplane.ts';

type Schema = {
  $ref?: string;
  allOf?: Schema[];
  type?: string;
  format?: string;
  enum?: string[];
  oneOf?: Schema[];
  items?: Schema;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
};

const KIND = 'x-kubernetes-group-version-kind';
/** What no template writes. */
const LEFT_OUT = new Set(['status', 'managedFields']);

/** What a table holds. */
type TableRules = {
  /** The code for a value that is not a list, no map and no type of its own; undefined to leave the field out. */
  leaf: (schema: Schema) => string | undefined;
  /** The code for a field that no template writes; undefined to leave it out. */
  unwritten: string | undefined;
  /** What follows the name of a field that must be there. */
  required: string;
  /** How a kind is named in the table. */
  kind: (kind: string, group: string, version: string) => string;
  says: string;
};

const TEXTS: TableRules = {
  leaf: ({ type, format }) =>
    type !== 'string' ? undefined : format === undefined ? '' : format === 'byte' ? '!' : undefined,
  unwritten: undefined,
  required: '',
  // Of several versions the last counts: it has the fields of those before.
  kind: (kind, group) => (group === '' ? kind : `${kind}.${group}`),
  says: ` * Which fields of Kubernetes' own kinds hold texts. Written by \`scripts/kubernetes-types.ts\`.
 *
 * Each line defines a type, to which other lines refer by its number, counted from 0. It has groups of fields: a code
 * for what the fields hold, a colon, and their names. The codes: none for a text, \`!\` for bytes in base64, a number
 * for that type, \`[\` and \`{\` for a list and a map of what the rest of the code says. Fields without texts are left
 * out: numbers, times, quantities, and values of several types.`,
};

const FIELDS: TableRules = {
  leaf: ({ type, format, enum: values, oneOf = [] }) => {
    switch (type) {
      case 'string': {
        const choices = values?.filter((value) => value !== '') ?? [];
        if (choices.length > 0) return `=${choices.join('|').replaceAll(' ', '_')}`;
        return format === undefined ? '' : format === 'byte' ? '!' : '*';
      }
      case 'integer':
        return '#';
      case 'number':
        return '%';
      case 'boolean':
        return '?';
      default:
        if (format === 'int-or-string') return '&';
        return format === undefined && oneOf.map((one) => one.type).join() === 'string,number' ? '~' : '*';
    }
  },
  unwritten: '*',
  required: '^',
  kind: (kind, group, version) => `${group === '' ? version : `${group}/${version}`} ${kind}`,
  says: ` * The fields of Kubernetes' own kinds, for lint. Written by \`scripts/kubernetes-types.ts\`.
 *
 * Each line defines a type, to which other lines refer by its number, counted from 0. It has groups of fields: a code
 * for what the fields hold, a colon, and their names. The codes: none for a text, \`!\` for bytes in base64, \`=a|b\` for
 * one of these texts (\`_\` is a blank), \`#\` for a whole number, \`%\` for a number, \`?\` for a boolean, \`~\` for a quantity,
 * \`&\` for a whole number or a text, \`*\` for anything, a number for that type, \`[\` and \`{\` for a list and a map of what
 * the rest of the code says. A name that ends with \`^\` is that of a field that must be there.`,
};

const state = await startControlPlane({
  name: 'kubernetes-types',
  say: console.error,
  // Kinds of versions that a cluster has to ask for, too.
  apiserver: ['--runtime-config=api/all=true'],
});
try {
  const client = createClient(readKubeconfig(state.kubeconfig));
  const schemas = new Map<string, Schema>();
  const read = async (path: string): Promise<unknown> => JSON.parse((await client.request('GET', path)).text);
  const { paths } = (await read('/openapi/v3')) as { paths: Record<string, { serverRelativeURL: string }> };
  for (const [path, { serverRelativeURL }] of Object.entries(paths)) {
    if (!/^apis?\/.*v[0-9]/.test(path)) continue;
    const { components } = (await read(serverRelativeURL)) as { components: { schemas: Record<string, Schema> } };
    for (const [name, schema] of Object.entries(components.schemas)) schemas.set(name, schema);
  }
  client.close();
  const folder = join(import.meta.dirname, '../src/render');
  writeFileSync(join(folder, 'kubernetes-types.ts'), printed(TEXTS, tableOf(schemas, TEXTS)));
  writeFileSync(join(folder, 'lint/objects/kubernetes-fields.ts'), printed(FIELDS, tableOf(schemas, FIELDS)));
} finally {
  await stopControlPlane(state);
}

/** The name of the schema that another one refers to. */
function nameOf({ $ref, allOf = [] }: Schema): string | undefined {
  const [only, ...more] = allOf;
  return $ref?.replace(/.*\//, '') ?? (only !== undefined && more.length === 0 ? nameOf(only) : undefined);
}

/** The lines of a table, and the line of each kind. */
function tableOf(
  schemas: ReadonlyMap<string, Schema>,
  { leaf, unwritten, required: mark, kind: kindName }: TableRules,
): { lines: string[]; kinds: string[] } {
  const lines: string[] = [];
  const numbers = new Map<string, number>();
  const known = new Map<string, string>();

  /** The code of a value: that of a leaf, `[` and `{` before what a list and a map hold, the number of a type. */
  const encode = (schema: Schema, path: readonly string[]): string | undefined => {
    const name = nameOf(schema);
    if (name !== undefined) {
      const named = schemas.get(name) ?? {};
      return named.properties === undefined ? encode(named, path) : typeOf(name, path);
    }
    const inner = schema.type === 'array' ? schema.items : schema.additionalProperties;
    if (schema.type === 'string' || inner === undefined) return leaf(schema);
    const encoded = encode(inner, path);
    return encoded === undefined ? undefined : (schema.type === 'array' ? '[' : '{') + encoded;
  };
  /**
   * The number of a type's line; undefined where the line would be empty. A type inside itself has been given its
   * number.
   */
  const typeOf = (name: string, path: readonly string[]): string | undefined => {
    if (known.has(name)) return known.get(name) || undefined;
    if (path.includes(name)) {
      const number = numbers.get(name) ?? lines.push('') - 1;
      numbers.set(name, number);
      return String(number);
    }
    const { properties = {}, required = [], ...schema } = schemas.get(name) ?? {};
    const isKind = schema[KIND] !== undefined;
    const fields = new Map<string, string[]>();
    for (const [field, inner] of Object.entries(properties)) {
      const isUnwritten = isKind ? LEFT_OUT.has(field) : field === 'managedFields';
      const encoded = isUnwritten ? unwritten : encode(inner, [...path, name]);
      const written = required.includes(field) ? field + mark : field;
      if (encoded !== undefined) fields.set(encoded, [...(fields.get(encoded) ?? []), written]);
    }
    const line = [...fields].map(([encoded, names]) => `${encoded}:${names.join(',')}`).join(' ');
    const own = numbers.get(name);
    const number = own ?? (line === '' ? -1 : lines.includes(line) ? lines.indexOf(line) : lines.push(line) - 1);
    if (own !== undefined) lines[own] = line;
    known.set(name, number < 0 ? '' : String(number));
    return number < 0 ? undefined : String(number);
  };

  const kinds = new Map<string, string>();
  for (const [name, schema] of [...schemas].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [only, ...more] = schema[KIND] ?? [];
    if (only === undefined || more.length > 0 || schema.properties?.['metadata'] === undefined) continue;
    const number = only.kind.endsWith('List') ? undefined : typeOf(name, []);
    if (number !== undefined) kinds.set(kindName(only.kind, only.group, only.version), number);
  }
  return { lines, kinds: [...kinds].map(([kind, number]) => `${number}:${kind}`) };
}

function printed({ says }: TableRules, { lines, kinds }: { lines: string[]; kinds: string[] }): string {
  const quoted = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');
  return `/**
${says}
 */
export const TYPES = \`
${quoted(lines)}\`;

/** The type of each kind. */
export const KINDS = \`
${quoted(kinds)}\`;
`;
}
