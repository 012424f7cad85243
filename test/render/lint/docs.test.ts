/** docs/lint.md explains every rule with its severity, and its examples violate the rules. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lintChart } from '../../../src/render/lint.ts';
import { LINT_RULES } from '../../../src/render/lint/message.ts';
import { writeCleanChart } from './support.ts';

const text = readFileSync(new URL('../../../docs/lint.md', import.meta.url), 'utf8');
const sections = text.split(/^### /m).slice(1);

/** Rules that are broken by a file that is not there. */
const REMOVED: Readonly<Record<string, string>> = {
  'values-missing': 'values.yaml',
  'templates-missing': 'templates',
  'guard-missing': 'templates/zz',
};

test('every rule is explained, in the order of the code', () => {
  const explained = sections.map((section) => /^`([^`]+)` \((\w+)\)/.exec(section)?.slice(1, 3));
  expect(explained).toEqual(Object.entries(LINT_RULES));
});

test.each(sections.map((section) => [/^`([^`]+)`/.exec(section)?.[1] ?? '', section]))(
  'the example of %s violates the rule',
  async (rule, section) => {
    const blocks = section.matchAll(/<!-- file: (\S+) -->\n\n```\w*\n([\s\S]*?)```\n/g);
    const files = Object.fromEntries(Array.from(blocks, ([, path = '', body = '']) => [path, body]));
    const folder = writeCleanChart(files);
    const removed = REMOVED[rule];
    expect(Object.keys(files).length > 0).toBe(removed === undefined);
    if (removed !== undefined) rmSync(join(folder, removed), { recursive: true });
    const messages = await lintChart(folder, { userValues: new Map() });
    expect(messages.map((message) => message.rule)).toContain(rule);
  },
);
