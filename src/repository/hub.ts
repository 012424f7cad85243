/** Searches a hub of charts by Monocular's API, as Artifact Hub offers it (helm v4, internal/monocular). */
import { posix } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { parseJson } from '../yaml/json.ts';
import { getOwn, isJsonObject, textField } from '../yaml/value.ts';
import type { Json } from '../yaml/value.ts';
import { DEFAULT_TRUST, RemoteClient } from './http.ts';
import type { Tell } from './change-file.ts';
import { shownText, shownUrl } from './urls.ts';

/** A chart of a hub, with its newest version. */
export type HubChart = {
  /** The page of the chart. */
  url: string;
  version: string;
  appVersion: string;
  description: string;
  repository: { url: string; name: string };
};

const CHECK_ENDPOINT = 'check that --endpoint is the address of a hub, such as https://hub.helm.sh';
const SEARCH_PATH = 'api/chartsvc/v1/charts/search';
/** The most bytes of an answer; those of Artifact Hub have a few hundred kilobytes. */
const MAX_ANSWER = 32 << 20;

/**
 * Searches a hub.
 *
 * @param endpoint its address
 * @throws {PkgError} `PKG_USAGE` for a text that is not an address, `PKG_REPOSITORY_UNREACHABLE`,
 *   `PKG_REPOSITORY_INVALID` for an answer that is not the API's
 */
export async function searchHub(
  endpoint: string,
  words: string,
  env: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<HubChart[]> {
  const url = searchUrl(endpoint, words);
  const client = new RemoteClient(DEFAULT_TRUST, env);
  try {
    tell(`asking ${shownUrl(url)}`);
    const headers = { accept: 'application/json' };
    const { status, body } = await client.fetch(url, { headers, limit: MAX_ANSWER });
    if (status !== 200) {
      throw new PkgError('PKG_REPOSITORY_UNREACHABLE', `${shownUrl(url)} cannot be searched (it answers ${status})`, {
        hints: [CHECK_ENDPOINT],
      });
    }
    return chartsOf(body, endpoint, shownUrl(url));
  } finally {
    await client.close();
  }
}

function searchUrl(endpoint: string, words: string): URL {
  const url = URL.parse(endpoint);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new PkgError('PKG_USAGE', `--endpoint takes the address of a hub, not '${shownText(endpoint)}'`, {
      hints: ['begin it with https:// or http://'],
    });
  }
  url.pathname = posix.join(url.pathname, SEARCH_PATH);
  url.search = new URLSearchParams({ q: words }).toString();
  return url;
}

function chartsOf(body: Buffer, endpoint: string, location: string): HubChart[] {
  let answer: Json;
  try {
    answer = parseJson(body.toString('utf8'), location);
  } catch (cause) {
    throw invalid(location, cause);
  }
  const data = isJsonObject(answer) ? (getOwn(answer, 'data') ?? null) : undefined;
  if (data === null) return [];
  if (!Array.isArray(data)) throw invalid(location);
  return data.map((one) => {
    const newest = at(one, 'relationships', 'latestChartVersion', 'data');
    const attributes = at(one, 'attributes');
    const repository = at(attributes, 'repo');
    return {
      // Monocular itself gives no address of a page.
      url: textField(at(one, 'artifactHub'), 'packageUrl') || `${endpoint}/charts/${textField(one, 'id')}`,
      version: textField(newest, 'version'),
      appVersion: textField(newest, 'app_version'),
      description: textField(attributes, 'description'),
      repository: { url: textField(repository, 'url'), name: textField(repository, 'name') },
    };
  });
}

function at(value: Json | undefined, ...path: string[]): Json | undefined {
  return path.reduce((inner, key) => (isJsonObject(inner) ? getOwn(inner, key) : undefined), value);
}

function invalid(location: string, cause?: unknown): PkgError {
  return new PkgError('PKG_REPOSITORY_INVALID', `${printable(location, 300)} did not answer like a hub of charts`, {
    hints: [CHECK_ENDPOINT],
    ...(cause === undefined ? {} : { cause }),
  });
}
