/** The documentation names every helper, and none that is not there. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { helperNames } from '../../../src/render/handlebars/helpers/index.ts';

test('docs/helpers.md lists all helpers', () => {
  const text = readFileSync(new URL('../../../docs/helpers.md', import.meta.url), 'utf8');
  const list = text.split('\n\n').find((paragraph) => paragraph.startsWith('`abbrev`')) ?? '';
  const listed = [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(listed).toEqual(helperNames().toSorted());
});
