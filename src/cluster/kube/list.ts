/** Lists of objects, read page by page within bounds. */
import { getOwn, isJsonObject, textField } from '../../yaml/value.ts';
import type { KubeObject, ListQuery } from '../cluster.ts';
import { itemsOf, readItem, wrongAnswer } from './answers.ts';
import { askServed } from './ask-served.ts';
import { METADATA_OF_LIST } from './kube-api.ts';
import type { KubeApi } from './kube-api.ts';
import { resourcePath } from './resource-path.ts';
import { selectorText } from './selector.ts';

/** Objects in one page of a list of names. */
const PAGE = 500;
/** A longer list is an error: a broken server may name a next page for ever, and all pages are held in memory. */
const MAX_PAGES = 1_000;
const MAX_ITEMS = 500_000;
const MAX_BYTES = 512 << 20;

/**
 * Reads a list.
 *
 * @param options `metadataOnly`: the objects have no fields but their metadata
 * @returns no objects for a kind that the server does not serve
 * @throws {ApiError}
 */
export async function listObjects(
  cluster: KubeApi,
  query: ListQuery,
  { metadataOnly = false }: { metadataOnly?: boolean },
): Promise<KubeObject[]> {
  const { kind, namePrefix = '' } = query;
  const objects: KubeObject[] = [];
  for await (const { items, apiVersion } of pagesOf(cluster, query, { metadataOnly })) {
    // Metadata come as objects of the kind PartialObjectMetadata.
    for (const item of items) objects.push(metadataOnly ? { ...item, apiVersion, kind } : item);
  }
  return namePrefix === '' ? objects : objects.filter(({ metadata }) => metadata.name.startsWith(namePrefix));
}

/**
 * Reads the names of the objects of a list.
 *
 * @returns undefined where there are more than `most`
 * @throws {ApiError}
 */
export async function listNames(
  cluster: KubeApi,
  query: ListQuery,
  most: number,
): Promise<ReadonlySet<string> | undefined> {
  const names = new Set<string>();
  for await (const { items, left } of pagesOf(cluster, query, { metadataOnly: true, limit: PAGE })) {
    for (const { metadata } of items) names.add(metadata.name);
    if (names.size + left > most) return undefined;
  }
  return names;
}

/** A page of a list. At least `left` objects come on later pages. */
type Page = { items: KubeObject[]; left: number; apiVersion: string };

/** Reads a list page by page; no page for a kind that the server does not serve. */
async function* pagesOf(
  cluster: KubeApi,
  query: ListQuery,
  { metadataOnly, limit }: { metadataOnly: boolean; limit?: number },
): AsyncGenerator<Page> {
  const { kind, namespace = '' } = query;
  const selector = selectorText(query);
  const seen = new Set<string>();
  let [count, bytes, next] = [0, 0, ''];
  do {
    const from = next;
    const answer = await askServed(cluster, query, (resource) => ({
      method: 'GET',
      path: resourcePath(resource, namespace),
      // A server that cannot leave out the rest sends whole objects.
      ...(metadataOnly && { accept: METADATA_OF_LIST }),
      query: {
        labelSelector: selector === '' ? undefined : selector,
        limit: limit === undefined ? undefined : String(limit),
        continue: from === '' ? undefined : from,
      },
      expect: [404],
    }));
    if (answer === undefined || answer.status === 404) return;
    const { body, size, resource } = answer;
    const items = itemsOf(body, kind, cluster.description);
    count += items.length;
    bytes += size;
    if (seen.size > MAX_PAGES || count > MAX_ITEMS || bytes > MAX_BYTES || (next !== '' && seen.has(next))) {
      throw wrongAnswer(cluster.description, kind, 'a list that never ends');
    }
    seen.add(next);
    const metadata = isJsonObject(body) ? getOwn(body, 'metadata') : undefined;
    const left = isJsonObject(metadata) ? getOwn(metadata, 'remainingItemCount') : undefined;
    const { apiVersion } = resource;
    yield {
      items: items.map((item) => readItem(item, { apiVersion, kind }, cluster.description)),
      left: typeof left === 'number' ? left : 0,
      apiVersion,
    };
    next = textField(metadata, 'continue');
  } while (next !== '');
}
