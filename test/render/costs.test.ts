/**
 * The costs of calls: every function of both engines is called repeatedly with arguments that are as large as possible,
 * and the steps that it is charged for must end the render in a short time. A new function that goes through its
 * arguments, or makes something large, must charge for it.
 */
import { describe, expect, test } from 'vitest';
import { PkgError } from '../../src/errors.ts';
import { builtinNames, findBuiltin } from '../../src/render/gotemplate/builtins.ts';
import { findFunction, functionNames, loadFunctions } from '../../src/render/gotemplate/functions/index.ts';
import type { Param } from '../../src/render/gotemplate/functions/param-types.ts';
import type { GoFunction } from '../../src/render/gotemplate/value.ts';
import { helperNames } from '../../src/render/handlebars/helpers/index.ts';
import { chartOf, render } from './support.ts';

/** A two-hundredth of what a render may take: a twentieth of a second, and five megabytes. */
const STEPS = 500_000;
/**
 * Sixty times as much, for a slow machine and what is compiled on the way. One call may be dear, a thousand are not.
 */
const MAX_SECONDS = 3;

/** Renders a template, and gives the seconds that it took, and why it ended. */
async function take(
  name: string,
  template: string,
  steps = STEPS,
): Promise<{ seconds: number; code: string; message: string }> {
  const chart = chartOf({ [`templates/${name}`]: template });
  const before = process.cpuUsage();
  let [code, message] = ['none', ''];
  try {
    await render(chart, { limits: { steps } });
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    ({ code, message } = error);
  }
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, code, message };
}

/** Arguments of all sorts, as both engines write them. */
const ARGUMENTS = [
  [],
  ['text'],
  ['shared'],
  ['list'],
  ['map'],
  ['text', 'text'],
  ['number', 'text'],
  ['pattern', 'text'],
  ['text', 'list'],
  ['list', 'list'],
  ['shared', 'shared'],
  ['map', 'map'],
  ['map', 'key'],
  ['key', 'number'],
  ['key', 'map'],
  ['key', 'key', 'text'],
  ['key', 'text', 'text'],
  ['number', 'number', 'text'],
  ['number', 'text', 'text'],
  ['pattern', 'text', 'text'],
  ['pattern', 'text', 'number'],
  ['map', 'key', 'shared'],
  ['key', 'null', 'null', 'number'],
  ['number', 'key', 'key', 'key', 'key'],
] as const;
type Argument = (typeof ARGUMENTS)[number][number];

/** These ask for more than a call: other templates, the cluster, the network. */
const ELSEWHERE = new Set(['include', 'tpl', 'lookup', 'fail', 'getHostByName', 'env', 'expandenv', 'template']);

describe('Go templates', () => {
  const BY_TYPE: Readonly<Partial<Record<Param, readonly string[]>>> = {
    any: ['$text', '$shared', '$list', '$map', '1000', '(now)'],
    reflect: ['$text', '$shared', '$list', '1000'],
    string: ['$text', '"long"', '"(?:a|b.)*?[cd]"', '"1.2.3"', '"1h"'],
    int: ['1000', '1', '100000'],
    int64: ['7'],
    uint32: ['1'],
    float64: ['1.5'],
    bool: ['true'],
    map: ['$map'],
    list: ['nil', '$list'],
    'time.Time': ['now'],
    'sprig.certificate': ['$ca'],
  };
  const VARIANTS = 6;
  const charged = new Set<string>();
  const before =
    '{{ $text := repeat 20000 "a \\"é\\n" }}{{ $list := list }}{{ $map := dict }}{{ range until 1000 }}{{ $list = append $list (print .) }}{{ $_ := set $map (print .) . }}{{ end }}' +
    '{{ $ca := genCA "x" 1 }}{{ $shared := list 1 }}{{ range until 60 }}{{ $shared = list $shared $shared }}{{ end }}';
  const names = [...new Set([...builtinNames(), ...functionNames()])].filter((name) => !ELSEWHERE.has(name));

  test.each(names)('%s', { timeout: 120_000 }, async (name) => {
    await loadFunctions([name]);
    const { params, rest } = (findBuiltin(name) ?? findFunction(name)) as GoFunction;
    const types = [...params, ...(rest === undefined ? [] : [rest, rest])];
    let ended = 0;
    for (let variant = 0; variant < VARIANTS; variant++) {
      const given = types.map((type) => {
        const values = BY_TYPE[type] ?? ['nil'];
        return values[variant % values.length];
      });
      const call = [name, ...given].join(' ');
      const { seconds, message } = await take('x.yaml', `${before}{{ range 10000000 }}{{ $_ := ${call} }}{{ end }}`);
      expect(seconds, `${call}: ${message}`).toBeLessThan(MAX_SECONDS);
      expect(message, call).not.toBe('');
      if (message.endsWith('steps')) ended++;
    }
    if (ended > 0) charged.add(name);
  });

  test('are charged for nearly all functions', () => {
    // The other functions fail at once with these arguments.
    expect(names.length - charged.size).toBeLessThan(20);
  });
});

describe('native templates', () => {
  const charged = new Set<string>();
  const written: Record<Argument, string> = {
    text: 'text',
    shared: 'shared',
    list: 'list',
    map: 'map',
    number: '1000',
    pattern: '"(?:a|b.)*?[cd]"',
    key: '"long"',
    null: 'null',
  };
  const names = helperNames().filter((name) => !ELSEWHERE.has(name));
  const shared = (depth: number): string =>
    `{{#*inline "grow"}}{{#if n}}{{> grow n=(sub n 1) shared=(list shared shared) text=text list=list map=map}}{{else}}{{> calls}}{{/if}}{{/inline}}{{> grow n=${depth} shared=(list 1) text=(repeat 20000 "a \\"é") list=(until 1000) map=(split "" (repeat 1000 "x"))}}`;

  test.each(names)('%s', { timeout: 120_000 }, async (name) => {
    let ended = 0;
    for (const given of ARGUMENTS) {
      const call = [name, ...given.map((argument) => written[argument])].join(' ');
      const loop = `{{#*inline "calls"}}{{#each (until 100000)}}{{#with ../this}}{{#if (empty (${call}))}}{{/if}}{{/with}}{{/each}}{{/inline}}`;
      const { seconds, message } = await take('x.yaml.hbs', loop + shared(60));
      expect(seconds, `${call}: ${message}`).toBeLessThan(MAX_SECONDS);
      expect(message, call).not.toBe('');
      if (message.endsWith('steps')) ended++;
    }
    if (ended > 0) charged.add(name);
  });

  test('are charged for most helpers', () => {
    expect(charged.size).toBeGreaterThan(names.length / 2);
  });
});

/**
 * What is given to a function again and again, sixty times, and has its result for its next argument, grows to 2^60 and
 * beyond where each call doubles it.
 */
describe('TOML with keys of many parts', () => {
  test.each([
    ['a key', '(print (repeat 100000 "a.") "b = 1")'],
    ['a header', '(print "[" (repeat 100000 "a.") "b]")'],
    ['many keys', '(repeat 3000 (print (repeat 200 "a.") "b = 1\\n[c]\\n"))'],
    ['inline tables', '(print "a = " (repeat 5000 "{b.c = ") "1" (repeat 5000 "}"))'],
  ])('%s', { timeout: 120_000 }, async (_what, text) => {
    const { seconds } = await take('a.txt', `{{ fromToml ${text} | len }}`, 10 * STEPS);
    expect(seconds).toBeLessThan(MAX_SECONDS);
  });
});

describe('values that grow with each call reach a limit', { timeout: 120_000 }, () => {
  /** What a text is that every printer has something to escape in, a list and a map. */
  const FIRST = [String.raw`"x'\"\\\n %"`, '(list 1)', '(dict "a" 1)'];
  /** Ways to give it, `s` in each. */
  const GIVEN = [
    's',
    's s',
    's s s',
    '"x" "xx" s',
    '"" "xx" s',
    '"x" s "xx"',
    '1000 s',
    's 1000',
    '"a" s',
    's "a"',
    's "a" s',
    '"a" s "b" s',
    '"%s%s" s s',
    '1000 "x" s',
  ];
  const TIMES = 60;
  /** A twentieth of what a render may take: half a second, and 50 MB. */
  const SOME_STEPS = 5_000_000;

  test.each([...new Set([...builtinNames(), ...functionNames()])].filter((name) => !ELSEWHERE.has(name)))(
    'Go templates: %s',
    async (name) => {
      await loadFunctions([name]);
      for (const first of FIRST) {
        for (const given of GIVEN) {
          const call = `${name} ${given.replaceAll(/\bs\b(?![%"])/g, '$s')}`;
          const template = `{{ $s := ${first} }}{{ range ${TIMES} }}{{ $s = ${call} }}{{ end }}{{ $_ := print (toYaml $s | len) (toJson $s | len) }}`;
          const { seconds, code, message } = await take('x.yaml', template, SOME_STEPS);
          expect(seconds, `${call} from ${first}: ${message}`).toBeLessThan(MAX_SECONDS);
          expect(['none', 'PKG_TEMPLATE_FAILED', 'PKG_TEMPLATE_SYNTAX', 'PKG_TEMPLATE_LIMIT']).toContain(code);
        }
      }
    },
  );

  test.each(helperNames().filter((name) => !ELSEWHERE.has(name)))('native templates: %s', async (name) => {
    for (const first of FIRST) {
      for (const given of GIVEN) {
        const call = `${name} ${given}`;
        const template = `{{#*inline "g"}}{{#if n}}{{> g n=(sub n 1) s=(${call})}}{{else}}a: {{len (cat (toYaml s) (toJson s))}}{{/if}}{{/inline}}{{> g n=${TIMES} s=${first}}}`;
        const { seconds, code, message } = await take('x.yaml.hbs', template, SOME_STEPS);
        expect(seconds, `${call} from ${first}: ${message}`).toBeLessThan(MAX_SECONDS);
        expect(code).not.toBe('PKG_INTERNAL');
      }
    }
  });

  test('without much memory', () => {
    // The peak memory of this process, in kilobytes.
    expect(process.resourceUsage().maxRSS).toBeLessThan(1_500_000);
  });
});

describe('native templates reach a limit in a short time', () => {
  const each = (count: number, inside: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  {{#each (until ${count})}}\n  ${inside}\n  {{/each}}\n`;

  test.each([
    ['a million values', each(1_000_000, 'k{{@index}}: {{this}}')],
    ['a million values of one field', each(1_000_000, 'k{{@index}}: x').replace('data:', 'data: {}\nbinaryData:')],
    ['100,000 random values', each(100_000, 'k{{@index}}: {{randAlphaNum 9}}')],
    ['100,000 random values that are bound', each(100_000, '{{#with (randAlphaNum 9) as |p|}}{{p}}{{/with}}: x')],
    ['keys of RSA in a loop', each(100, 'k{{@index}}: {{genPrivateKey "rsa"}}')],
    ['texts as templates in a loop', each(100_000, 'k{{@index}}: {{tpl (printf "{{release.name}}%v" this)}}')],
    ['a chain of 50,000 links', `{{#if values.a}}\n${'{{else if values.a}}\n'.repeat(50_000)}{{/if}}\n`],
    ['blocks in blocks', `${'{{#if values.a}}'.repeat(2000)}${'{{/if}}'.repeat(2000)}`],
  ])('%s', { timeout: 60_000 }, async (_, template) => {
    const { seconds, code } = await take('x.yaml.hbs', template);
    expect(code).toBe('PKG_TEMPLATE_LIMIT');
    expect(seconds).toBeLessThan(MAX_SECONDS);
  });
});
