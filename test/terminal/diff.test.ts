/** Diffs that people read, and that `patch` would take. */
import { stripVTControlCharacters } from 'node:util';
import { applyPatch } from 'diff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { painter } from '../../src/terminal/color.ts';
import { renderDiff } from '../../src/terminal/diff.ts';

const line = fc.stringMatching(/^[ -~]{0,12}$/);
const text = fc.array(line, { minLength: 1, maxLength: 40 }).map((lines) => `${lines.join('\n')}\n`);
const plain = painter(false);
const names = { beforeName: 'live', afterName: 'revision 2' };

/** A text and another that shares most of its lines. */
const edited = fc
  .tuple(text, fc.array(fc.tuple(fc.nat(40), fc.option(line)), { maxLength: 6 }))
  .map(([before, edits]) => {
    const lines = before.split('\n').slice(0, -1);
    for (const [at, replacement] of edits)
      lines.splice(at % (lines.length + 1), 1, ...(replacement === null ? [] : [replacement]));
    return [before, `${lines.join('\n')}\n`] as const;
  });

test('applying a diff to the old text gives the new one', async () => {
  await fc.assert(
    fc.asyncProperty(edited, async ([before, after]) => {
      fc.pre(before !== after);
      const diff = await renderDiff({ before, after, ...names }, plain);
      expect(diff.startsWith('--- live\n+++ revision 2\n@@ ')).toBe(true);
      expect(applyPatch(before, diff)).toBe(after);
    }),
  );
});

test('the diff of a new or removed text has only plus or minus lines', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (whole) => {
      const created = await renderDiff({ before: '', after: whole, ...names }, plain);
      expect(String(applyPatch('', created)).trimEnd()).toBe(whole.trimEnd());
      const deleted = await renderDiff({ before: whole, after: '', ...names }, plain);
      const lines = whole.slice(0, -1).split('\n');
      expect(deleted.split('\n').slice(3, -1)).toEqual(lines.map((each) => `-${each}`));
    }),
  );
});

test('colours do not change the text, and end with each line', async () => {
  await fc.assert(
    fc.asyncProperty(edited, async ([before, after]) => {
      const pair = { before, after, ...names };
      const colored = await renderDiff(pair, painter(true));
      expect(stripVTControlCharacters(colored)).toBe(await renderDiff(pair, plain));
      for (const each of colored.split('\n')) {
        const codes = each.match(/\u001b\[\d+m/g) ?? [];
        expect(codes.length % 2).toBe(0);
      }
    }),
  );
});

test('control characters are shown as escapes', async () => {
  const diff = await renderDiff({ before: 'a\n', after: 'a\u001b]0;x\u0007\u202e\n', ...names }, plain);
  expect(diff).toContain('+a\\u001b]0;x\\u0007\\u202e\n');
});
