/** Hides Secrets in manifests, as Helm's `--hide-secret` does. */
import { isMap } from '../yaml/value.ts';
import { parseYamlDocuments } from '../yaml/read.ts';

/** The text in place of a Secret. */
export const HIDDEN_SECRET = '# HIDDEN: The Secret output has been suppressed';

/** Replaces each document of a manifest that is, or contains, a Secret. */
export function hideSecrets(manifest: string): string {
  return manifest.replace(
    /^---\n(# Source: .*\n)?((?:(?!^---\n)[^])*)/gm,
    (whole, source: string = '', body: string) => {
      return holdsSecret(body) ? `---\n${source}${HIDDEN_SECRET}\n` : whole;
    },
  );
}

function holdsSecret(text: string): boolean {
  // Parsing is slow, and most documents do not contain the word.
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
    // A document that does not parse may be a Secret.
    return true;
  }
}
