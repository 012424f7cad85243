/**
 * What the fields of objects hold: of Kubernetes' own kinds by its OpenAPI (`kubernetes-fields.ts`), of kinds that are
 * not known only the metadata.
 */
import { TypeTable } from '../type-table.ts';
import { KINDS, TYPES } from './kubernetes-fields.ts';

/** What a field holds. */
export type Holds =
  | { readonly is: 'text'; readonly choices?: readonly string[] }
  | { readonly is: 'bytes' | 'integer' | 'number' | 'boolean' | 'quantity' | 'any' }
  | { readonly is: 'list' | 'map'; readonly of: Holds }
  | { readonly is: 'fields'; readonly fields: ReadonlyMap<string, Holds> };

const table = new TypeTable(TYPES, KINDS);
const types = new Map<number, Holds>();

/** The names of Kubernetes' own kinds, each as `apps/v1 Deployment`. */
export function builtinKinds(): Iterable<string> {
  return table.kinds;
}

/** What an object of a kind of Kubernetes' own holds; undefined for other kinds and for versions that are gone. */
export function builtinSchema(apiVersion: string, kind: string): Holds | undefined {
  const number = table.numberOf(`${apiVersion} ${kind}`);
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
    type = { is: 'fields', fields };
    // Set before its fields are read, because a type may have fields of its own type.
    types.set(number, type);
    table.eachGroup(number, (code, names) => {
      const holds = decode(code);
      for (const name of names) fields.set(name, holds);
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
  '*': { is: 'any' },
};

function decode(code: string): Holds {
  const leaf = LEAVES[code];
  if (leaf !== undefined) return leaf;
  if (code.startsWith('=')) return { is: 'text', choices: code.slice(1).split('|') };
  if (code.startsWith('[')) return { is: 'list', of: decode(code.slice(1)) };
  return code.startsWith('{') ? { is: 'map', of: decode(code.slice(1)) } : numbered(Number(code));
}
