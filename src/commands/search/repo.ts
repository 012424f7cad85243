import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { parseConstraint } from '../../chart/constraint.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { keepLater, readKept } from '../../kept.ts';
import { searchEntries } from '../../repository/index-file.ts';
import type { SearchEntry } from '../../repository/index-file.ts';
import type { Remotes } from '../../repository/remotes.ts';
import type { Repository } from '../../repository/repositories.ts';
import { searchCharts } from '../../repository/search.ts';
import type { Search } from '../../repository/search.ts';
import { printError } from '../../terminal/output.ts';
import { renderTable } from '../../terminal/table.ts';
import { defineCommand } from '../support/command.ts';
import type { Command, FlagValues } from '../support/command.ts';
import { OUTPUT_FLAG, SEARCH_FLAGS } from '../support/flags.ts';
import { printResult } from '../support/release-output.ts';
import { withRemotes } from '../support/remotes.ts';

const FLAGS = {
  regexp: { type: 'boolean', char: 'r', summary: 'the words are a regular expression' },
  versions: { type: 'boolean', char: 'l', summary: 'list every version of each chart' },
  devel: { type: 'boolean', summary: 'pre-releases too, where no --version is given' },
  version: { type: 'string', value: 'CONSTRAINT', summary: 'only versions that fit: ^1.2' },
  ...SEARCH_FLAGS,
  ...OUTPUT_FLAG,
} as const;

export const command: Command = defineCommand({
  description: [
    'Looks for charts in the indexes that `pkg repo update` fetched: in their names, descriptions and keywords.',
    'The newest stable version of each is listed.',
  ],
  examples: [
    { command: 'pkg search repo nginx', says: 'charts with the word' },
    { command: "pkg search repo acme/web --versions --version '^1.2'", says: 'all versions that fit' },
  ],
  args: [{ name: 'WORD', summary: 'what is looked for', optional: true, rest: true }],
  flags: FLAGS,
  async run({ flags, args }) {
    const search = await searchOf(args, flags);
    const results = await withRemotes(flags, async (remotes) => {
      const indexes = new Map<string, readonly SearchEntry[]>();
      for (const repository of knownRepositories(remotes)) {
        const entries = entriesOf(repository, remotes);
        if (entries !== undefined) indexes.set(repository.name, entries);
      }
      return searchCharts(indexes, search);
    });
    if (results.length === 0 && flags['fail-on-no-result']) {
      throw new PkgError('PKG_CHART_NOT_FOUND', 'no results found');
    }
    const rows = results.map(({ name, entry: { version, appVersion, description } }) => ({
      name,
      version,
      app_version: appVersion,
      description,
    }));
    const head = ['NAME', 'CHART VERSION', 'APP VERSION', 'DESCRIPTION'];
    await printResult(
      flags.output,
      () => rows,
      () =>
        rows.length === 0
          ? 'No results found\n'
          : renderTable([head, ...rows.map((row) => Object.values(row))], flags['max-col-width'] || undefined),
    );
  },
});

function knownRepositories(remotes: Remotes): readonly Repository[] {
  const known = remotes.known();
  if (known.length > 0) return known;
  throw new PkgError('PKG_REPOSITORY_UNKNOWN', 'no repositories configured', {
    hints: ['add one with `pkg repo add NAME URL`'],
  });
}

/** @throws {PkgError} `PKG_USAGE` for a pattern, `PKG_CHART_INVALID` for a constraint that cannot be read */
async function searchOf(words: readonly string[], flags: FlagValues<typeof FLAGS>): Promise<Search> {
  const wanted = flags.version || (flags.devel ? '>0.0.0-0' : '>0.0.0');
  const common = { constraint: parseConstraint(wanted), allVersions: flags.versions };
  if (words.length === 0) return { ...common, matches: undefined, ignoreCase: false };
  const text = words.join(' ');
  if (!flags.regexp) {
    const term = text.toLowerCase();
    return { ...common, matches: (line) => line.indexOf(term), ignoreCase: true };
  }
  const { compileRe2 } = await import('../../chart/re2.ts');
  try {
    const { regex } = compileRe2(text);
    const matches = (line: string): number => {
      const matcher = regex.matcher(line);
      return matcher.find() ? matcher.start() : -1;
    };
    return { ...common, matches, ignoreCase: false };
  } catch (error) {
    const reason = (error as Error).message.replace(/^error parsing regexp: /, '');
    throw new PkgError('PKG_USAGE', `this is no regular expression: ${printable(reason, 200)}`, { cause: error });
  }
}

/** What is found in a cached index; a warning where there is none. */
function entriesOf(repository: Repository, remotes: Remotes): readonly SearchEntry[] | undefined {
  const path = remotes.indexes.pathOf(repository);
  const key = keyOf(path);
  const kept = key === undefined ? undefined : readEntries(key);
  if (kept !== undefined) return kept;
  const index = remotes.indexes.read(repository);
  const name = printable(repository.name, 60);
  try {
    if (index === undefined) throw new PkgError('PKG_REPOSITORY_INVALID', 'it was not fetched yet');
    const entries = searchEntries(index, path);
    if (key !== undefined) keepLater(key, () => [Buffer.from(JSON.stringify(entries))]);
    return entries;
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    printError(
      `warning: the index of ${name} is not searched: ${error.message}; fetch it with \`pkg repo update ${name}\`\n`,
    );
    return undefined;
  }
}

/**
 * Reading an index of 20,000 versions takes 400 ms, reading what was found in it 20: it is kept under what tells one
 * state of the file from others.
 */
function keyOf(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const state = [path, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join('\n');
  return `search-1-${createHash('sha256').update(state).digest('hex').slice(0, 32)}`;
}

function readEntries(key: string): readonly SearchEntry[] | undefined {
  const text = readKept(key)?.toString('utf8');
  if (text === undefined) return undefined;
  try {
    const entries: unknown = JSON.parse(text);
    return Array.isArray(entries) && entries.every(isEntry) ? entries : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is SearchEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { name, version, appVersion, description, keywords } = value as Record<string, unknown>;
  const texts = [name, version, appVersion, description, ...(Array.isArray(keywords) ? keywords : [undefined])];
  return texts.every((text) => typeof text === 'string');
}
