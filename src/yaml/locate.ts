import type { Document, LineCounter as Lines, Node, Pair } from 'yaml';

/** The text that was read last: whoever asks for one place of a values file asks for others. */
let last: { text: string; lines: Lines; documents: Document[] } | undefined;

/** Line and column, both from 1. */
export type Located = { line: number; column: number };

/**
 * Where in a YAML text the value at a path is written: at its key, or at the item for a list index. Undefined when the
 * text does not hold the path (or is not YAML).
 */
export async function locateKeys(text: string, path: readonly (string | number)[]): Promise<Located | undefined> {
  const found = await locatePlain(text, path);
  // How the value is written may be a secret, and positions are printed.
  return found && { line: found.line, column: found.column };
}

/** As {@link locateKeys}, and how the value is written if it is a scalar without quotes. */
export async function locatePlain(
  text: string,
  path: readonly (string | number)[],
): Promise<(Located & { plain?: string }) | undefined> {
  const { LineCounter, isAlias, isMap, isPair, isScalar, isSeq, parseAllDocuments } = await import('./document.ts');
  if (last?.text !== text) {
    const lines = new LineCounter();
    const documents = parseAllDocuments(text, { lineCounter: lines, version: '1.1', merge: true, uniqueKeys: false });
    last = { text, lines, documents: [...documents] };
  }
  const { lines, documents } = last;
  // Of several documents the last one that has the path counts, as when they are merged.
  for (const document of documents.toReversed()) {
    let node: unknown = document.contents;
    let found: Node | undefined;
    for (const part of path) {
      if (isAlias(node)) node = node.resolve(document);
      const next: unknown = isSeq(node)
        ? node.items[Number(part)]
        : isMap(node)
          ? node.items.findLast((pair) => isKey(pair, String(part)))
          : undefined;
      if (next === undefined) {
        found = undefined;
        break;
      }
      found = (isPair(next) ? next.key : next) as Node;
      node = isPair(next) ? next.value : next;
    }
    if (found?.range) {
      const { line, col } = lines.linePos(found.range[0]);
      const value = isAlias(node) ? node.resolve(document) : node;
      const plain = isScalar(value) && value.type === 'PLAIN' ? value.source : undefined;
      return { line, column: col, ...(plain !== undefined && { plain }) };
    }
  }
  return undefined;

  /** As it is read, and as it is written: `on` may be either. */
  function isKey(pair: Pair, name: string): boolean {
    if (!isScalar(pair.key)) return false;
    return String(pair.key.value ?? pair.key.source ?? '') === name || pair.key.source === name;
  }
}
