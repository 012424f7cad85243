/** All files that docs/architecture.md names exist, and pages that people write are wrapped. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('the files that docs/architecture.md names exist', () => {
  const files = ['bin', 'src', 'scripts'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `/${folder}/${file}`),
  );
  const text = readFileSync('docs/architecture.md', 'utf8');
  const named = [...text.matchAll(/`([\w./-]+\.(?:ts|js))`/g)].map((match) => `/${match[1]}`);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((name) => !files.some((file) => file.endsWith(name)))).toEqual([]);
});

/** Pages that `scripts/generate-docs.ts` writes have a line for each paragraph. */
const GENERATED = /^(?:cli\/|errors\.md$)/;

test('the prose of pages is wrapped at 120 columns', () => {
  const docs = readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.md') && !GENERATED.test(name))
    .map((name) => `docs/${name}`);
  expect(docs.length).toBeGreaterThan(20);
  const long = [...docs, 'README.md', 'CONTRIBUTING.md'].flatMap((page) => {
    const text = readFileSync(page, 'utf8').replaceAll(/^ *```[\s\S]*?^ *```$/gm, (code) => code.replaceAll(/.+/g, ''));
    return text
      .split('\n')
      .flatMap((line, index) => (line.length > 120 && !/^(?:\||<!--)/.test(line) ? [`${page}:${index + 1}`] : []));
  });
  expect(long).toEqual([]);
});
