/** Values that no proof has seen: a chart's own ones with some of them changed. */
import fc from 'fast-check';
import { isMap } from '../../src/yaml/value.ts';
import type { Value, ValueMap } from '../../src/yaml/value.ts';

type Path = readonly string[];

/** Texts that YAML, Go and Handlebars read as something else where nothing quotes them. */
const TEXTS: readonly string[] = [
  'plain',
  'a: b',
  'x # y',
  '# all',
  'say "hi"',
  "it's",
  'both " and \'',
  'one\ntwo',
  'last line\n',
  'a\nb: c',
  ' before',
  'behind ',
  'back\\slash',
  'back\\',
  '{{ .Values.x }}',
  '{{x}}',
  '}}',
  '[a, b',
  '{a',
  '*alias',
  '&anchor',
  '!tag',
  '@at',
  '`tick`',
  '%percent',
  '- item',
  '? key',
  '|',
  '>-',
  '---',
  '<&>',
  'ünïcode 🙂',
  'tab\tin it',
  'yes',
  'Off',
  'null',
  '~',
  '0755',
  '1.10',
  '1e3',
  '0x1F',
  '1_000',
  '12:30:45',
  '2020-01-01',
  '+1',
  '.5',
  '.inf',
  '',
];

/**
 * Changes of a chart's values, as a values file would give them.
 *
 * @param values the chart's own
 */
export function mutationsOf(values: ValueMap): fc.Arbitrary<ValueMap> {
  const places = [...placesOf(values, [])];
  const one = fc.oneof(...places.map(([path, value]) => changeOf(value).map((to): Change => ({ path, to }))));
  // Turning on what is off by default shows the most differences.
  const switches = places.flatMap(([path, value]): Change[] =>
    typeof value === 'boolean' ? [{ path, to: !value }] : [],
  );
  return fc
    .oneof(
      fc.array(one, { minLength: 1, maxLength: 3 }),
      fc.array(one, { minLength: 8, maxLength: 40 }),
      fc.tuple(fc.subarray(switches), fc.array(one, { maxLength: 3 })).map((parts) => parts.flat()),
    )
    .map((changes) => {
      const made: ValueMap = new Map();
      for (const { path, to } of changes) set(made, path, to);
      return made;
    });
}

type Change = { path: Path; to: Value };

/** Every value and where it stands. */
function* placesOf(value: Value, path: Path): Generator<[Path, Value]> {
  if (path.length > 0) yield [path, value];
  if (isMap(value)) for (const [key, inside] of value) yield* placesOf(inside, [...path, key]);
}

const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'grapheme', maxLength: 12 }));
const scalar: fc.Arbitrary<Value> = fc.oneof(text, fc.integer({ min: -3, max: 70_000 }), fc.boolean());

/** Another value of the same sort, as the one who wrote the chart thought of it. */
function changeOf(value: Value): fc.Arbitrary<Value> {
  if (typeof value === 'boolean') return fc.constant(!value);
  if (typeof value === 'number' || typeof value === 'bigint') {
    return fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(0, 1_000_000, 12_345_678, 0.5));
  }
  if (typeof value === 'string') return text;
  if (Array.isArray(value)) return listOf(value);
  if (isMap(value)) {
    const entry = fc.tuple(fc.constantFrom('a', 'example.com/b', 'k-1', 'UPPER', '9'), text);
    return fc.array(entry, { minLength: 1, maxLength: 3 }).map((entries) => new Map<string, Value>(entries));
  }
  return fc.oneof(text, fc.integer({ min: 0, max: 99 }), fc.boolean());
}

function listOf(value: readonly Value[]): fc.Arbitrary<Value[]> {
  const [first] = value;
  const item: fc.Arbitrary<Value> =
    first === undefined
      ? fc.oneof(
          text,
          fc.tuple(text, scalar).map(
            ([name, given]) =>
              new Map<string, Value>([
                ['name', name],
                ['value', given],
              ]),
          ),
        )
      : isMap(first)
        ? fc.constant(first)
        : changeOf(first);
  return fc.oneof(
    fc.constant<Value[]>([]),
    fc.array(item, { minLength: 1, maxLength: 3 }),
    fc.array(item, { minLength: 1, maxLength: 2 }).map((items) => [...value, ...items]),
  );
}

function set(values: ValueMap, [name = '', ...rest]: Path, to: Value): void {
  const inside = values.get(name);
  if (rest.length === 0) values.set(name, to);
  else if (isMap(inside)) set(inside, rest, to);
  else {
    const made: ValueMap = new Map();
    values.set(name, made);
    set(made, rest, to);
  }
}
