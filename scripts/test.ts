/**
 * `npm test`: builds, checks and runs every test; goes on after a failure, so that one run tells all.
 *
 * The last line counts what passed and failed: every test, and every check (build, formatting, lint, types,
 * generated documents) as one. The same line goes to `node_modules/.cache/test-summary.txt`.
 * Arguments go to vitest: `npm test -- test/chart`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root: string = dirname(dirname(fileURLToPath(import.meta.url)));
const cache: string = join(root, 'node_modules/.cache');
const report: string = join(cache, `vitest-${process.pid}.json`);
const summary: string = join(cache, 'test-summary.txt');

const SCRIPTS = {
  tsc: 'node_modules/typescript/bin/tsc',
  oxfmt: 'node_modules/oxfmt/bin/oxfmt',
  oxlint: 'node_modules/oxlint/bin/oxlint',
  vitest: 'node_modules/vitest/vitest.mjs',
};

const CHECKS: readonly { name: string; command: readonly string[] }[] = [
  { name: 'build', command: ['scripts/build.ts'] },
  { name: 'format', command: [SCRIPTS.oxfmt, '--check', '.'] },
  { name: 'lint', command: [SCRIPTS.oxlint] },
  { name: 'types', command: [SCRIPTS.tsc, '-p', '.'] },
  { name: 'generated documents', command: ['scripts/generate-docs.ts', '--check'] },
];

/** The part of vitest's JSON report that is counted. */
type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; status: string; assertionResults: { status: string }[] }[];
};

function run(name: string, command: readonly string[]): boolean {
  console.log(`\n== ${name}`);
  return spawnSync(process.execPath, command, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

mkdirSync(cache, { recursive: true });
rmSync(summary, { force: true });

const failedChecks: string[] = CHECKS.filter(({ name, command }) => !run(name, command)).map(({ name }) => name);
let passed = CHECKS.length - failedChecks.length;
let failed = failedChecks.length;
let skipped = 0;

const vitestPassed = run('tests', [
  SCRIPTS.vitest,
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
]);
let failedTests = 0;
if (existsSync(report)) {
  const result = JSON.parse(readFileSync(report, 'utf8')) as Report;
  rmSync(report);
  // A file that could not even be loaded has no failed test of its own, and counts as one.
  const broken = result.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((assertion) => assertion.status !== 'failed'),
  );
  passed += result.numPassedTests;
  failedTests = result.numFailedTests + broken.length;
  skipped = result.numPendingTests + result.numTodoTests;
}
// An error outside of any test, or vitest itself.
if (!vitestPassed && failedTests === 0) failedTests = 1;
failed += failedTests;

if (failedChecks.length > 0) console.log(`\nFailed checks: ${failedChecks.join(', ')}`);
const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
writeFileSync(summary, `${line}\n`);
console.log(`\n${line}`);
process.exitCode = failed > 0 ? 1 : 0;
