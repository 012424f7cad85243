/**
 * Whole templates that nobody wrote: blocks, variables, defines and pipelines of every function, over values that are
 * made up too.
 */
import fc from 'fast-check';
import { builtinNames, findBuiltin } from '../../src/render/gotemplate/builtins.ts';
import { findFunction, functionNames, loadFunctions } from '../../src/render/gotemplate/functions/index.ts';
import type { Param } from '../../src/render/gotemplate/functions/param-types.ts';

/** A file of templates, among them `main`, and the values that they see. */
export type Program = { values: Readonly<Record<string, unknown>>; file: string };

/**
 * What is not the same twice, in another order each time, costs too much, or asks somebody. And `fromToml`, whose
 * errors are another library's.
 */
const LEFT_OUT = new Set(
  (
    'ago fromToml bcrypt buildCustomCert date dateInZone date_in_zone decryptAES derivePassword encryptAES genCA genCAWithKey ' +
    'genPrivateKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey getHostByName htmlDate ' +
    'htmlDateInZone htpasswd keys lookup now randAlpha randAlphaNum randAscii randBytes randInt randNumeric repeat seq ' +
    'shuffle until untilStep uuidv4 values include tpl template call'
  ).split(' '),
);

const KEYS = ['a', 'b', 'c', 'd', 'e'] as const;

const text = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'b c',
    'Hello World',
    'x-y_z',
    'é😀',
    '1',
    '1.5',
    'true',
    'a,b,c',
    '{"a": 1}',
    'a: [1, x]\n',
    ' \t\n',
  ),
  fc.string({ maxLength: 5 }),
);
const number = fc.oneof(fc.integer({ min: -3, max: 12 }), fc.constantFrom(1.5, -0.25, 1e6, 1e21, 98765, 0.1, 1e-7));
const scalar = fc.oneof(fc.constant(null), fc.boolean(), number, text);

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS, 'x y', '0', 'é'), tie('value'), { maxKeys: 3 }),
  ),
}));

/** Other keys hold maps and lists for sure, so that most templates get somewhere. */
const values = fc.record({
  a: value,
  b: value,
  c: scalar,
  map: fc.dictionary(fc.constantFrom(...KEYS), value, { minKeys: 1, maxKeys: 4 }),
  list: fc.array(value, { maxLength: 4 }),
  texts: fc.array(text, { minLength: 1, maxLength: 3 }),
  n: number,
  s: text,
});

function quoted(content: string): string {
  // JSON's escapes are Go's, but for pairs of surrogates, which stay as they are.
  return JSON.stringify(content);
}

const root = fc.oneof(
  { weight: 12, arbitrary: fc.constant('$.Values') },
  { weight: 1, arbitrary: fc.constant('.Values') },
);

/** Paths that hold something or nothing, and seldom such that lead through a text or a number. */
const path = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(root, fc.constantFrom('a', 'b', 'c', 'map', 'list', 'texts', 'n', 's', 'none'))
      .map((parts) => parts.join('.')),
  },
  { weight: 4, arbitrary: fc.tuple(root, fc.constantFrom(...KEYS)).map(([values, key]) => `${values}.map.${key}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(root, fc.constantFrom(...KEYS), fc.constantFrom(...KEYS)).map((parts) => parts.join('.')),
  },
);

type Kind = Param;

/** A function, by the types of what it is given. */
type Callable = { name: string; params: readonly Kind[]; rest: Kind | undefined };

await loadFunctions(functionNames());

/** Every function that is called. */
const CALLABLES: readonly Callable[] = [...builtinNames(), ...functionNames()]
  .filter((name) => !LEFT_OUT.has(name))
  .map((name) => {
    const found = findBuiltin(name) ?? findFunction(name);
    if (found === undefined) throw new Error(`there is no function ${name}`);
    return { name, params: found.params, rest: found.rest };
  });

const literalOf: Partial<Record<Kind, fc.Arbitrary<string>>> = {
  string: fc.oneof(text.map(quoted), fc.constantFrom('$.Values.s', '(index $.Values.texts 0)', '`raw`')),
  int: fc.oneof(fc.integer({ min: -2, max: 8 }).map(String), fc.constantFrom('(len $.Values.list)')),
  int64: fc.integer({ min: -2, max: 8 }).map(String),
  float64: fc.constantFrom('1.5', '2', '-0.5', '(float64 $.Values.n)'),
  bool: fc.constantFrom('true', 'false', '(not $.Values.a)', '(empty $.Values.b)'),
  map: fc.constantFrom(
    '.Values.map',
    '$.Values.map',
    '(dict "a" 1)',
    '(dict)',
    '(dict "a" (dict "b" 2) "c" nil)',
    '(deepCopy $.Values.map)',
  ),
  list: fc.constantFrom('$.Values.list', '$.Values.texts', '(list 1 "a" nil)', '(list)', '(list (dict "a" 1))'),
  strings: fc.constantFrom('$.Values.texts', '(list "a" "b")'),
  bytes: text.map(quoted),
};

const anything: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: path },
  { weight: 2, arbitrary: text.map(quoted) },
  { weight: 2, arbitrary: number.filter((n) => Math.abs(n) < 1e5).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'true',
      'false',
      '.',
      '$',
      '$x',
      '$y',
      '(list 1 2)',
      '(dict "a" 1)',
      '.Values.list',
      '.Values.map',
    ),
  },
);

/** A call, as its words; the last is what a pipe can bring. */
type Call = { name: string; given: readonly string[] };

const { expression } = fc.letrec<{ expression: string; call: Call; nested: string }>((tie) => {
  const argumentOf = (kind: Kind): fc.Arbitrary<string> => {
    const fitting = literalOf[kind];
    // What does not fit is refused, and what is refused prints nothing else: that is to be rare.
    return fitting === undefined
      ? fc.oneof({ weight: 5, arbitrary: anything }, { weight: 1, arbitrary: tie('nested') })
      : fc.oneof(
          { weight: 40, arbitrary: fitting },
          { weight: 1, arbitrary: anything },
          { weight: 1, arbitrary: tie('nested') },
        );
  };
  return {
    call: fc
      .constantFrom(...CALLABLES)
      .chain(({ name, params, rest }) =>
        fc
          .tuple(
            fc.tuple(...params.map(argumentOf)),
            rest === undefined ? fc.constant([]) : fc.array(argumentOf(rest), { maxLength: 3 }),
          )
          .map(([fixed, more]) => ({ name, given: [...fixed, ...more] })),
      ),
    nested: tie('call').map((call) => `(${written(call)})`),
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: anything },
      { weight: 4, arbitrary: tie('call').map(written) },
      { weight: 3, arbitrary: tie('call').map((call) => `${written(call)} | toJson`) },
      { weight: 3, arbitrary: tie('call').map(piped) },
      {
        weight: 1,
        arbitrary: fc.tuple(literalOf.map ?? anything, fc.constantFrom(...KEYS)).map(([map, key]) => `(${map}).${key}`),
      },
    ),
  };
});

function written({ name, given }: Call): string {
  return [name, ...given].join(' ');
}

/** The last argument comes through a pipe. */
function piped({ name, given }: Call): string {
  return given.length === 0 ? name : `${given.at(-1)} | ${written({ name, given: given.slice(0, -1) })} | printf "%v"`;
}

const open = fc.constantFrom('{{', '{{ ', '{{- ');
const close = fc.constantFrom('}}', ' }}', ' -}}');

function action(content: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(open, content, close).map((parts) => parts.join(''));
}

const words = fc.constantFrom('', ' ', '\n', 'a: ', '- x\n', '  k: v\n', '\n\n', 'text', '"', '#');

const { body } = fc.letrec<{ body: string; block: string }>((tie) => ({
  body: fc
    .array(fc.oneof({ depthSize: 'small' }, words, tie('block'), tie('block')), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.join('')),
  block: fc.oneof(
    { depthSize: 'small', withCrossShrink: true, maxDepth: 4 },
    action(expression),
    action(expression.map((value) => `$x = ${value}`)),
    action(expression.map((value) => `$y := ${value}`)),
    fc
      .tuple(action(fc.constantFrom('/* c */', '/* }} */')), words)
      .map(([comment]) => comment.replace(/\{\{ /, '{{').replace(/ \}\}$/, '}}')),
    fc
      .tuple(
        action(expression.map((value) => `if ${value}`)),
        tie('body'),
        action(expression.map((value) => `else if ${value}`)),
        tie('body'),
        tie('body'),
      )
      .map(([start, a, middle, b, c]) => `${start}${a}${middle}${b}{{ else }}${c}{{ end }}`),
    fc
      .tuple(action(expression.map((value) => `if ${value}`)), tie('body'), action(fc.constant('end')))
      .map((parts) => parts.join('')),
    fc
      .tuple(action(expression.map((value) => `with ${value}`)), tie('body'), tie('body'))
      .map(([start, a, b]) => `${start}${a}{{ else }}${b}{{ end }}`),
    fc
      .tuple(action(expression.map((value) => `with $y := ${value}`)), tie('body'))
      .map(([start, a]) => `${start}${a}{{- end }}`),
    fc
      .tuple(
        fc.constantFrom('', '$i, $y := ', '$y := ', '$y, $x = '),
        fc.oneof(path, expression),
        tie('body'),
        fc.constantFrom('', '{{ if $x }}{{ break }}{{ end }}', '{{ if not $y }}{{ continue }}{{ end }}'),
        tie('body'),
      )
      .map(([variables, over, a, leave, b]) => `{{ range ${variables}${over} }}${leave}${a}{{ else }}${b}{{ end }}`),
    fc
      .tuple(fc.constantFrom('one', 'two'), anything)
      .map(([name, data]) => `{{ include "${name}" ${data} | indent 1 }}`),
    fc
      .tuple(fc.constantFrom('one', 'two'), fc.constantFrom('$', '$', '$', '$', '.', '(dict "Values" (dict "s" 1))'))
      .map(([name, data]) => `{{ template "${name}" ${data} }}`),
    expression.map((value) => `{{ tpl ${quoted(`{{ ${value.replaceAll(/\$[xy]/g, '$')} }}`)} $ }}`),
  ),
}));

/** Programs. `$x` and `$y` are always there; templates do not include themselves. */
export const program: fc.Arbitrary<Program> = fc
  .record({ values, main: body, one: body, two: expression })
  .map(({ values: made, main, one, two }) => {
    const start = '{{ $x := 1 }}{{ $y := "y" }}';
    const withoutCalls = one.replaceAll(/\{\{ (include|template) "\w+"[^}]*\}\}/g, '');
    return {
      values: made,
      file: `{{ define "two" }}${start}{{ ${two} }}{{ end }}{{ define "one" }}${start}${withoutCalls}{{ end }}{{ define "main" }}${start}${main}{{ end }}`,
    };
  });
