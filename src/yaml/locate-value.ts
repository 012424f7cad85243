import { YamlFault } from './fault.ts';
import { DocumentReader } from './nodes.ts';
import type { YamlNode } from './nodes.ts';

/**
 * Where in a text the value at a path of its first document begins. Undefined where the text does not hold it, or holds
 * it only by an alias or a merge.
 */
export function locateValue(text: string, path: readonly (string | number)[]): number | undefined {
  let node: YamlNode | undefined;
  try {
    node = new DocumentReader(text).next();
  } catch (error) {
    if (error instanceof YamlFault) return undefined;
    throw error;
  }
  for (const part of path) node = node && childOf(node, part);
  return node?.at;
}

function childOf({ kind, children }: YamlNode, part: string | number): YamlNode | undefined {
  if (kind === 'list') return children[Number(part)];
  if (kind !== 'map') return undefined;
  // Of a key that is written twice the last one counts.
  const key = children.findLastIndex((child, index) => index % 2 === 0 && child.value === String(part));
  return key === -1 ? undefined : children[key + 1];
}
