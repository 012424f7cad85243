/**
 * Finds fields that a kind does not have, mostly misspelt or indented wrongly, and numbers, booleans,
 * quantities and names of choices that Kubernetes cannot read, and lists, maps and others of these where another of
 * them belongs. Where texts are in such a field it is another rule (`text-fields.ts`).
 */
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import { crdValueProblems } from './crd-values.ts';
import { labelProblems } from './labels.ts';
import type { LintRule } from '../message.ts';
import { metadataSchema } from './object-schema.ts';
import type { ChartKinds, Holds } from './object-schema.ts';
import type { FieldType } from '../../field-types.ts';
import { kindOf, memberOf } from '../../text-fields.ts';
import { isQuantity } from './quantities.ts';

/** A finding at a field of an object. */
export type FieldProblem = { rule: LintRule; keys: ValuePath; message: string; ours?: boolean };

/** Reports a problem of the field to which these keys lead. */
export type Add = (keys: ValuePath, message: string) => void;

/** Further findings of an object are left out: where a whole block is misplaced, the first ones tell. */
const MAX_PROBLEMS = 10;

/**
 * The findings on the fields of an object.
 *
 * @param described the object in words: `Service "web"`
 * @param kinds what objects hold
 * @param isWhole false for an object of which some fields and items are not known
 */
export function fieldProblems(
  object: ValueMap,
  { apiVersion, kind }: { apiVersion: string; kind: string },
  described: string,
  kinds: Pick<ChartKinds, 'schema' | 'texts' | 'rule'>,
  isWhole = true,
): FieldProblem[] {
  const found: FieldProblem[] = [];
  const metadata = metadataSchema();
  const schema = kinds.schema(apiVersion, kind);
  const report = { described, found };
  const texts = kinds.texts(apiVersion, kind);
  if (schema !== undefined) check(object, { holds: schema, texts }, [], [], report);
  else if (metadata !== undefined)
    check(
      object.get('metadata') ?? null,
      inField({ holds: metadata, texts }, 'metadata', metadata),
      ['metadata'],
      [],
      report,
    );
  const rule = kinds.rule(apiVersion, kind);
  if (rule !== undefined) {
    const places = new Set(found.map(({ keys }) => keys.join('\0')));
    const others = crdValueProblems(object, rule, described, isWhole);
    for (const problem of others)
      if (!places.has(problem.keys.join('\0'))) found.push({ rule: 'object-value', ...problem });
  }
  return found.slice(0, MAX_PROBLEMS);
}

/**
 * Checks a value and what it holds.
 *
 * @param field what the field holds, and which of that is text
 * @param around the schemas of what holds the value, outermost first
 * @param report the name of the object in messages, and the problems, to which those of the value are added
 */
function check(
  value: Value,
  field: Field,
  keys: ValuePath,
  around: readonly Holds[],
  report: { described: string; found: FieldProblem[] },
): void {
  const { holds, texts } = field;
  const { described, found } = report;
  if (value === null || found.length >= MAX_PROBLEMS) return;
  const inside = [...around, holds];
  const wanted = otherForm(value, holds);
  if (wanted !== undefined) {
    const message = `${printable(keys.join('.'))} of ${described} is ${kindOf(value)}, but Kubernetes expects a ${wanted}`;
    if (texts === undefined) found.push({ rule: 'object-value', keys, message });
    return;
  }
  if (Array.isArray(value)) {
    if (holds.is !== 'list') return;
    for (const [index, item] of value.entries()) check(item, inItem(field, holds.of), [...keys, index], inside, report);
    return;
  }
  if (isMap(value)) {
    if (holds.is === 'map') {
      const labels = labelProblems(value, keys);
      for (const { key, problem } of labels)
        found.push({ rule: 'object-label', keys: [...keys, key], message: `in ${described}, ${problem}` });
      for (const [key, item] of value) check(item, inField(field, key, holds.of), [...keys, key], inside, report);
    } else if (holds.is === 'fields') {
      for (const [key, item] of value) {
        const inner = holds.fields.get(key);
        if (inner !== undefined) check(item, inField(field, key, inner), [...keys, key], inside, report);
        else found.push(unknownField(key, keys, holds.fields, inside, described));
      }
    }
    return;
  }
  const problem = scalarProblem(value, holds);
  if (problem === undefined) return;
  const message = `${printable(keys.join('.'))} of ${described} is ${problem}`;
  found.push({ rule: 'object-value', keys, message });
}

/**
 * Is there a value in this field, or around it, that an API server cannot read: a list where a boolean belongs, a text
 * for a number?
 */
export function isUnreadable(
  object: ValueMap,
  { apiVersion, kind }: { apiVersion: string; kind: string },
  path: ValuePath,
  kinds: Pick<ChartKinds, 'schema'>,
): boolean {
  let holds = kinds.schema(apiVersion, kind);
  let value: Value | undefined = object;
  for (const key of path) {
    if (Array.isArray(value) && holds?.is === 'list') [value, holds] = [value[Number(key)], holds.of];
    else if (!isMap(value) || typeof key !== 'string') return false;
    else if (holds?.is === 'map') [value, holds] = [value.get(key), holds.of];
    else if (holds?.is === 'fields') [value, holds] = [value.get(key), holds.fields.get(key)];
    if (value === undefined || value === null || holds === undefined) return false;
    if (otherForm(value, holds) !== undefined) return true;
    if (typeof value !== 'object' && scalarProblem(value, holds) !== undefined) return true;
  }
  return false;
}

/** What a field holds, and which of that is text: undefined where nothing is. */
type Field = { holds: Holds; texts: FieldType | undefined };

function inField({ texts }: Field, key: string, holds: Holds): Field {
  return { holds, texts: texts && memberOf(texts, key) };
}

function inItem({ texts }: Field, holds: Holds): Field {
  return { holds, texts: texts?.holds === 'list' ? texts.of : undefined };
}

/** What a field holds, in words, if the value in it is a list, a map or neither of these, and the field holds another. */
function otherForm(value: Value, { is }: Holds): string | undefined {
  if (is === 'list') return Array.isArray(value) ? undefined : 'list';
  if (is === 'map' || is === 'fields') return isMap(value) ? undefined : 'map';
  return typeof value === 'object' ? ONES[is] : undefined;
}

/** Fields of these types hold one value, in words. Those of texts are told by `text-fields.ts`. */
const ONES: Readonly<Record<string, string>> = {
  integer: 'whole number',
  number: 'number',
  boolean: 'boolean',
  quantity: 'quantity such as 500m or 1Gi',
  'integer or text': 'whole number or a text',
};

/** What is wrong with a number that the schema of a CRD bounds. */
function outOfBounds(
  value: number,
  { least = -Infinity, most = Infinity }: { least?: number; most?: number },
): string | undefined {
  if (value >= least && value <= most) return undefined;
  return value < least
    ? `${value}, but the CRD requires at least ${least}`
    : `${value}, but the CRD allows at most ${most}`;
}

function unknownField(
  key: string,
  keys: ValuePath,
  fields: ReadonlyMap<string, Holds>,
  inside: readonly Holds[],
  described: string,
): FieldProblem {
  const holder = keys.length === 0 ? '' : ` in ${printable(keys.join('.'))}`;
  const message = `${described} has no field ${printable(key)}${holder}${adviceFor(key, keys, fields, inside)}`;
  return { rule: 'object-field', keys: [...keys, key], message };
}

function adviceFor(key: string, keys: ValuePath, fields: ReadonlyMap<string, Holds>, inside: readonly Holds[]): string {
  if (key.includes('/') && fields.has('labels'))
    return '; labels and annotations are further in, below labels: or annotations:';
  // One level in or out, as where a line is indented too much or too little.
  const outer = inside.slice(0, -1).findLastIndex((one) => one.is === 'fields' && one.fields.has(key));
  const inner = [...fields].find(([, one]) => {
    const held = one.is === 'list' ? one.of : one;
    return held.is === 'fields' && held.fields.has(key) && held.fields !== fields;
  });
  const near = nearest(key, fields.keys());
  if (near !== undefined && (near.toLowerCase() === key.toLowerCase() || (outer < 0 && inner === undefined)))
    return `; did you mean ${near}?`;
  if (outer >= 0) {
    const path = keys.slice(0, outer);
    return `; ${path.length === 0 ? 'the object itself' : printable(path.join('.'))} has one`;
  }
  return inner === undefined ? '' : `; ${inner[0]} has one`;
}

/** Choices to which Kubernetes has added none for years. */
const CLOSED: ReadonlySet<string> = new Set([
  ...['SCTP,TCP,UDP', 'Always,IfNotPresent,Never', 'Always,Never,OnFailure', 'Exact,ImplementationSpecific,Prefix'],
  ...[
    'ClusterIP,ExternalName,LoadBalancer,NodePort',
    'Allow,Forbid,Replace',
    'Recreate,RollingUpdate',
    'OnDelete,RollingUpdate',
  ],
]);

/** What is wrong with a text, a number or a boolean; undefined for what fits. */
function scalarProblem(value: string | number | bigint | boolean, holds: Holds): string | undefined {
  const shown = printable(String(value), 60);
  switch (holds.is) {
    case 'integer':
      if (typeof value === 'bigint') return undefined;
      if (typeof value === 'number' && Number.isInteger(value)) return outOfBounds(value, holds);
      return typeof value === 'string'
        ? `the text "${shown}", but Kubernetes expects a whole number${/^-?[0-9]+$/.test(value) ? ': take the quotes away' : ''}`
        : `${shown}, but Kubernetes expects a whole number`;
    case 'number':
      if (typeof value === 'number') return outOfBounds(value, holds);
      return typeof value === 'bigint' ? undefined : `"${shown}", but Kubernetes expects a number`;
    case 'boolean':
      if (typeof value === 'boolean') return undefined;
      return `${typeof value === 'string' ? `the text "${shown}"` : shown}, but Kubernetes expects a boolean: true or false, without quotes`;
    case 'quantity':
      if (typeof value === 'boolean') return `${shown}, but Kubernetes expects a quantity such as 500m or 1Gi`;
      return typeof value !== 'string' || value === '' || isQuantity(value)
        ? undefined
        : `"${shown}", which is not a quantity such as 500m or 1Gi`;
    case 'integer or text':
      return typeof value === 'boolean' || (typeof value === 'number' && !Number.isInteger(value))
        ? `${shown}, but Kubernetes expects a ${ONES[holds.is]}`
        : undefined;
    case 'text': {
      const { choices, isClosed } = holds;
      if (choices === undefined || typeof value !== 'string' || choices.includes(value)) return undefined;
      // A later Kubernetes may know more choices, so only what resembles one is reported.
      const near = nearest(value, choices);
      if (isClosed === true && near === undefined)
        return `"${shown}", but the CRD allows only ${printable(choices.join(', '), 200)}`;
      return near === undefined
        ? value !== '' && CLOSED.has(choices.join())
          ? `"${shown}", but Kubernetes knows only ${choices.join(', ')}`
          : undefined
        : `"${shown}", which Kubernetes does not know; did you mean ${near}?`;
    }
    default:
      return undefined;
  }
}
