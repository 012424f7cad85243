/**
 * What the fields of objects hold: of Kubernetes' own kinds by its OpenAPI (`kubernetes-fields.ts`), of kinds that are
 * not known only the metadata.
 */
import { KINDS, TYPES } from './kubernetes-fields.ts';

/** What a field holds. */
export type Holds =
  | { readonly is: 'text'; readonly choices?: readonly string[] }
  | { readonly is: 'bytes' | 'integer' | 'number' | 'boolean' | 'quantity' | 'any' }
  | { readonly is: 'list' | 'map'; readonly of: Holds }
  | { readonly is: 'fields'; readonly fields: ReadonlyMap<string, Holds> };

let lines: readonly string[] | undefined;
let kinds: ReadonlyMap<string, number> | undefined;
const types = new Map<number, Holds>();

function kindNumbers(): ReadonlyMap<string, number> {
  kinds ??= new Map(
    KINDS.trim()
      .split('\n')
      .map((line) => [line.slice(line.indexOf(':') + 1), Number.parseInt(line, 10)]),
  );
  return kinds;
}

/** The names of Kubernetes' own kinds, each as `apps/v1 Deployment`. */
export function builtinKinds(): Iterable<string> {
  return kindNumbers().keys();
}

/** What an object of a kind of Kubernetes' own holds; undefined for other kinds and for versions that are gone. */
export function builtinSchema(apiVersion: string, kind: string): Holds | undefined {
  const number = kindNumbers().get(`${apiVersion} ${kind}`);
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
    lines ??= TYPES.slice(1, -1).split('\n');
    const fields = new Map<string, Holds>();
    type = { is: 'fields', fields };
    // Before its fields are read: a type may be inside itself.
    types.set(number, type);
    for (const group of (lines[number] ?? '').split(' ')) {
      const colon = group.lastIndexOf(':');
      const holds = decode(group.slice(0, colon));
      for (const name of group.slice(colon + 1).split(',')) fields.set(name, holds);
    }
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
