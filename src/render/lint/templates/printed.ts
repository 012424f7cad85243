/** Helm's rules on the output of Go templates, which read the text of a whole file (helm v4, rules/template.go). */
import { textOf } from '../../../chart/fields.ts';
import { printable } from '../../../errors-text.ts';
import { YamlError } from '../../../yaml/yaml-error.ts';
import { readFirstDocument } from '../../../yaml/read.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value } from '../../../yaml/value.ts';
import { decodeText } from '../../gotemplate/value.ts';
import type { GoText } from '../../gotemplate/engine.ts';
import { readText } from './documents.ts';
import { field, mapAt } from '../objects/fields.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';
import type { LintObject } from '../objects/lint-object.ts';

/** Helm stops reading at a longer line. */
const MAX_LINE_LENGTH = 1 << 16;

/**
 * Reads what a Go template printed.
 *
 * @param path the template inside its chart
 * @returns its objects, and the findings on the text
 */
export function lintPrinted({ file, text }: GoText, path: string): { objects: LintObject[]; messages: LintMessage[] } {
  const at = { file };
  const { documents, error } = readText(text);
  const objects = documents.map(({ value, head }) => ({ path, object: value, head, printed: text, at: () => at }));
  const messages: LintMessage[] = [];
  const indented = indentProblem(text);
  if (indented !== undefined) messages.push(finding('template-indent', path, indented, at));
  if (error !== undefined)
    messages.push(finding('template-invalid', path, `what it prints cannot be read: ${error}`, at));
  return { objects, messages };
}

/** Does Helm's lint check the output of this file? */
export function isYamlFile(path: string): boolean {
  return /\.ya?ml$/i.test(path);
}

function indentProblem(text: string): string | undefined {
  const first = /^(?:[^\S\n]*\n)*([^\n]*)/.exec(text)?.[1] ?? '';
  if (first.trim() === '') return undefined;
  if (first.length >= MAX_LINE_LENGTH) return 'what it prints begins with a line of more than 64 KiB';
  if (!/^[ \t]/.test(first)) return undefined;
  return `what it prints begins with an indented line, which may not be read as it is meant: ${printable(decodeText(first), 80)}`;
}

/** Does the text hold a selector, by Helm's rule? */
export function mentionsSelector(text: string): boolean {
  return text.includes('matchLabels') || text.includes('matchExpressions');
}

/**
 * Helm's rule on lists, which reads the first document of a file, even where the list is another one.
 *
 * @returns the message, and the keys that lead to the error
 */
export function listProblem(text: string): { message: string; keys: (string | number)[] } | undefined {
  let document: Value;
  try {
    document = readFirstDocument(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { message: `the output is not YAML: ${error.message}`, keys: [] };
  }
  const items = field(document, 'items') ?? null;
  if (items !== null && !Array.isArray(items)) return { message: 'items is not a list', keys: ['items'] };
  let ignored: { message: string; keys: (string | number)[] } | undefined;
  for (const [index, item] of (items ?? []).entries()) {
    const keys = ['items', index];
    const metadata = field(item, 'metadata') ?? null;
    const annotations = field(metadata, 'annotations') ?? null;
    if ([item, metadata, annotations].some((value) => value !== null && !isMap(value))) {
      return { message: 'an item, its metadata or its annotations are not a map', keys };
    }
    for (const [name, annotation] of mapAt(item, 'metadata', 'annotations')) {
      if (textOf(annotation) === undefined) {
        return { message: `the annotation ${printable(name, 60)} is not a text`, keys };
      }
      if (name === 'helm.sh/resource-policy') ignored ??= { message: POLICY_IGNORED, keys };
    }
  }
  return ignored;
}

/** The message for a resource policy at an item of a List. */
export const POLICY_IGNORED = "annotation 'helm.sh/resource-policy' within List objects is ignored";
