/** Manifests with their Secrets left out, as Helm's `--hide-secret` prints them. */
import { isMap } from '../../yaml/value.ts';
import { parseYamlDocuments } from '../../yaml/read.ts';

/** What stands in a Secret's place. */
export const HIDDEN_SECRET = '# HIDDEN: The Secret output has been suppressed';

/** A manifest in which every document that is, or holds, a Secret is only named. */
export function hideSecrets(manifest: string): string {
  return manifest.replace(
    /^---\n(# Source: .*\n)?((?:(?!^---\n)[^])*)/gm,
    (whole, source: string = '', body: string) => {
      return holdsSecret(body) ? `---\n${source}${HIDDEN_SECRET}\n` : whole;
    },
  );
}

function holdsSecret(text: string): boolean {
  // Most documents do not even have the word.
  if (!text.includes('Secret')) return false;
  try {
    return parseYamlDocuments(text, 'manifest').some((document) => {
      if (!isMap(document)) return false;
      const items = document.get('items');
      return [document, ...(Array.isArray(items) ? items : [])].some(
        (item) => isMap(item) && item.get('kind') === 'Secret',
      );
    });
  } catch {
    // What can't be read may be a Secret.
    return true;
  }
}
