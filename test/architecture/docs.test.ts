/** All files that docs/architecture.md names exist. */
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
