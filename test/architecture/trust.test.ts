/** All charts are downloaded by one file, which asks the trust policy. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../../src', import.meta.url));

test('archives of charts are fetched by remote-archive.ts alone', () => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const fetching = files.filter((name) =>
    /remotes\.fetchArchive\(|remotes\.fetchProvenance\(|registry(?:\(\))?\.blob\(/.test(
      readFileSync(join(src, name), 'utf8'),
    ),
  );
  expect(fetching.map((name) => name.replaceAll('\\', '/'))).toEqual(['repository/remote-archive.ts']);
});
