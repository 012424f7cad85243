/** Names in texts of values.yaml that `goTpl` runs: what is misspelt there prints nothing, without a word. */
import { join } from 'node:path';
import type { Chart } from '../../../chart/chart.ts';
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import { locateKeys } from '../../../yaml/locate.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value } from '../../../yaml/value.ts';
import type { MissingPart } from '../values/declared.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';
import type { NameUse } from './name-uses.ts';
import { ITEM } from './shapes.ts';

/** The fields of the root of Go templates whose names are all known. */
const CLOSED: Readonly<Record<string, readonly string[]>> = {
  Release: ['Name', 'Namespace', 'Revision', 'IsInstall', 'IsUpgrade', 'Service'],
  Template: ['Name', 'BasePath'],
  Capabilities: ['KubeVersion', 'APIVersions', 'HelmVersion'],
  Chart: [
    ...['Name', 'Home', 'Sources', 'Version', 'Description', 'Keywords', 'Maintainers', 'Icon', 'APIVersion', 'Type'],
    ...['Condition', 'Tags', 'AppVersion', 'Deprecated', 'Annotations', 'KubeVersion', 'Dependencies', 'IsRoot'],
  ],
};

/**
 * Findings on the texts of the chart's own values, at their places in values.yaml.
 *
 * @param missing where a path below `.Values` leads to nothing that is declared
 */
export function lintGoTexts(
  uses: Iterable<NameUse>,
  chart: Chart,
  missing: (path: readonly string[]) => MissingPart | undefined,
): LintMessage[] {
  const texts = new Map<string, { keys: (string | number)[]; text: string }>();
  for (const { isGoText, leads } of uses) {
    if (isGoText !== true) continue;
    for (const lead of leads)
      if (lead.to === 'value')
        for (const one of textsAt(chart.values, lead.path, [])) texts.set(one.keys.join('\0'), one);
  }
  const source = new TextDecoder().decode(chart.valuesFile?.data);
  return [...texts.values()].flatMap(({ keys, text }) =>
    problemsIn(text, missing).map((message) => {
      const at = { file: join(chart.location, 'values.yaml'), ...locateKeys(source, keys) };
      return finding('value-undeclared', 'values.yaml', message, at);
    }),
  );
}

/** The texts with actions in the values that a path leads to, and in what these hold. */
function* textsAt(
  value: Value,
  [name, ...rest]: readonly string[],
  keys: (string | number)[],
): Generator<{ keys: (string | number)[]; text: string }> {
  if (typeof value === 'string') {
    if (name === undefined && value.includes('{{')) yield { keys, text: value };
  } else if (Array.isArray(value) || isMap(value)) {
    const held: Iterable<[string | number, Value]> = value.entries();
    for (const [key, inner] of held)
      if (name === undefined || name === ITEM || name === String(key)) yield* textsAt(inner, rest, [...keys, key]);
  }
}

function problemsIn(text: string, missing: (path: readonly string[]) => MissingPart | undefined): string[] {
  const found = new Set<string>();
  // Inside these blocks `.` is something else than the root.
  const isMoved = /\{\{-?\s*(?:range|with|define)\b/.test(text);
  for (const [, action = ''] of text.matchAll(ACTION)) {
    const names = action.replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`|\/\*[^]*?\*\//g, '""').matchAll(NAME);
    for (const [written, dollar, root = '', path = ''] of names) {
      if (isMoved && dollar === '') continue;
      const [first = '', ...rest] = path.split('.');
      const problem = root === 'Values' ? undeclared([first, ...rest], missing) : notAField(root, first);
      if (problem !== undefined) found.add(`${printable(written.trim())} in this text ${problem}`);
    }
  }
  return [...found];
}

/** An action, whose texts in quotes may have braces. */
const ACTION = /\{\{-?((?:"(?:[^"\\]|\\.)*"|`[^`]*`|[^{}"`])*)\}\}/g;

const NAME = /(?<![\w)\]$.])(\$?)\.(Values|Release|Chart|Template|Capabilities)\.(\w+(?:\.\w+)*)/g;

function undeclared(
  path: readonly string[],
  missing: (path: readonly string[]) => MissingPart | undefined,
): string | undefined {
  const part = missing(path);
  if (part === undefined) return undefined;
  return `is not declared in values.yaml${part.near === undefined ? '' : `; did you mean ${printable(part.near)}?`}`;
}

function notAField(root: string, name: string): string | undefined {
  const fields = CLOSED[root] ?? [];
  if (fields.includes(name)) return undefined;
  const near = nearest(name, fields) ?? fields.find((one) => one.toLowerCase() === name.toLowerCase());
  return `does not exist${near === undefined ? '' : `; did you mean .${root}.${near}?`}`;
}
