/** Expressions of templates, generated: values of all kinds, and calls with fitting and unfitting arguments. */
import fc from 'fast-check';

type Expression = fc.Arbitrary<string>;

/** Kinds of values that functions ask for. */
export type Kind = 'any' | 'string' | 'int' | 'number' | 'float' | 'bool' | 'list' | 'map' | 'type';

const TEXTS = [
  '',
  ' ',
  'a',
  'abc',
  'a b  c',
  '  padded\t\n',
  'foo-bar_baz qux',
  'HTTPServer',
  'someHTTPServer20xOK2go',
  'Ünïcödé ßtraße ǆ',
  'é',
  'éèé',
  '漢字かな',
  '😀 smile 😀',
  'a\u00a0b\u0085c\u2003d',
  '\u3000wide\u3000',
  'a,b,,c',
  'x.y.z',
  ',',
  '%s %d $& $1',
  'line one\nline two\n\n  three',
  'The quick brown fox jumps over the lazy dog, supercalifragilistic',
  '0',
  '1',
  '-12',
  '+5',
  '007',
  '010',
  '08',
  '0x1F',
  '0b11',
  '0o17',
  '1_000',
  '12.0',
  '12.50',
  '5.',
  '.5',
  '-1.5e3',
  '1e400',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775809',
  'inf',
  '-Infinity',
  'NaN',
  '0x1p-2',
  'true',
  '755',
  '"quoted" \\ \'single\'',
  '\u0000\u0007\u001b\u007f',
];

const text: Expression = fc.oneof(
  fc.constantFrom(...TEXTS).map((value) => JSON.stringify(value).replaceAll('\u007f', '\\x7f')),
  fc.string({ maxLength: 8 }).map((value) => JSON.stringify(value).replaceAll('\u007f', '\\x7f')),
  fc
    .string({ unit: fc.constantFrom('a', 'B', '1', ' ', '-', '_', '.', 'é', '€'), maxLength: 12 })
    .map((value) => JSON.stringify(value)),
  // Characters cut in two.
  fc.constantFrom(
    '.Values.s',
    '.Values.empty',
    '(trunc 1 "é€")',
    '(trunc 4 "é€é")',
    '(trunc -2 "a€")',
    '(trunc 3 .Values.s)',
    '"a\\xffb\\xe2\\x82"',
    '(toString 1.5)',
  ),
);

const smallInt: Expression = fc.oneof(
  fc.integer({ min: -6, max: 14 }).map(String),
  fc.constantFrom('0', '1', '2', '3', '100', '-100', '(len "abc")'),
);

const integer: Expression = fc.oneof(
  smallInt,
  fc.integer().map(String),
  fc.constantFrom(
    '(int64 7)',
    '(index "abc" 1)',
    '9223372036854775807',
    '-9223372036854775808',
    '9007199254740993',
    '(int .Values.n)',
    '(atoi "12")',
  ),
);

const float: Expression = fc.oneof(
  fc.constantFrom(
    '.Values.f',
    '.Values.n',
    '.Values.neg',
    '.Values.zero',
    '1.5',
    '-2.5',
    '0.1',
    '0.2',
    '1e10',
    '1e-7',
    '2.675',
    '123.4567',
    '(float64 "NaN")',
    '(float64 "-inf")',
    '1e300',
    '(float64 -0.5)',
  ),
  fc
    .double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
    .map((value) => (Number.isInteger(value) ? `${value}.0` : String(value))),
);

const bool: Expression = fc.constantFrom('true', 'false', '.Values.bt', '.Values.bf', '(eq 1 1)');

const nothing: Expression = fc.constantFrom('nil', '.Values.nil', '.Values.absent', '(index .Values.l 2)');

const { value, list, map } = fc.letrec<{ value: string; list: string; map: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    { weight: 4, arbitrary: text },
    { weight: 3, arbitrary: integer },
    { weight: 2, arbitrary: float },
    { weight: 1, arbitrary: bool },
    { weight: 1, arbitrary: nothing },
    { weight: 3, arbitrary: tie('list') },
    { weight: 3, arbitrary: tie('map') },
  ),
  list: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom(
      '(list)',
      '.Values.l',
      '(until 4)',
      '(untilStep 8 0 -2)',
      '(splitList "," "b,a,,c")',
      '(keys .Values.m | sortAlpha)',
      '(rest (list))',
      '(list "b" "a" "b" 1 1 (int64 1) 1.0)',
      '(splitList "" "")',
      '(chunk 2 (list 1 2 3))',
      '(list nil "" 0 false (list) (dict))',
      '(toStrings (until 3))',
      '(list "a" "c" "b")',
      '.Values.m.a.deep.er',
    ),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => `(list ${items.join(' ')})`),
  ),
  map: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom(
      '(dict)',
      '.Values.m',
      '.Values',
      '(dict "a" 1 "b" (dict "c" 2))',
      '(split "," "x,y")',
      '.Values.m.a',
      '.Values.m.e',
      '(dict "a" nil "k" "v")',
      '(pick .Values.m "z")',
      '(omit .Values.m "z" "a")',
    ),
    fc.array(fc.tuple(key(), tie('value')), { maxLength: 4 }).map((entries) => `(dict ${entries.flat().join(' ')})`),
  ),
}));

function key(): Expression {
  return fc.constantFrom('"a"', '"b"', '"k"', '"z"', '"m"', '"e"', '"é"', '"_0"', '""');
}

const KINDS: Readonly<Record<Kind, Expression>> = {
  any: value,
  string: fc.oneof(text, key()),
  int: smallInt,
  number: fc.oneof(integer, float, text, bool, nothing),
  float,
  bool,
  list,
  map,
  type: fc.constantFrom(
    '"string"',
    '"int"',
    '"map[string]interface {}"',
    '"[]interface {}"',
    '"map"',
    '"slice"',
    '"float64"',
    '"common.Values"',
    '"invalid"',
    '"<nil>"',
    '"bool"',
    '"[]string"',
  ),
};

/**
 * An argument: of the kind asked for, or now and then of another. Never a large int where a count is asked for:
 * helm would make a list of that length.
 */
function argument(kind: Kind): Expression {
  const other = kind === 'int' ? fc.oneof(text, float, bool, nothing, list, map, fc.constant('(int64 7)')) : value;
  return fc.oneof({ weight: 14, arbitrary: KINDS[kind] }, { weight: 1, arbitrary: other });
}

/**
 * Calls of a function, `NAME kind kind…`: the last kind may come more than once, or not at all, if it ends in `*`. Now
 * and then there is one argument too few or too many.
 */
export function call(signature: string): Expression {
  const [name = '', ...kinds] = signature.split(' ');
  const repeated = kinds.at(-1)?.endsWith('*') === true ? (kinds.pop()?.slice(0, -1) as Kind) : undefined;
  const fixed = kinds as Kind[];
  const args = (chosen: readonly Kind[]): fc.Arbitrary<string[]> => fc.tuple(...chosen.map(argument));
  const usual =
    repeated === undefined
      ? args(fixed)
      : fc.integer({ min: 0, max: 4 }).chain((count) => args([...fixed, ...Array<Kind>(count).fill(repeated)]));
  const all = fc.oneof(
    { weight: 30, arbitrary: usual },
    { weight: 1, arbitrary: args([...fixed, 'string']) },
    { weight: 1, arbitrary: args(fixed.slice(0, -1)) },
  );
  return fc.tuple(all, fc.boolean()).map(([given, isPiped]) => {
    const last = given.at(-1);
    if (isPiped && last !== undefined && last !== 'nil') return `${last} | ${[name, ...given.slice(0, -1)].join(' ')}`;
    return [name, ...given].join(' ');
  });
}

/** A template that shows all there is to see of a result: its type, its structure, and how it is printed. */
export function shown(expression: string): string {
  return `{{$r := ${expression}}}{{printf "%#v|%T" $r $r}}|{{toString $r}}|{{$r}}`;
}
