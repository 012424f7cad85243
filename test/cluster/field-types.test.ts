/** The fields that are strings, bytes or quantities are those of the API server, for all of its kinds. */
import { expect } from 'vitest';
import { KindTypes } from '../../src/render/field-types.ts';
import { objectWithTexts, textFieldErrors } from '../../src/render/text-fields.ts';
import { fromPlain, toPlain } from '../../src/yaml/value.ts';
import type { JsonObject, ValueMap } from '../../src/yaml/value.ts';
import { chartOf } from '../render/support.ts';
import { admin, namespace, test } from '../support/cluster.ts';
import { objectWith } from './support.ts';

type Schema = {
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  type?: string;
  format?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
};
type Gvk = { group: string; version: string; kind: string };
type Path = { post?: { 'x-kubernetes-group-version-kind'?: Gvk } };
type Document = { paths: Record<string, Path>; components: { schemas: Record<string, Schema> } };
type Gvks = { 'x-kubernetes-group-version-kind'?: Gvk[] };

/** A field: where it is, and whether its type is a text, bytes or something that a number may stand for, too. */
type Leaf = { path: (string | number)[]; is: 'text' | 'bytes' | 'other' };

/** One path for each field of each type that a kind has. */
function leavesOf(root: string, schemas: Record<string, Schema>): Leaf[] {
  const leaves: Leaf[] = [];
  const seen = new Set<string>();
  const visit = (schema: Schema, path: (string | number)[]): void => {
    const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.replace(/.*\//, '');
    if (name !== undefined) {
      if (!seen.has(name)) {
        seen.add(name);
        visit(schemas[name] ?? {}, path);
        // As a kind of its own it has the fields of another kind too.
        if ((schemas[name]?.properties ?? undefined) === undefined) seen.delete(name);
      }
    } else if (schema.properties !== undefined) {
      for (const [field, inner] of Object.entries(schema.properties)) {
        const isHead = path.length === 0 && (field === 'apiVersion' || field === 'kind');
        // Fields that no template writes.
        const isStatus = field === 'status' && (schema as Gvks)['x-kubernetes-group-version-kind'] !== undefined;
        if (!isHead && !isStatus && field !== 'managedFields') visit(inner, [...path, field]);
      }
    } else if (schema.type === 'array' && schema.items !== undefined) visit(schema.items, [...path, 0]);
    else if (schema.type === 'object' && schema.additionalProperties !== undefined)
      visit(schema.additionalProperties, [...path, 'k']);
    else if (schema.oneOf !== undefined) leaves.push({ path, is: 'other' });
    else if (schema.type === 'string')
      leaves.push({ path, is: schema.format === 'byte' ? 'bytes' : schema.format === undefined ? 'text' : 'other' });
  };
  visit({ $ref: root }, []);
  return leaves;
}

/** The object with texts in the places of texts; undefined where that is refused. */
function withTexts(object: ValueMap, types: KindTypes): ValueMap | undefined {
  const refusal = new Error('no text can be made of it');
  const refuse = (): never => {
    throw refusal;
  };
  try {
    return objectWithTexts(object, types, refuse, () => {});
  } catch (error) {
    if (error !== refusal) throw error;
    return undefined;
  }
}

async function groupsOfCrds(): Promise<string[]> {
  const { items } = await admin().get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
  return (items as { spec: { group: string } }[]).map(({ spec }) => spec.group);
}

test('numbers are refused in fields that are strings, and changed in no other field', async () => {
  const ns = await namespace();
  const types = new KindTypes(chartOf({}));
  const read = async (path: string): Promise<unknown> => JSON.parse((await admin().request('GET', path)).text);
  // Other tests bring kinds of their own to the same server, and take them away at any time.
  const foreign = new Set(await groupsOfCrds());
  const { paths } = (await read('/openapi/v3')) as { paths: Record<string, { serverRelativeURL: string }> };
  for (const group of await groupsOfCrds()) foreign.add(group);
  const all = Object.entries(paths).filter(
    ([path]) => /^apis?\/.*v[0-9]/.test(path) && !foreign.has(path.split('/')[1] ?? ''),
  );
  const wrong: string[] = [];
  const counts = { text: 0, other: 0, bytes: 0, kinds: 0 };
  for (const [, { serverRelativeURL }] of all) {
    const document = (await read(serverRelativeURL)) as Document;
    const { schemas } = document.components;
    for (const [url, { post }] of Object.entries(document.paths)) {
      const gvk = post?.['x-kubernetes-group-version-kind'];
      if (gvk === undefined || /\{name\}/.test(url)) continue;
      const root = Object.entries(schemas).find(([, schema]) => {
        const own = (schema as Gvks)['x-kubernetes-group-version-kind'];
        return (
          own?.length === 1 && own[0]?.kind === gvk.kind && own[0].group === gvk.group && own[0].version === gvk.version
        );
      })?.[0];
      if (root === undefined) continue;
      counts.kinds++;
      const target = `${url.replace('{namespace}', ns)}?dryRun=All&fieldValidation=Strict`;
      const isDecoded = async (object: JsonObject): Promise<boolean> => {
        const { status, text } = await admin().request('POST', target, object);
        return status !== 400 || !/cannot unmarshal|unable to decode|strict decoding|illegal base64/i.test(text);
      };
      for (const { path, is } of leavesOf(root, schemas)) {
        counts[is]++;
        const object = objectWith([gvk.group, gvk.version].filter(Boolean).join('/'), gvk.kind, path, 12);
        const map = fromPlain(object) as ValueMap;
        const faults = textFieldErrors(map, types);
        const where = `${gvk.kind} ${path.join('.')}`;
        if (faults.length !== (is === 'other' ? 0 : 1)) wrong.push(`${where}: ${faults.length} faults`);
        if (is !== 'other' && (await isDecoded(object))) wrong.push(`${where}: the server takes a number`);
        const made = withTexts(map, types);
        // Bytes are base64, which no number is.
        if ((made === undefined) !== (is === 'bytes')) wrong.push(`${where}: ${made ? 'not ' : ''}refused`);
        if (is === 'other' && made !== map) wrong.push(`${where}: it was changed`);
        if (is === 'text' && !(await isDecoded(toPlain(made ?? null) as JsonObject)))
          wrong.push(`${where}: no text was made of it`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(counts.kinds).toBeGreaterThan(50);
  expect(counts.text).toBeGreaterThan(1500);
  expect(counts.other).toBeGreaterThan(100);
});
