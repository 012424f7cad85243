/** What `bin/pkg.js` starts. */
import { existsSync } from 'node:fs';
import type { CodeCache } from './code-cache.ts';
import { dispatch } from './commands/dispatch.ts';
import { ignoreHangUp } from './ending.ts';
import { PkgError } from './errors.ts';
import { runOneCommand } from './one-command.ts';
import { cacheIn, writeRunCache } from './run-cache.ts';
import { OutputClosedError, printError } from './terminal/output.ts';

/**
 * Runs one command line and reports what goes wrong.
 *
 * @param argv the words after `pkg`
 * @param cache the code cache; its folder also holds the run cache
 * @returns the exit status: 0, 1 for every failure, 2 for "there are changes" under `--exit-code`
 */
export async function main(argv: readonly string[], cache: CodeCache): Promise<number> {
  const isFirst = cache.folder !== '' && !existsSync(cache.folder);
  cacheIn(isFirst ? '' : cache.folder);
  runOneCommand();
  ignoreHangUp();
  try {
    return await dispatch(argv);
  } catch (error) {
    if (error instanceof OutputClosedError) return 0;
    try {
      await report(error, argv);
    } catch (reporting) {
      if (!(reporting instanceof OutputClosedError)) throw reporting;
    }
    return error instanceof PkgError ? error.exitCode : 1;
  } finally {
    writeRunCache();
    if (cache.folder !== '' && !cache.isComplete) (await import('./code-cache.ts')).writeCode(cache, isFirst);
  }
}

async function report(error: unknown, argv: readonly string[]): Promise<void> {
  // The command printed the changes itself (`diff --exit-code`), so there is no error to print.
  if (error instanceof PkgError && error.code === 'PKG_PLAN_HAS_CHANGES') return;
  const { painter, wantsColor } = await import('./terminal/color.ts');
  const { renderError } = await import('./terminal/errors.ts');
  // The command line may be what is wrong, so these two flags are looked up without parsing it.
  const debug = argv.includes('--debug') || /^(1|t|true)$/i.test(process.env['HELM_DEBUG'] ?? '');
  printError(renderError(error, painter(wantsColor(colorOf(argv), 2)), debug));
}

function colorOf(argv: readonly string[]): string | undefined {
  const at = argv.findLastIndex((word) => /^--colou?r(?:=|$)/.test(word));
  return at < 0 ? undefined : (/=(.*)/s.exec(argv[at] ?? '')?.[1] ?? argv[at + 1]);
}
