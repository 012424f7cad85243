/** Candidates for a word, from the cluster, kubeconfig files, repositories, charts and folders. */
import { openNamespace } from '../support/operate.ts';
import type { Completion } from '../support/flag-types.ts';
import { Directive } from './directive.ts';
import type { Candidate, Line, Offer } from './offer.ts';
import { ReleaseStore } from '../../release/store.ts';
import { textField } from '../../yaml/value.ts';

/**
 * Finds the candidates for a word.
 *
 * @param kind what the word names
 * @param word its first letters
 * @throws whatever reading the cluster or files throws
 */
export async function candidatesFor(kind: Completion, word: string, line: Line): Promise<Offer> {
  switch (kind) {
    case 'file':
      return { candidates: [], directive: 0 };
    case 'directory':
      return { candidates: [], directive: Directive.folders };
    case 'release':
      return known(await releases(line));
    case 'revision':
      return ordered(await revisions(line));
    case 'namespace':
      return known(await namespaces(line));
    case 'context':
      return known(await contexts(line));
    case 'repository':
      return known((await import('./charts.ts')).repositories(line));
    case 'local-chart':
      return (await import('./charts.ts')).FILES;
    case 'chart':
    case 'remote-chart':
      return (await import('./charts.ts')).charts(word, line, kind === 'chart');
    case 'chart-version':
      return ordered(await (await import('./charts.ts')).versions(line));
    case 'values-key':
      return (await import('./values-keys.ts')).valuesKeys(word, line);
    case 'command':
      return known([]);
  }
}

function known(candidates: Candidate[]): Offer {
  return { candidates, directive: Directive.noFiles };
}

function ordered(candidates: Candidate[]): Offer {
  return { candidates, directive: Directive.noFiles | Directive.keepOrder };
}

/** The releases that are not on the line yet. Only metadata are read: a hundred records may have many megabytes. */
async function releases({ args, values }: Line): Promise<Candidate[]> {
  const [cluster, namespace] = await openNamespace(values);
  try {
    const heads = await new ReleaseStore(
      cluster,
      values['all-namespaces'] === true ? undefined : namespace,
    ).newestHeads();
    return heads
      .map(({ metadata: { labels } }) => ({
        word: textField(labels, 'name'),
        description: `revision ${textField(labels, 'version')}, ${textField(labels, 'status')}`,
      }))
      .filter(({ word }) => !args.includes(word))
      .sort((a, b) => (a.word < b.word ? -1 : 1));
  } finally {
    cluster.close();
  }
}

async function revisions({ args: [name = ''], values }: Line): Promise<Candidate[]> {
  if (name === '') return [];
  const [cluster, namespace] = await openNamespace(values);
  try {
    const heads = await new ReleaseStore(cluster, namespace).heads(name);
    return heads
      .map(({ metadata: { labels } }) => ({
        word: textField(labels, 'version'),
        description: textField(labels, 'status'),
      }))
      .sort((a, b) => Number(a.word) - Number(b.word));
  } finally {
    cluster.close();
  }
}

/** The namespaces of a cluster; for a folder, those with releases. */
async function namespaces({ values }: Line): Promise<Candidate[]> {
  const [cluster] = await openNamespace({ ...values, namespace: undefined });
  try {
    const found = cluster.runsWorkloads
      ? (await cluster.listMetadata({ apiVersion: 'v1', kind: 'Namespace' })).map(({ metadata }) => metadata.name)
      : (await new ReleaseStore(cluster, undefined).newestHeads()).map(({ metadata }) => metadata.namespace ?? '');
    return [...new Set(found)].sort().map((word) => ({ word }));
  } finally {
    cluster.close();
  }
}

async function contexts({ values }: Line): Promise<Candidate[]> {
  const { loadKubeconfig } = await import('../../cluster/kube/kubeconfig.ts');
  const { contexts: all } = loadKubeconfig(values.kubeconfig ?? '', process.env);
  return [...all].map(([word, { cluster }]) => ({ word, description: cluster }));
}
