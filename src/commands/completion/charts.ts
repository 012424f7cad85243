/** Candidates for charts: those of configured repositories, folders and archives. Nothing is fetched. */
import { readdirSync } from 'node:fs';
import { DEFAULT_SETTINGS, Remotes } from '../../repository/remotes.ts';
import { shownText } from '../../repository/urls.ts';
import { indexEntries } from '../../repository/search-entries.ts';
import type { Candidate, Line, Offer } from './offer.ts';
import { Directive } from './directive.ts';

/** Has the shell complete folders, and files with these endings. */
export const FILES: Offer = {
  candidates: [{ word: 'tgz' }, { word: 'tar' }],
  directive: Directive.fileEndings,
};

function remotesOf({ values }: Line): Remotes {
  return new Remotes(process.env, () => undefined, {
    ...DEFAULT_SETTINGS,
    repositoryConfig: values['repository-config'] ?? '',
    repositoryCache: values['repository-cache'] ?? '',
    offline: true,
  });
}

/** The configured repositories that are not on the line yet. */
export function repositories(line: Line): Candidate[] {
  const known = remotesOf(line).known();
  return known
    .filter(({ name }) => !line.args.includes(name))
    .map(({ name, url }) => ({ word: name, description: shownText(url) }));
}

/**
 * Candidates for a chart.
 *
 * @param withFiles also offer folders and archives
 */
export function charts(word: string, line: Line, withFiles: boolean): Offer {
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
  const directive = Directive.noFiles | Directive.noSpace;
  if (/^\w+:\/\//.test(word)) return { candidates: [], directive };
  const begun = [
    ...known.map(({ name, url }) => ({ word: `${name}/`, description: shownText(url) })),
    { word: 'oci://', description: 'a chart in an OCI registry' },
  ].filter((candidate) => candidate.word.startsWith(word));
  if (!withFiles) return { candidates: begun, directive };
  // If no repository fits, the shell completes files itself, because it can quote spaces and expand `~`.
  if (begun.length === 0 || known.length === 0) return FILES;
  return { candidates: [...begun, ...localCharts()].filter((one) => one.word.startsWith(word)), directive };
}

/** Folders (with a slash at the end) and archives in the working folder. */
function localCharts(): Candidate[] {
  return readdirSync('.', { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || /\.(?:tgz|tar)$/.test(entry.name)))
    .map((entry) => ({ word: entry.isDirectory() ? `${entry.name}/` : entry.name }));
}

/** The versions of the chart on the line, the newest first; none for a chart that is not of a repository. */
export async function versions(line: Line): Promise<Candidate[]> {
  const [, repositoryName, name] = /^([^/]+)\/([^/]+)$/.exec(line.chart ?? '') ?? [];
  const remotes = remotesOf(line);
  const repository = remotes.known().find((one) => one.name === repositoryName);
  if (repository === undefined) return [];
  return indexEntries(repository, remotes)
    .filter((chart) => chart.name === name)
    .flatMap(({ versions: all }) => all)
    .map(({ version, appVersion }) => ({ word: version, description: appVersion === '' ? '' : `App: ${appVersion}` }));
}
