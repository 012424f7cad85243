/**
 * Texts and keys of a YAML file that YAML reads otherwise than they look: `tag: 1.25"` is a text that ends with a quote,
 * `quota:{pods: 5}` and `{cpu:1}` have no key `quota` or `cpu`.
 */
import { printable } from '../../../errors-text.ts';
import { DocumentReader } from '../../../yaml/nodes.ts';
import type { YamlNode } from '../../../yaml/nodes.ts';
import { positionAt } from '../../../yaml/read.ts';
import { finding } from '../message.ts';
import type { LintMessage, Severity } from '../message.ts';

/** Further findings are left out. */
const MAX_FINDINGS = 20;

/**
 * Finds such texts and keys.
 *
 * @param name the file inside the chart
 * @param file the file as messages name it
 */
export function lintMistyped(text: string, name: string, file: string, severity?: Severity): LintMessage[] {
  const found: LintMessage[] = [];
  const add = ({ at }: YamlNode, message: string): void => {
    if (found.length < MAX_FINDINGS)
      found.push(finding('value-mistyped', name, message, positionAt(text, at, file), severity));
  };
  const visit = (node: YamlNode): void => {
    if (node.kind === 'scalar' && node.implicit && node.value.endsWith('"') && node.value.split('"').length % 2 === 0)
      add(
        node,
        `${printable(node.value, 60)} ends with a quote that none opens: put quotes around the whole text, or take it away`,
      );
    for (const [index, child] of node.children.entries()) {
      visit(child);
      const isKey = node.kind === 'map' && index % 2 === 0 && child.kind === 'scalar' && child.implicit;
      const [, key, rest] = (isKey && /^([\w.-]+):([[{"'].*|[A-Za-z0-9].*)$/s.exec(child.value)) || [];
      // A key that lacks a blank has no value in {cpu:1}, and one that is not its own in a:{b: c}.
      const isAlone = /^\s*[,}]/.test(text.slice(child.at + child.value.length, child.at + child.value.length + 20));
      if (key !== undefined && rest !== undefined && (/^[[{"']/.test(rest) || (isAlone && /^[A-Za-z_]/.test(key))))
        add(
          child,
          `${printable(child.value, 60)} is the key here: write a blank behind the colon of ${printable(key)}`,
        );
    }
  };
  const document = new DocumentReader(text).next();
  if (document !== undefined) visit(document);
  return found;
}
