/** `Chart.yaml` under lint has the same findings as with `helm lint`. */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lintChart } from '../../../src/render/lint.ts';
import type { LintRule } from '../../../src/render/lint.ts';
import { temporaryFolder, writeFiles } from '../../chart/support.ts';
import { RUNS } from '../../support/generation.ts';
import { helm } from '../../support/helm.ts';

const BASE = 'apiVersion: v2\nname: web\nversion: 1.2.3\nicon: https://example.com/i.png\n';

/** Which of our rules a message of Helm's stands for. */
const RULES: readonly (readonly [RegExp, LintRule])[] = [
  [/apiVersion is required/, 'chart-api-version'],
  [/icon is recommended/, 'chart-icon'],
  [/invalid icon URL/, 'chart-icon-url'],
  [/should be of type string/, 'chart-string'],
  [/not a valid SemVerV2/, 'chart-strict-version'],
  [/is (less|not greater) than|less than or equal/, 'chart-version'],
  [/failed to strictly parse/, 'chart-unknown-field'],
  [/maintainer entry is empty|maintainer requires|invalid email|invalid url/, 'chart-maintainer'],
  [/invalid source URL/, 'chart-source'],
  [/(dependencies are|chart type is) not valid in/, 'chart-v1-field'],
  [/metadata is missing these dependencies/, 'dependency-undeclared'],
  [/directory is missing these dependencies/, 'dependency-missing'],
];
const METADATA = new Set<string>(RULES.map(([, rule]) => rule));

type Verdict = { rules: string[]; refused: boolean };

/** What Helm says of each chart; errors that are none of the rules are `refused`. */
function helmVerdicts(folder: string, texts: readonly string[]): Verdict[] {
  const names = texts.map((text, index) => {
    writeFiles(join(folder, `helm-${index}`), {
      'Chart.yaml': text,
      'values.yaml': '',
      'templates/x.yaml': '',
    });
    return `helm-${index}`;
  });
  const run = helm(['lint', ...names], { cwd: folder });
  const parts = run.stdout.split(/^==> Linting .*\n/m).slice(1);
  expect(parts).toHaveLength(texts.length);
  return parts.map((part) => {
    const messages = part.split(/\n(?=\[)/).filter((line) => line.startsWith('['));
    const known = messages.map((message) => RULES.find(([pattern]) => pattern.test(message))?.[1]);
    return {
      rules: [...new Set(known.filter((rule) => rule !== undefined))].sort(),
      refused: messages.some((message, index) => known[index] === undefined && message.startsWith('[ERROR]')),
    };
  });
}

async function ourVerdict(folder: string, text: string): Promise<Verdict> {
  writeFiles(folder, {
    'Chart.yaml': text,
    'values.yaml': '',
    'templates/x.yaml.hbs': '',
    'templates/zz/_requires-pkg.tpl': '{{ x }}',
  });
  const messages = await lintChart(folder, { userValues: new Map() });
  const rules = new Set(messages.map(({ rule }) => rule));
  return { rules: [...rules].filter((rule) => METADATA.has(rule)).sort(), refused: rules.has('chart-invalid') };
}

async function expectAgreement(texts: readonly string[]): Promise<void> {
  const folder = temporaryFolder();
  const theirs = helmVerdicts(folder, texts);
  const ours = await Promise.all(texts.map(async (text, index) => ourVerdict(join(folder, `pkg-${index}`), text)));
  // A file that is refused is judged no further by Helm; what counts is that it is refused.
  const shown = (verdicts: readonly Verdict[]): unknown[] =>
    texts.map((text, index) => {
      const isRefused = ours[index]?.refused === true || theirs[index]?.refused === true;
      return isRefused ? { text, refused: verdicts[index]?.refused } : { text, ...verdicts[index] };
    });
  expect(shown(ours)).toEqual(shown(theirs));
}

const with_ = (...lines: string[]): string => BASE + lines.join('\n') + '\n';
const without = (field: string): string => BASE.replace(new RegExp(`^${field}:.*\n`, 'm'), '');
const instead = (field: string, value: string): string =>
  BASE.replace(new RegExp(`^${field}:.*$`, 'm'), `${field}: ${value}`);

test("findings in Chart.yaml equal Helm's", async () => {
  await expectAgreement([
    BASE,
    ...['apiVersion', 'name', 'version', 'icon'].map(without),
    ...['v1', 'v3', '""', '2', 'null'].map((value) => instead('apiVersion', value)),
    ...['"."', '".."', 'a/b', '""', 'a b', '12', 'true'].map((value) => instead('name', value)),
    ...['1', '1.2', 'v1.2.3', '1.2.3.4', 'x', '""', '01.2.3', '1.2.3-rc.1+b', '1.2.3-01', '0.0.0', '0.0.0-0'].map(
      (value) => instead('version', value),
    ),
    ...['0.0.0-alpha', '1e3', '"1"', '1.2.3+b_c'].map((value) => instead('version', value)),
    ...['1.16', '"1.16"', 'true', 'null', '[a]', '{}'].map((value) => with_(`appVersion: ${value}`)),
    ...['application', 'library', 'other', '""', 'null'].map((value) => with_(`type: ${value}`)),
    ...['application', '""'].map((value) => instead('apiVersion', 'v1') + `type: ${value}\n`),
    instead('apiVersion', 'v1') + 'dependencies: [{name: a, version: 1.0.0, repository: ""}]\n',
    instead('apiVersion', 'v1') + 'dependencies: []\n',
    with_('dependencies: [{name: a, version: 1.0.0, repository: ""}]'),
    with_('dependencies: [{name: a, version: 1.0.0}, {name: a, version: 1.0.0}]'),
    with_('dependencies: [{name: a, alias: "b/c", version: 1.0.0}]'),
    with_('dependencies: [{name: a, nonsense: 1}]'),
    with_('appversion: "1"'),
    with_('unknown: 1'),
    with_('maintainers: [{name: a, phone: 1}]'),
    with_('maintainers: [null]'),
    with_('maintainers: [{email: a@example.com}]'),
    with_('maintainers: [{name: a, email: nobody}]'),
    with_('maintainers: [{name: a, email: a@example.com, url: https://example.com}]'),
    with_('maintainers: [{name: a, url: "not a url"}]'),
    with_('maintainers: {name: a}'),
    with_('annotations: {a: b}'),
    with_('keywords: [a]', 'home: x', 'kubeVersion: ">=1.20.0-0"', 'deprecated: true'),
    'name: [',
    '- a',
    '',
  ]);
});

test('Helm accepts the same URLs and e-mail addresses', async () => {
  const urls = [
    ...[
      'https://example.com',
      'http://x',
      'x',
      '/x',
      'a/b',
      'mailto:a@b',
      'https://',
      'http:///x',
      'http://a b',
      'ftp://x/y',
    ],
    ...[
      'http://a:80',
      'http://a:x',
      'http://a%20b',
      'http://x/%zz',
      'http://x/%20',
      'http://[::1]/',
      'http://[::1',
      '1a://x',
    ],
    ...[
      'oci://x/y',
      'git@github.com:a/b.git',
      'data:image/png;base64,AA==',
      'http://ü.example',
      'http://u:p@h/',
      'http://x?y z',
      'http://x#y',
    ],
  ];
  await expectAgreement([
    ...urls.map((url) => instead('icon', JSON.stringify(url))),
    ...urls.map((url) => with_(`sources: [${JSON.stringify(url)}]`)),
  ]);
  const people = [
    ...[
      'https://example.com',
      'example.com',
      'www.example.com/x',
      'localhost',
      'x',
      'http://x',
      'http://localhost:80/x',
      '/x',
    ],
    ...['https://a b', 'mailto:a@b.c', 'example.com:80', 'ftp://x.y', 'git://x.y', '.example.com', 'http://-a', 'a.b'],
    ...[
      'http://example.com?x=1',
      'http://example..com',
      'https://u@example.com/',
      'http://127.0.0.1',
      'https://',
      'oci://a.b',
    ],
  ];
  const mails = [
    ...[
      'a@example.com',
      'a',
      'a@b',
      'a@b.c',
      '@b.c',
      'a@',
      'a b@c.d',
      'a.b+c@d-e.fg',
      'a..b@c.d',
      '.a@c.d',
      'a@c..d',
      'ü@ö.de',
    ],
    ...['a@[127.0.0.1]', 'a@-b.c', 'a@b.c.', 'a@b.1', 'a<b@c.d>'],
  ];
  await expectAgreement([
    ...people.map((url) => with_(`maintainers: [{name: a, url: ${JSON.stringify(url)}}]`)),
    ...mails.map((mail) => with_(`maintainers: [{name: a, email: ${JSON.stringify(mail)}}]`)),
  ]);
});

test("findings in generated metadata equal Helm's", async () => {
  const pick = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
  const text = fc.record({
    apiVersion: pick('v1', 'v2', 'v2', 'v2'),
    name: pick('web', 'a.b', '"1"'),
    version: fc.oneof(
      pick('1.2.3', '"1"', 'v1.0.0', '0.1.0'),
      fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30)).map((parts) => parts.join('.')),
      fc
        .tuple(fc.nat(3), fc.stringMatching(/^[0-9A-Za-z.-]{1,6}$/))
        .map(([n, pre]) => JSON.stringify(`1.${n}.0-${pre}`)),
    ),
    appVersion: pick('"1"', '1', '1.2', 'abc', 'yes'),
    icon: pick('""', 'http://x', 'x', 'file:///x'),
    type: pick('application', 'library', '""'),
    sources: pick('[]', '[http://x]', '[http://x, y]', '[""]'),
    maintainers: pick('[]', '[{name: a}]', '[{name: ""}]', '[{name: a, email: b}]', '[{name: 5, email: a@b.cd}]'),
    extra: pick('x: 1', 'Home: x', 'description: y', 'condition: a'),
  });
  const charts = fc
    .sample(text, 60 * RUNS)
    .map(({ extra, ...fields }) =>
      [...Object.entries(fields).map(([key, value]) => `${key}: ${value}`), extra, ''].join('\n'),
    );
  await expectAgreement(charts);
});

test('a finding has its line', async () => {
  const folder = join(temporaryFolder(), 'web');
  await ourVerdict(
    folder,
    with_('appVersion: 1.16', 'maintainers:', '  - name: a', '  - name: b', '    email: nobody', 'tipe: x'),
  );
  const messages = await lintChart(folder, { userValues: new Map() });
  const file = join(folder, 'Chart.yaml');
  expect(messages).toMatchObject([
    {
      rule: 'chart-unknown-field',
      at: { file, line: 10, column: 1 },
      message: expect.stringContaining('did you mean type'),
    },
    { rule: 'chart-string', at: { file, line: 5 } },
    { rule: 'chart-maintainer', at: { file, line: 9 } },
  ]);
});
