/** Charts that may be named: of the repositories that the machine knows, and folders and archives. */
import { readdirSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { dirname, join } from 'node:path';
import { DEFAULT_SETTINGS, Remotes } from '../../repository/remotes.ts';
import { indexEntries } from '../support/index-entries.ts';
import type { Candidate, Line, Offer } from './candidates.ts';
import { Directive } from './directive.ts';

function remotesOf({ values }: Line): Remotes {
  return new Remotes(process.env, () => undefined, {
    ...DEFAULT_SETTINGS,
    repositoryConfig: values['repository-config'] ?? '',
    repositoryCache: values['repository-cache'] ?? '',
    offline: true,
  });
}

/** The repositories that are not named yet. */
export function repositories(line: Line): Candidate[] {
  const known = remotesOf(line).known();
  return known
    .filter(({ name }) => !line.args.includes(name))
    .map(({ name, url }) => ({ word: name, description: url.replace(/\/\/[^/@]*@/, '//') }));
}

/** What a chart may be called that begins with a word. */
export function charts(word: string, line: Line): Offer {
  const remotes = remotesOf(line);
  const hasRepository = typeof line.values['repo'] === 'string' && line.values['repo'] !== '';
  const known = hasRepository ? [] : remotes.known();
  const repository = known.find(({ name }) => word.startsWith(`${name}/`));
  if (repository !== undefined) {
    const names = remotes.indexes.chartNames(repository);
    return {
      candidates: names.map((name) => ({ word: `${repository.name}/${name}` })),
      directive: Directive.noFiles,
    };
  }
  const begun = [
    ...known.map(({ name, url }) => ({ word: `${name}/`, description: url.replace(/\/\/[^/@]*@/, '//') })),
    { word: 'oci://', description: 'a chart in an OCI registry' },
  ].filter((candidate) => candidate.word.startsWith(word) && (word !== '' || known.length > 0));
  if (/^\w+:\/\//.test(word)) return { candidates: [], directive: Directive.noFiles | Directive.noSpace };
  // Where nothing else fits the shell itself completes files: it knows how to write blanks and `~`.
  if (begun.length === 0) return { candidates: [{ word: 'tgz' }, { word: 'tar' }], directive: Directive.fileEndings };
  return {
    candidates: [...begun, ...localCharts(word)],
    directive: Directive.noFiles | Directive.noSpace,
  };
}

/** Folders, with a slash behind, and archives whose path begins with a word. */
function localCharts(word: string): Candidate[] {
  const folder = word.endsWith('/') ? word : dirname(word || '.');
  const before = word.includes('/') ? join(folder, '/') : '';
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || /\.(?:tgz|tar)$/.test(entry.name)))
    .map((entry) => ({ word: `${before}${entry.name}${entry.isDirectory() ? '/' : ''}` }))
    .filter((candidate) => candidate.word.startsWith(word));
}

/** The versions of the chart that was named, the newest first. */
export async function versions(line: Line): Promise<Candidate[]> {
  const [, repositoryName, name] = /^([^/]+)\/([^/]+)$/.exec(line.chart ?? '') ?? [];
  const remotes = remotesOf(line);
  const repository = remotes.known().find((one) => one.name === repositoryName);
  if (repository === undefined) return [];
  return indexEntries(repository, remotes)
    .filter((entry) => entry.name === name)
    .map(({ version, appVersion }) => ({ word: version, description: appVersion === '' ? '' : `App: ${appVersion}` }));
}
