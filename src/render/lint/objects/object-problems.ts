/** The rules on single objects that Helm's lint does not have. In Go templates their findings are infos. */
import { printable } from '../../../errors-text.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import { itemsOf } from '../../text-fields.ts';
import { nearest } from '../../../nearest.ts';
import { containersOf, describe, field, listAt, mapAt, podPath, textAt } from './fields.ts';
import { crdProblems } from './crd-schema.ts';
import { nameIn } from './names.ts';
import { ruleProblems } from './object-rules.ts';
import type { InnerName } from './names.ts';
import { fieldProblems } from './object-fields.ts';
import type { FieldProblem } from './object-fields.ts';
import type { ChartKinds } from './object-schema.ts';
import { kindProblem } from './object-kinds.ts';

/**
 * The findings on an object, or on those in a list of objects.
 *
 * @param isWhole false for an object of which some fields and items are not known
 */
export function objectProblems(object: ValueMap, kinds: ChartKinds, isWhole = true): FieldProblem[] {
  return itemsOf(object).flatMap(({ object: one, at }) =>
    problemsOf(one, kinds, isWhole).map((problem) => ({ ...problem, keys: [...at, ...problem.keys] })),
  );
}

function problemsOf(object: ValueMap, kinds: ChartKinds, isWhole: boolean): FieldProblem[] {
  const head = { apiVersion: textAt(object, 'apiVersion'), kind: textAt(object, 'kind') };
  const kind = kindProblem(head.apiVersion, head.kind, kinds);
  // A document without a kind is not an object of which more could be said.
  if (kind?.rule === 'object-incomplete') return [kind];
  const ofCrd = head.kind === 'CustomResourceDefinition' ? crdProblems(object) : [];
  // Of a keyword in a schema the rules for CRDs have more to say.
  const places = new Set(ofCrd.map(({ keys }) => keys.join('\0')));
  const fields = fieldProblems(object, head, describe(object), kinds, isWhole);
  return [
    ...(kind === undefined ? [] : [kind]),
    ...fields.filter(({ keys }) => !places.has(keys.join('\0'))),
    ...innerNames(object),
    ...(kinds.isBuiltin(head.apiVersion, head.kind) ? ruleProblems(object) : []),
    ...ofCrd,
    ...(head.kind === 'HorizontalPodAutoscaler' ? targetProblem(object, kinds) : []),
  ];
}

/** The finding on the apiVersion and the kind of what an autoscaler scales. */
function targetProblem(object: ValueMap, kinds: ChartKinds): FieldProblem[] {
  const at = ['spec', 'scaleTargetRef'];
  const [apiVersion, kind] = [textAt(object, ...at, 'apiVersion'), textAt(object, ...at, 'kind')];
  const problem = apiVersion === '' || kind === '' ? undefined : kindProblem(apiVersion, kind, kinds);
  return problem === undefined ? [] : [{ ...problem, keys: [...at, ...problem.keys] }];
}

/** Names inside objects: of containers, volumes and ports. */
function innerNames(object: ValueMap): FieldProblem[] {
  const found: FieldProblem[] = [];
  const check = (what: InnerName, name: string, keys: ValuePath): void => {
    const problem = name === '' ? undefined : nameIn(what, name);
    if (problem === undefined) return;
    const message = `the name "${printable(name, 80)}" of a ${what} in ${describe(object)} ${problem}`;
    found.push({ rule: 'object-name', keys, message });
  };
  check('namespace', textAt(object, 'metadata', 'namespace'), ['metadata', 'namespace']);
  const pod = podPath(object);
  if (pod !== undefined) {
    const spec = field(object, ...pod, 'spec');
    for (const { container, at } of containersOf(spec, [...pod, 'spec'])) {
      for (const kind of ['requests', 'limits']) {
        for (const name of mapAt(container, 'resources', kind).keys()) {
          if (name.includes('/') || RESOURCES.has(name) || name.startsWith('hugepages-')) continue;
          const near = nearest(name, RESOURCES);
          const hint = near === undefined ? '' : `; did you mean ${near}?`;
          const message = `${describe(object)} asks for ${printable(name)}, which no container has${hint}`;
          found.push({ rule: 'object-field', keys: [...at, 'resources', kind, name], message });
        }
      }
      check('container', textAt(container, 'name'), [...at, 'name']);
      for (const [index, port] of listAt(container, 'ports').entries())
        check('container port', textAt(port, 'name'), [...at, 'ports', index, 'name']);
    }
    for (const [index, volume] of listAt(spec, 'volumes').entries())
      check('volume', textAt(volume, 'name'), [...pod, 'spec', 'volumes', index, 'name']);
  }
  if (textAt(object, 'kind') === 'Service') {
    for (const [index, port] of listAt(object, 'spec', 'ports').entries())
      check('port', textAt(port, 'name'), ['spec', 'ports', index, 'name']);
  }
  return found;
}

/** The resources of a container, without those with a domain (k8s.io/kubernetes, pkg/apis/core/helper). */
const RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** What Go prints where a text belongs, for a map or for an argument that does not fit its format. */
const PRINTED =
  /(?:^|[^\w\]])map\[(?:\]|[\w./-]+:)|%!(?:[a-zA-Z]\((?:[\w.[\]{}* ]+=|<nil>)|\(EXTRA |[a-zA-Z]\((?:MISSING|NOVERB)\))|<no value>/;

/** Finds `map[a:b]` and `%!s(int=1)`, which Go templates print for values that are missing or not strings. */
export function printedValues(object: ValueMap): FieldProblem[] {
  const found: FieldProblem[] = [];
  const isSecret = textAt(object, 'kind') === 'Secret';
  const visit = (value: Value, keys: ValuePath): void => {
    if (found.length >= MAX_PRINTED) return;
    if (typeof value === 'string') {
      const match = PRINTED.exec(value);
      if (match === null) return;
      const shown = isSecret ? '' : `: ${printable(value.slice(match.index).trim(), 40)}`;
      const message = `${printable(keys.join('.'))} of ${describe(object)} has in it what Go prints for a value that is missing or is not a string${shown}`;
      found.push({ rule: 'go-printed', keys, message });
    } else if (Array.isArray(value)) value.forEach((item, index) => visit(item, [...keys, index]));
    else if (isMap(value)) for (const [key, item] of value) visit(item, [...keys, key]);
  };
  visit(object, []);
  return found;
}

const MAX_PRINTED = 10;
