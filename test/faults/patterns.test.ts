/**
 * Texts on which a regular expression could take quadratic or exponential time, such as long runs of one character and
 * lines of comments: each ends in a short time.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keyBlocks } from '../../src/repository/keyring.ts';
import { temporaryFolder, writeChart } from '../chart/support.ts';
import { pkgStarted } from '../support/pkg.ts';
import type { PkgRun } from '../support/pkg.ts';

const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n';
const LONG = 400_000;
/** Each run takes a tenth of a second; on the expressions of before, minutes to years. */
const MAX_MS = 30_000;

async function run(args: readonly string[]): Promise<PkgRun> {
  const { done, kill } = pkgStarted(args);
  const timer = setTimeout(() => kill('SIGKILL'), MAX_MS);
  try {
    return await done;
  } finally {
    clearTimeout(timer);
  }
}

test.each([
  ['blanks in a text in quotes', 'a.yaml', `${MAP}  a: x\n`, `a: "x${' '.repeat(LONG)}y\n  z"\n`],
  [
    'a comment behind a key without a value',
    'a.yaml.hbs',
    `${MAP}  a: # ${'#'.repeat(78)}\n  b: x\n{{#if values.c}}\n  c: x\n{{/if}}\n`,
    'c: false\n',
  ],
  [
    'a long line before a block',
    'a.yaml.hbs',
    `${MAP}  a: ${'x'.repeat(LONG)}\n{{#if values.c}}\n  c: x\n{{/if}}\n`,
    'c: false\n',
  ],
  [
    'blanks before a line break of Unicode',
    'a.yaml',
    `${MAP}  a: {{ toYaml .Values.a | quote }}\n`,
    `a: "${'\\u0020'.repeat(LONG / 8)}y\\u0085z"\n`,
  ],
])('%s', async (_, name, template, values) => {
  const chart = writeChart({ [`templates/${name}`]: template, 'values.yaml': values });
  const { status, stderr } = await run(['template', chart]);
  expect(status, stderr.slice(0, 1000)).toBe(0);
});

const DASHES = '-  '.repeat(60);

test.each([
  ['dashes before a value', 'a.yaml', `${MAP}  ${DASHES}x!{{ toYaml .Values.a }}\n`, 'PKG_TEMPLATE_YAML'],
  ['dashes on the line above a value', 'a.yaml', `${MAP}  ${DASHES}"\n{{ toYaml .Values.a }}\n`, 'PKG_TEMPLATE_YAML'],
  ['blanks in a line that is not YAML', 'a.yaml', `${MAP}  a: x${' '.repeat(LONG)}: y: z\n`, 'PKG_TEMPLATE_YAML'],
  ['a long line with an error of syntax', 'a.yaml', `# ${'a'.repeat(LONG)}{{ .Values.a-b }}\n`, 'PKG_TEMPLATE_SYNTAX'],
  [
    'a PEM block with a line of colons',
    'a.yaml',
    `{{ buildCustomCert (printf "-----BEGIN CERTIFICATE-----\\n%s\\n-----END CERTIFICATE-----" (repeat ${LONG} ":") | b64enc) "" }}\n`,
    'PKG_TEMPLATE_FAILED',
  ],
  [
    'a number of many digits that is none',
    'a.yaml.hbs',
    `${MAP}  a: {{float64 (repeat ${LONG} "0x")}}\n`,
    'PKG_TEMPLATE_HELPER',
  ],
  [
    'a structure that is not YAML, on a long line',
    'a.yaml.hbs',
    `${MAP}  a: ${'b: [ '.repeat(LONG / 8)}\n   c: x\n`,
    'PKG_TEMPLATE_YAML',
  ],
])('%s is an error', async (_, name, template, code) => {
  const chart = writeChart({ [`templates/${name}`]: template, 'values.yaml': 'a:\n- b: "c: d"\n- e\n' });
  const { status, stderr } = await run(['template', chart]);
  expect(status, stderr.slice(0, 1000)).toBe(1);
  expect(/code: (\w+)/.exec(stderr)?.[1]).toBe(code);
});

test('a keyring of many headers', () => {
  const text = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n'.repeat(20_000);
  const file = join(temporaryFolder(), 'keyring.asc');
  writeFileSync(file, text);
  expect(() => keyBlocks(Buffer.from(text), file)).toThrow('not a keyring');
});
