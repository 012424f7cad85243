/**
 * Inputs that would take much time and memory: each ends with a PkgError or a result, within ten seconds of processor
 * time and 1.5 GB, in the built pkg. The costs of single functions are tested in `test/render/costs.test.ts`.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeRelease } from '../../src/release/codec.ts';
import { craftArchive, temporaryFolder, writeChart } from '../chart/support.ts';

/** Reports what the process has taken on a fourth stream. A process that is killed or aborts reports nothing. */
const REPORT = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  import { isMainThread } from 'node:worker_threads';
  if (isMainThread) process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    writeSync(3, JSON.stringify({ seconds: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1024 }));
  });
`)}`;

/**
 * Runs pkg, holds it to the bounds, and gives the code of its error; 'none' where there is no error.
 *
 * @param most how many seconds of processor time it may take
 */
function bounded(args: readonly string[], most = 10): string {
  const run = spawnSync(process.execPath, ['--import', REPORT, 'bin/pkg.js', ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    // Of a busy machine: it is the time of the processor that counts.
    timeout: 240_000,
    killSignal: 'SIGKILL',
  });
  const shown = run.stderr.slice(0, 2000);
  expect(run.signal, shown).toBeNull();
  const { seconds, megabytes } = JSON.parse(String(run.output[3])) as { seconds: number; megabytes: number };
  expect(seconds, shown).toBeLessThan(most);
  expect(megabytes, shown).toBeLessThan(1500);
  expect(run.stderr).not.toMatch(/^\s+at \S+ \(|node:internal|PKG_INTERNAL/m);
  return run.status === 0 ? 'none' : (/code: (\w+)/.exec(run.stderr)?.[1] ?? 'no code');
}

const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n';

function goChart(template: string, files: Record<string, string> = {}): string {
  return writeChart({ 'templates/x.yaml': template, ...files });
}

/** A value that doubles sixty times, and what is done with it. */
function doubled(first: string, next: string, then = ''): string {
  return `{{- $s := ${first} }}{{- $t := ${first} }}{{- range until 60 }}{{- $s = ${next} }}{{- $t = ${next.replaceAll('$s', '$t')} }}{{- end }}${then}`;
}

const LISTS = ['(list 1)', '(list $s $s)'] as const;
const DICTS = ['(dict "x" 1)', '(dict "a" $s "b" $s)'] as const;

describe('Go templates', { timeout: 300_000 }, () => {
  test.each([
    ['replace', doubled('"x"', '(replace "x" "xx" $s)')],
    ['quote', doubled('"x"', '(quote $s $s)')],
    ['toJson', doubled('"x"', '(toJson $s)')],
    ['toYamlPretty', doubled('(list 1)', '(toYamlPretty $s)')],
    ['concat', doubled('(list 1)', '(concat $s $s)')],
    ['lists as YAML', doubled(...LISTS, '{{ toYaml $s }}')],
    ['maps as TOML', doubled(...DICTS, '{{ toToml $s }}')],
    ['maps as Go prints them', doubled(...DICTS, '{{ printf "%#v" $s }}')],
    ['lists that are printed', doubled(...LISTS, '{{ $s }}')],
    ['copies', doubled(...DICTS, '{{ $_ := deepCopy $s }}')],
    ['comparisons', doubled(...LISTS, '{{ deepEqual $s $t }}')],
    ['merges', doubled(...DICTS, '{{ $_ := mergeOverwrite $s $t }}')],
    ['a loop that prints', '{{ range 1000000000 }}x{{ end }}'],
    ['a loop that does nothing', '{{ range 1000000000 }}{{ end }}'],
    ['a branch in a loop', `{{ range 1000000000 }}{{ if . }}${'{{ $_ := 1 }}'.repeat(1000)}{{ end }}{{ end }}`],
    ['keys', '{{ range until 1000 }}{{ $_ := genPrivateKey "rsa" }}{{ end }}'],
    [
      'a map that grows',
      '{{ $d := dict }}{{ range until 10000 }}{{ $_ := set $d (print .) (repeat 1000000 "x" | upper) }}{{ end }}',
    ],
    [
      'a list that grows',
      '{{ $s := list }}{{ range until 4000 }}{{ $s = append $s (repeat 1000000 "x" | upper) }}{{ end }}',
    ],
    ['a long pattern', '{{ regexMatch (repeat 30000 "a?") (repeat 30000 "a") }}'],
    ...['replace "x" "y" $x', 'indent 1 $n', 'urlquery $x $n', 'regexQuoteMeta $d', 'toToml (dict "a" $n)'].map(
      (call) => [
        `texts that change at every character: ${call}`,
        `{{ $x := repeat 400000 "x" }}{{ $n := repeat 400000 "\\n" }}{{ $d := repeat 400000 "." }}{{ $kept := dict }}` +
          `{{ range until 3000 }}{{ $_ := set $kept (print .) (${call}) }}{{ end }}`,
      ],
    ),
    ['texts of tpl', '{{ range until 1000000 }}{{ $_ := tpl (printf "{{ %d }}" .) $ }}{{ end }}'],
    [
      'templates that call themselves twice',
      '{{ define "a" }}{{ if . }}{{ include "a" (rest .) }}{{ include "a" (rest .) }}{{ end }}{{ end }}{{ include "a" (until 60) }}',
    ],
  ])('%s', (_name, template) => {
    expect(bounded(['template', goChart(template)])).toBe('PKG_TEMPLATE_LIMIT');
  });

  test.each([
    ['2,000 nested branches', `a: ${'{{ if 1 }}'.repeat(2000)}x${'{{ end }}'.repeat(2000)}`],
    ['50,000 else if', `a: {{ if 0 }}a${'{{ else if 0 }}b'.repeat(50_000)}{{ end }}`],
    ['100 certificates', '{{ range until 100 }}{{ $_ := genSelfSignedCert "x" nil nil 1 }}{{ end }}'],
    ['a number of ten million digits', 'a: {{ int64 (repeat 10000000 "7") }}'],
  ])('%s are rendered', (_name, template) => {
    expect(bounded(['template', goChart(template)])).toBe('none');
  });
});

describe('native templates', { timeout: 300_000 }, () => {
  /** There are no variables: a partial includes itself with the value that it was given, doubled. */
  const doubling = (first: string, next: string, then: string): Record<string, string> => ({
    'templates/x.yaml.hbs': `${MAP}data:\n  a: {{> g n=60 s=${first}}}\n`,
    'templates/_g.hbs': `{{#if n}}{{> g n=(sub n 1) s=${next}}}{{else}}${then}{{/if}}`,
  });

  test.each([
    ['lists in a document', doubling('(list 1)', '(list s s)', '{{s}}')],
    ['maps as YAML', doubling('(dict "x" 1)', '(dict "a" s "b" s)', '{{toYaml s}}')],
    ['copies', doubling('(dict "x" 1)', '(dict "a" s "b" s)', '{{len (deepCopy s)}}')],
    ['comparisons', doubling('(list 1)', '(list s s)', '{{eq s (list 1)}}')],
    [
      'a loop',
      {
        'templates/x.yaml.hbs':
          '{{#each (until 1000)}}{{#each (until 1000)}}{{#each (until 1000)}}x{{/each}}{{/each}}{{/each}}',
      },
    ],
  ])('%s', (_name, files) => {
    expect(bounded(['template', writeChart(files as Record<string, string>)])).toBe('PKG_TEMPLATE_LIMIT');
  });

  test('hashes', () => {
    const template = '{{#each (until 1000)}}{{#if (bcrypt (toString this))}}{{/if}}{{/each}}';
    // 142 are computed, each in 55 to 75 ms by the processor, and in 105 without the compiled bcrypt.
    expect(bounded(['template', writeChart({ 'templates/x.yaml.hbs': template })], 20)).toBe('PKG_TEMPLATE_LIMIT');
  });

  test.each(['(quote s s)', '(squote s)', '(cat s s s s)'])('a text that grows by %s', (next) => {
    expect(bounded(['template', writeChart(doubling('"x"', next, '{{s}}'))])).toBe('PKG_TEMPLATE_HELPER');
  });
});

describe('values', { timeout: 300_000 }, () => {
  test.each([
    ['aliases of a long text', `a: &a ${'x'.repeat(1e6)}\nb:\n${'- *a\n'.repeat(1e5)}`, 'PKG_YAML_TOO_COMPLEX'],
    ['keys without values', `{${'a,'.repeat(5e5)}}`, 'none'],
    ['lists in lists', `a:\n${'- - - - - -\n'.repeat(1e6)}`, 'PKG_YAML_TOO_COMPLEX'],
    ['empty lists', `a: [${'[],'.repeat(5e6)}]`, 'PKG_YAML_TOO_COMPLEX'],
    ['documents', '---\na: 1\n'.repeat(1e6), 'PKG_YAML_TOO_COMPLEX'],
    [
      'a map that is merged',
      `a: &a {${Array.from({ length: 1000 }, (_, i) => `k${i}: 1`).join()}}\nb:\n${'- <<: *a\n'.repeat(1e5)}`,
      'PKG_YAML_TOO_COMPLEX',
    ],
    ['a number', `a: ${'7'.repeat(1e7)}\nb: 1e999999999`, 'none'],
  ])('%s', (_name, text, code) => {
    const file = join(temporaryFolder(), 'v.yaml');
    writeFileSync(file, text);
    expect(bounded(['template', goChart('a: 1'), '-f', file])).toBe(code);
  });

  test.each([
    ['--set-json', `a=${'['.repeat(3000)}${']'.repeat(3000)}`, 'PKG_YAML_TOO_COMPLEX'],
    ['--set-json', `{"a":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`, 'PKG_YAML_TOO_COMPLEX'],
    ['--set', Array.from({ length: 5000 }, (_, i) => `k${i}[65000]=1`).join(','), 'PKG_SET_SYNTAX'],
    ['--set', Array.from({ length: 5000 }, (_, i) => `a[${i}][65000]=1`).join(','), 'PKG_SET_SYNTAX'],
  ])('of %s %.20s', (flag, text, code) => {
    expect(bounded(['template', goChart('a: 1'), flag, text])).toBe(code);
  });
});

describe('charts', { timeout: 300_000 }, () => {
  test('with 5 MB of .helmignore', () => {
    const path = goChart('a: 1', { '.helmignore': 'a*b*c*d\n'.repeat(600_000) });
    expect(bounded(['template', path])).toBe('PKG_CHART_INVALID');
  });

  const archive = (entries: Parameters<typeof craftArchive>[0]): string => {
    const path = join(temporaryFolder(), 'c.tgz');
    writeFileSync(
      path,
      craftArchive([{ name: 'c/Chart.yaml', data: 'apiVersion: v2\nname: c\nversion: 1.0.0\n' }, ...entries]),
    );
    return path;
  };

  test('with 190,000 empty templates', () => {
    const entries = Array.from({ length: 190_000 }, (_, i) => ({ name: `c/templates/${i}.yaml`, data: '' }));
    expect(bounded(['template', archive(entries)])).toBe('PKG_CHART_TOO_LARGE');
  });

  test('with names of 900 KB', () => {
    const record = (name: string): string => {
      const rest = ` path=${name}\n`;
      return `${rest.length + 6}${rest}`;
    };
    const entries = Array.from({ length: 100 }, (_, i) => [
      { name: 'pax', type: 'x', data: record(`c/${'n'.repeat(900_000)}${i % 10}`) },
      { name: 'f', data: '' },
    ]);
    expect(bounded(['template', archive(entries.flat())])).toBe('PKG_CHART_INVALID');
  });
});

test.each([
  ['deep', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ['large', `[${'[],'.repeat(10e6)}1]`],
])('a record whose configuration is %s cannot be read', (_name, config) => {
  const record = `{"name":"r","version":1,"info":{"status":"deployed"},"config":{"a":${config}}}`;
  const text = gzipSync(record).toString('base64');
  expect(() => decodeRelease(text, {}, 'r.v1')).toThrow(expect.objectContaining({ code: 'PKG_RECORD_CORRUPT' }));
});
