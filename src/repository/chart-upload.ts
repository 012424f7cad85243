/**
 * Uploads into chart repositories by ChartMuseum's API, with the requests that the plugin helm-push makes.
 *
 * @see https://github.com/helm/chartmuseum#api
 * @see https://github.com/chartmuseum/helm-push pkg/chartmuseum/upload.go
 */
import { posix } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { getOwn, textField } from '../yaml/value.ts';
import { parseJson } from '../yaml/json.ts';
import type { Answer } from './http.ts';
import { readIndex } from './index-writer.ts';
import { withAccess } from './find-chart.ts';
import type { ChartRequest } from './find-chart.ts';
import { TOO_LARGE } from './registry-session.ts';
import type { Remotes } from './remotes.ts';
import type { Repository } from './repositories.ts';
import { repositoryUrl, shownUrl } from './urls.ts';

/** An archive to upload. */
export type ChartUpload = {
  /** `NAME-VERSION.tgz` */
  fileName: string;
  archive: Uint8Array;
  provenance: Uint8Array | undefined;
  /** Replace an existing version, if the server allows it. */
  force: boolean;
};

/**
 * Finds the repository to upload to: by the name of a known one, or by an address. A login in `access` has precedence over
 * the stored one.
 *
 * @returns undefined for a name that no repository has
 */
export function uploadRepository(
  place: string,
  access: ChartRequest['access'],
  remotes: Remotes,
): Repository | undefined {
  const repository = /^https?:\/\//i.test(place)
    ? remotes.repository(place)
    : remotes.known().find(({ name }) => name === place);
  if (repository === undefined) return undefined;
  const { username, password } = access;
  return { ...withAccess(repository, access), ...(password === '' ? {} : { username, password }) };
}

/**
 * Uploads an archive.
 *
 * @throws {PkgError} `PKG_VERSION_PUBLISHED` where the server has the version, `PKG_REPOSITORY_UNAUTHORIZED`,
 *   `PKG_REPOSITORY_UNREACHABLE` also for a server that takes no uploads; the errors of an index that cannot be read
 */
export async function uploadChart(remotes: Remotes, repository: Repository, upload: ChartUpload): Promise<void> {
  const url = await uploadUrl(remotes, repository);
  if (upload.force) url.searchParams.set('force', 'true');
  const form = new FormData();
  form.set('chart', new Blob([new Uint8Array(upload.archive)]), upload.fileName);
  if (upload.provenance !== undefined) {
    form.set('prov', new Blob([new Uint8Array(upload.provenance)]), `${upload.fileName}.prov`);
  }
  const encoded = new Response(form);
  const body = new Uint8Array(await encoded.arrayBuffer());
  const answer = await remotes.send(repository, url, body, encoded.headers.get('content-type') ?? '');
  if (answer.status !== 201 && answer.status !== 202) throw refused(answer, url, upload);
}

/**
 * `CONTEXT/api/REPOSITORY/charts`: the index says how much of the path of the repository is the context path, below
 * which all repositories of the server lie.
 */
async function uploadUrl(remotes: Remotes, repository: Repository): Promise<URL> {
  const url = new URL(repositoryUrl(repository.url));
  const { rest } = readIndex(await remotes.index(repository, 'checked'), shownUrl(url));
  const context = textField(getOwn(rest, 'serverInfo'), 'contextPath');
  const path = url.pathname.startsWith(context) ? url.pathname.slice(context.length) : url.pathname;
  url.pathname = posix.join('/', context, 'api', path, 'charts');
  return url;
}

function refused({ status, body }: Answer, url: URL, { fileName }: ChartUpload): PkgError {
  const said = messageOf(body);
  const notes = said === '' ? [] : [`the server says: ${said}`];
  const where = shownUrl(url);
  if (status === 409) {
    return new PkgError('PKG_VERSION_PUBLISHED', `${where} has ${printable(fileName, 150)} already`, {
      notes,
      hints: ['increase the version in Chart.yaml, or give --force if the server allows to replace versions'],
    });
  }
  if (status === 401 || status === 403) {
    return new PkgError('PKG_REPOSITORY_UNAUTHORIZED', `${where} takes no upload from you (it answers ${status})`, {
      notes,
      hints: ['give --username and --password-stdin, or --password-stdin alone for a token'],
    });
  }
  const isMissing = status === 404 || status === 405;
  return new PkgError('PKG_REPOSITORY_UNREACHABLE', `${where} does not take the upload (it answers ${status})`, {
    notes,
    hints: [
      isMissing
        ? 'upload to a repository that has the API of ChartMuseum'
        : status === 413
          ? TOO_LARGE
          : 'correct what the server reports, or try again later',
    ],
  });
}

/** The message of an error answer of ChartMuseum, `{"error": "…"}`. */
function messageOf(body: Buffer): string {
  try {
    return printable(textField(parseJson(body.toString('utf8'), 'the answer'), 'error'), 300);
  } catch {
    return '';
  }
}
