/** Helm's `semverCompare` as the oracle for versions and constraints. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { temporaryFolder } from './folders.ts';
import { helm } from './helm.ts';

/** A chart that prints helm's verdict on every pair of its values. */
function oracleChart(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'templates'));
  writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: oracle\nversion: 1.0.0\n');
  writeFileSync(
    join(folder, 'templates', 'a.yaml'),
    'verdicts:\n{{ range .Values.pairs }}\n- {{ semverCompare (index . 1) (index . 0) }}\n{{ end }}\n',
  );
  return folder;
}

/** Helm's verdict on each version and constraint; undefined where it cannot read one of them. */
export function helmCompares(
  pairs: readonly (readonly [version: string, constraint: string])[],
): boolean[] | undefined {
  const run = helm(['template', oracleChart(), '-f', '-'], { input: JSON.stringify({ pairs }) });
  if (run.status === 0) return [...run.stdout.matchAll(/^- (true|false)$/gm)].map((match) => match[1] === 'true');
  expect(run.stderr).toContain('semverCompare');
  return undefined;
}
