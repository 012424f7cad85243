/**
 * Writes the fields of Kubernetes' own kinds (`src/render/kubernetes-fields.ts`) from the OpenAPI that the API server of
 * the test control plane serves. Run it when `test/controlplane/go.mod` names another version:
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

const HEAD = `/**
 * The fields of Kubernetes' own kinds, for renders and lint. Written by \`scripts/kubernetes-types.ts\`.
 *
 * Each line defines a type, to which other lines refer by its number, counted from 0. It has groups of fields: a code
 * for what the fields hold, a colon, and their names. The codes: none for a text, \`!\` for bytes in base64, \`=a|b\` for
 * one of these texts (\`_\` is a blank), \`#\` for a whole number, \`%\` for a number, \`?\` for a boolean, \`~\` for a quantity,
 * \`&\` for a whole number or a text, \`*\` for anything, a number for that type, \`[\` and \`{\` for a list and a map of what
 * the rest of the code says. A name that ends with \`^\` is that of a field that must be there.
 */`;

/** The code for a value that is not a list, no map and no type of its own. */
function leafCode({ type, format, enum: values, oneOf = [] }: Schema): string {
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
}

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
  writeFileSync(join(import.meta.dirname, '../src/render/kubernetes-fields.ts'), printed(tableOf(schemas)));
} finally {
  await stopControlPlane(state);
}

/** The name of the schema that another one refers to. */
function nameOf({ $ref, allOf = [] }: Schema): string | undefined {
  const [only, ...more] = allOf;
  return $ref?.replace(/.*\//, '') ?? (only !== undefined && more.length === 0 ? nameOf(only) : undefined);
}

/** The lines of a table, and the line of each kind. */
function tableOf(schemas: ReadonlyMap<string, Schema>): { lines: string[]; kinds: string[] } {
  const lines: string[] = [];
  const numbers = new Map<string, number>();
  const known = new Map<string, string>();

  /** The code of a value: that of a leaf, `[` and `{` before what a list and a map hold, the number of a type. */
  const encode = (schema: Schema, path: readonly string[]): string => {
    const name = nameOf(schema);
    if (name !== undefined) {
      const named = schemas.get(name) ?? {};
      return named.properties === undefined ? encode(named, path) : typeOf(name, path);
    }
    const inner = schema.type === 'array' ? schema.items : schema.additionalProperties;
    if (schema.type === 'string' || inner === undefined) return leafCode(schema);
    return (schema.type === 'array' ? '[' : '{') + encode(inner, path);
  };
  /** The number of a type's line. A type inside itself has been given its number. */
  const typeOf = (name: string, path: readonly string[]): string => {
    const before = known.get(name);
    if (before !== undefined) return before;
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
      const encoded = isUnwritten ? '*' : encode(inner, [...path, name]);
      const written = required.includes(field) ? `${field}^` : field;
      fields.set(encoded, [...(fields.get(encoded) ?? []), written]);
    }
    const line = [...fields].map(([encoded, names]) => `${encoded}:${names.join(',')}`).join(' ');
    const own = numbers.get(name);
    const number = String(own ?? (lines.includes(line) ? lines.indexOf(line) : lines.push(line) - 1));
    if (own !== undefined) lines[own] = line;
    known.set(name, number);
    return number;
  };

  const kinds = new Map<string, string>();
  for (const [name, schema] of [...schemas].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [only, ...more] = schema[KIND] ?? [];
    if (only === undefined || more.length > 0 || schema.properties?.['metadata'] === undefined) continue;
    const apiVersion = only.group === '' ? only.version : `${only.group}/${only.version}`;
    if (!only.kind.endsWith('List')) kinds.set(`${apiVersion} ${only.kind}`, typeOf(name, []));
  }
  return { lines, kinds: [...kinds].map(([kind, number]) => `${number}:${kind}`) };
}

function printed({ lines, kinds }: { lines: string[]; kinds: string[] }): string {
  const quoted = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');
  return `${HEAD}
export const TYPES = \`
${quoted(lines)}\`;

/** The type of each kind. */
export const KINDS = \`
${quoted(kinds)}\`;
`;
}
