/**
 * Checks the data of Secrets and ConfigMaps as an API server does, before anything is written. The server itself is no
 * substitute: it answers bad base64 with status 500, cannot check objects in a namespace that does not exist yet, and
 * never sees `stringData`, which pkg sends as `data`.
 */
import { groupOf } from '../cluster/cluster.ts';
import { throwTogether } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { PUT_QUOTES } from '../render/text-fields.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../yaml/value.ts';
import { ObjectError } from './plan-normal.ts';
import type { SourceDocument } from './plan-normal.ts';

/** The fields that are checked, and what their values must be. Null is allowed everywhere, and means an empty text. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, 'text' | 'base64'>>>> = {
  Secret: { data: 'base64', stringData: 'text' },
  ConfigMap: { data: 'text', binaryData: 'base64' },
};

/**
 * Checks the Secrets and ConfigMaps among documents.
 *
 * @throws {PkgError} `PKG_OBJECT_INVALID` for every field that an API server would refuse, together
 */
export function checkData(documents: readonly SourceDocument[]): void {
  const errors = documents.flatMap((document) => dataErrors(document));
  throwTogether(errors, (count) => `${count} values of Secrets and ConfigMaps cannot be applied`);
}

/**
 * The errors for the fields of a Secret or a ConfigMap that an API server would refuse. None holds a value.
 *
 * @param document its kind may be known before its object is parsed
 */
export function dataErrors(document: SourceDocument & { kind?: string }): ObjectError[] {
  const { kind: known, source } = document;
  if (known !== undefined && !known.endsWith('List') && !Object.hasOwn(FIELDS, known)) return [];
  const { object } = document;
  if (object === undefined) return [];
  return problemsOf(object, []).map(({ kind, path, message, hints }) => {
    const at = { file: source, ...(kind === 'Secret' && { isSecret: true }) };
    return new ObjectError(message, at, path, hints);
  });
}

type Problem = { kind: string; path: ValuePath; message: string; hints: readonly string[] };

function problemsOf(
  object: ValueMap,
  path: ValuePath,
  inherited: { kind?: string; apiVersion?: string } = {},
): Problem[] {
  const kind = textOf(object.get('kind')) ?? inherited.kind ?? '';
  const apiVersion = textOf(object.get('apiVersion')) ?? inherited.apiVersion ?? '';
  const items = object.get('items');
  if (kind.endsWith('List') && Array.isArray(items)) {
    const given = kind === 'List' ? {} : { kind: kind.slice(0, -'List'.length), apiVersion };
    return items.flatMap((item, index) => (isMap(item) ? problemsOf(item, [...path, 'items', index], given) : []));
  }
  if (groupOf(apiVersion) !== '') return [];
  const metadata = object.get('metadata');
  const name = isMap(metadata) ? (textOf(metadata.get('name')) ?? '') : '';
  return Object.entries(Object.hasOwn(FIELDS, kind) ? (FIELDS[kind] ?? {}) : {}).flatMap(([field, form]) => {
    const value = object.get(field) ?? null;
    const of = `of ${kind} "${printable(name)}"`;
    if (value === null) return [];
    if (!isMap(value)) {
      const message = `${field} ${of} is ${kindOf(value)}, and not a map of names and values`;
      return [{ kind, path: [...path, field], message, hints: [] }];
    }
    return [...value].flatMap(([key, item]): Problem[] => {
      const problem = problemOf(kind, item, form);
      if (problem === undefined) return [];
      const { what, hints } = problem;
      const message = `${printable(`${field}.${key}`)} ${of} ${what}`;
      return [{ kind, path: [...path, field, key], message, hints }];
    });
  });
}

/** Says what is wrong with a value, without showing it: it may be a secret. Undefined for a valid one. */
function problemOf(
  kind: string,
  value: Value,
  form: 'text' | 'base64',
): { what: string; hints: readonly string[] } | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value) || isMap(value)) {
    return { what: `is ${kindOf(value)}, and not a text`, hints: ['print it as a text: toYaml or toJson make one'] };
  }
  if (typeof value !== 'string') {
    const hints = form === 'text' ? [PUT_QUOTES] : ['put quotes around what is base64, and encode what is not'];
    return { what: `is ${kindOf(value)}, and not a text`, hints };
  }
  if (form === 'text' || isBase64(value)) return undefined;
  const field = kind === 'Secret' ? 'stringData' : 'data';
  return { what: 'is not base64', hints: [`encode it with b64enc, or put the plain text under ${field}`] };
}

/** Does Go's `base64.StdEncoding`, which the API server uses, accept this text? It ignores line ends. */
function isBase64(text: string): boolean {
  const joined = text.replaceAll(/[\r\n]/g, '');
  const padding = joined.endsWith('==') ? 2 : joined.endsWith('=') ? 1 : 0;
  const digits = padding === 0 ? joined : joined.slice(0, -padding);
  return joined.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(digits);
}

function kindOf(value: Value): string {
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a map';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'boolean' ? 'true or false' : 'a number';
}

function textOf(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
