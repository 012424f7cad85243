/** The language of Go templates, compared with helm. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findBuiltin } from '../../../src/render/gotemplate/builtins.ts';
import { functionNames, isFunction, loadFunctions } from '../../../src/render/gotemplate/functions/index.ts';
import { Machine, defineAll } from '../../../src/render/gotemplate/machine.ts';
import { parseTemplate } from '../../../src/render/gotemplate/parse.ts';
import { TypedMap, encodeText, fromValue } from '../../../src/render/gotemplate/value.ts';
import { parseYaml } from '../../../src/yaml/read.ts';
import { helm } from '../../support/helm.ts';
import { temporaryFolder, writeFiles } from '../../chart/support.ts';
import { RUNS, SEED } from '../../support/generation.ts';

const VALUES = `n: 1000000
f: 1.5
s: "é😀x"
l: [1, a, null, {b: 2}]
m: {z: 1, a: {k: v}}
b: true
`;

await loadFunctions(functionNames());

/** What helm prints for a template, undefined when it refuses it. Every template is between brackets. */
function helmPrints(templates: readonly string[]): string[] | undefined {
  const folder = join(temporaryFolder(), 'lang');
  const lines = templates.map((template) => `[[${template}]]\n`);
  writeFiles(folder, {
    'Chart.yaml': 'apiVersion: v2\nname: lang\nversion: 1.0.0\n',
    'values.yaml': VALUES,
    'templates/NOTES.txt': lines.join(''),
  });
  const { status, stdout } = helm(['install', 'lang', folder, '--dry-run=client']);
  if (status !== 0) return undefined;
  return [...stdout.slice(stdout.indexOf('NOTES:')).matchAll(/\[\[([^]*?)\]\]\n/g)].map(([, text]) => text ?? '');
}

function pkgPrints(template: string): string | undefined {
  const known = (name: string): boolean => findBuiltin(name) !== undefined || isFunction(name);
  const parse = (text: string): ReturnType<typeof parseTemplate> =>
    parseTemplate({ name: 't', file: 't', text }, known);
  try {
    const namespace: Parameters<typeof defineAll>[0] = new Map();
    defineAll(namespace, parse(encodeText(template)).templates);
    const machine = new Machine(namespace, {
      limits: { depth: 1000, steps: 1e6, outputLength: 1e6 },
      lookup: () => new Map(),
      now: new Date(),
      lint: false,
      enableDns: false,
      parse,
    });
    const values = fromValue(parseYaml(VALUES, 'values.yaml'));
    const data = new TypedMap('interface {}', new Map([['Values', values]]), { type: 'common.Values' });
    const main = namespace.get('t');
    if (main === undefined) return undefined;
    return Buffer.from(machine.execute(main, data).replaceAll('<no value>', ''), 'latin1').toString();
  } catch {
    return undefined;
  }
}

describe('templates for single rules of the language', () => {
  const CASES = [
    '{{.Values.n}} {{.Values.f}} {{len .Values.s}} {{trunc 4 .Values.s | printf "%q"}}',
    '{{.Values.l}} {{.Values.m}} {{.Values.x}}|{{.Values.x.y}}',
    '{{(.Values.x).y}}|',
    '{{range $k, $v := .Values.m}}{{$k}}={{$v}};{{end}}',
    '{{range $i, $e := .Values.l}}{{if eq $i 2}}{{break}}{{end}}{{$i}}:{{$e}} {{else}}none{{end}}',
    '{{range 3}}{{.}}{{if eq . 1}}{{continue}}{{end}},{{end}}',
    '{{define "a"}}({{.}}){{end}}{{template "a" 3}}{{include "a" .Values.m}}',
    '{{tpl "{{define \\"q\\"}}Q{{.}}{{end}}{{include \\"q\\" 1}}" .}}',
    '{{printf "%5d|%-5s|%05.2f|%x|%v|%T|%q|%+d" 3 "é" 1.5 "hi" .Values.l .Values.n "a\\n" 4}}',
    '{{printf "%d %s" "x" 3}} {{printf "%d"}} {{printf "a" 1}}',
    "{{0x1p20}} {{0x10}} {{'a'}} {{1e3}} {{1_000}} {{0b11}} {{0o17}} {{1.0}}",
    '{{and 1 0}} {{or 0 "" "z"}} {{not 1}} {{and .Values.b (len .Values.s)}}',
    '{{$x := 1}}{{if true}}{{$x = 2}}{{$y := 3}}{{end}}{{$x}}',
    '{{index .Values.l 1}} {{index .Values.m "a" "k"}}',
    '{{index .Values.l 9}}',
    '{{eq 1 1.0}}',
    '{{eq .Values.n 1000000.0}} {{lt 1 2}} {{ge "b" "a"}} {{ne .Values.x nil}}',
    'a  {{- /* c */ -}}  b {{- 3 -}} c',
    '{{`raw\\n`}}{{"\\u00e9\\x41"}}',
    '{{fail "no"}}',
    '{{nofunc 1}}',
    '{{if}}{{end}}',
    '{{.Values.n | printf "%.2f" | len}}',
    '{{html "<a&\'>"}} {{js "a\'<"}} {{urlquery "a b/é"}}',
    '{{print 1 2 "a" 3 nil}}{{println 1 "b"}}',
    '{{with .Values.m.a}}{{.k}}{{else with .Values.b}}{{.}}{{end}}',
    '{{default "d" .Values.x}} {{.Values.x | default 3 | printf "%v"}}',
    '{{trunc .Values.n "b"}}',
    '{{len 3}}',
    '{{break}}',
    '{{1 2}}',
    '{{.Values.s.q}}',
    '{{printf "%g %e %G %x %b" 1e21 123456.789 1e-7 1.5 1.5}}',
    '{{define "r"}}{{if lt (len .) 300}}{{include "r" (print . "x")}}{{else}}{{len .}}{{end}}{{end}}{{include "r" ""}}',
    '{{ternary "a" "b" .Values.b}} {{coalesce "" .Values.x "c"}} {{list 1 "a" .Values.f}} {{empty .Values.s}}',
    '{{indent 2 "a\\nb"}}|{{nindent 1 "a\\nb"}}|{{trimSuffix "x" .Values.s}}|{{trimPrefix "é" .Values.s}}',
    '{{contains "x" .Values.s}} {{hasPrefix "é" .Values.s}} {{hasSuffix "é" .Values.s}}',
  ];
  test.each(CASES)('%s', (template) => {
    expect(pkgPrints(template)).toBe(helmPrints([template])?.[0]);
  });
});

const gap = fc.constantFrom('', ' ', '  ', '\n', ' \n ');
const literal = fc.oneof(
  // Node knows characters of a later Unicode than Go: %q shows it.
  fc.integer({ min: -1000, max: 1300 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Number.isInteger(value) ? '2.5' : String(value))),
  fc.string({ maxLength: 6 }).map((value) => JSON.stringify(value).replaceAll(/[[\]{}]/g, '_')),
  fc.constantFrom('true', 'false', "'x'", '0x1F', '1e3', '`r`', '.Values.n', '.Values.f', '.Values.s', '.Values.x'),
);
const verb = fc
  .tuple(
    fc.constantFrom('', '-', '+', '0', '#', ' '),
    fc.constantFrom('', '3', '9', '.2', '8.3'),
    fc.constantFrom(...'vdsqxXtfgeTbcoU'),
  )
  .map((parts) => `%${parts.join('')}`);
const action = fc.oneof(
  literal.map((value) => `printf "%v" ${value}`),
  fc.tuple(verb, literal).map(([format, value]) => `printf "${format}" ${value}`),
  fc.tuple(literal, literal).map(([a, b]) => `or ${a} ${b}`),
  fc.tuple(literal, literal).map(([a, b]) => `and ${a} ${b}`),
  literal.map((value) => `not ${value}`),
  literal.map((value) => `${value} | print "a" 1`),
  fc
    .tuple(literal, literal, literal)
    .map(([a, b, c]) => `if ${a}}}${b === '' ? '' : 'x'}{{else if ${c}}}y{{else}}z{{end`),
);
const piece = fc
  .tuple(gap, fc.constantFrom('{{', '{{- '), action, fc.constantFrom('}}', ' -}}'), gap)
  .map((parts) => parts.join(''));

test('generated templates print what helm prints', () => {
  const pieces = fc.sample(
    fc.array(piece, { minLength: 1, maxLength: 4 }).map((all) => all.join('-')),
    { numRuns: 1500 * RUNS, seed: SEED },
  );
  const theirs = helmPrints(pieces) ?? [];
  expect(theirs.length).toBe(pieces.length);
  const different = pieces.flatMap((template, index) => {
    const ours = pkgPrints(`[[${template}]]`)?.slice(2, -2);
    return ours === theirs[index] ? [] : [{ template, ours, helm: theirs[index] }];
  });
  expect(different.slice(0, 10)).toEqual([]);
});

test('classes of characters are those of Go, also for Unicode 17', () => {
  // Ranges that Unicode 16 and 17 began, and some of all planes.
  const starts = [
    0x88f, 0x897, 0xc5c, 0x1acf, 0x1c89, 0x2ffc, 0xa7cb, 0xa7da, 0x105c0, 0x10d40, 0x113c7, 0x16d40, 0x1e6c0, 0x1fae9,
    0x323b0,
  ];
  const runes = [
    ...starts.flatMap((start) => [start - 1, start, start + 1]),
    ...fc.sample(fc.integer({ min: 0x80, max: 0x33500 }), { numRuns: 400, seed: SEED }),
  ];
  const known = [...new Set(runes)].filter((rune) => rune < 0xd800 || rune > 0xdfff);
  const template = known
    .map(
      (rune) =>
        `{{ with printf "%c" ${rune} }}{{ printf "%q" . }}{{ upper . | quote }}{{ lower . | quote }}{{ title . | quote }}{{ snakecase (print "A" . "b") | quote }}{{ regexMatch "^\\\\p{L}$" . }}{{ end }}`,
    )
    .join('|');
  expect(pkgPrints(template)?.split('|')).toEqual(helmPrints([template])?.[0]?.split('|'));
});
