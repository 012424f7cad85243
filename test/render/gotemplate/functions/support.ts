/** Runs many small templates at once by helm and by pkg: the output of each, or its error. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { findBuiltin } from '../../../../src/render/gotemplate/builtins.ts';
import { functionNames, isFunction, loadFunctions } from '../../../../src/render/gotemplate/functions/index.ts';
import { defineAll, Machine } from '../../../../src/render/gotemplate/machine.ts';
import type { Namespace } from '../../../../src/render/gotemplate/machine.ts';
import { parseTemplate } from '../../../../src/render/gotemplate/parse.ts';
import { quoteGo } from '../../../../src/render/functions/quote.ts';
import { decodeText, encodeText, fromValue, TypedMap } from '../../../../src/render/gotemplate/value.ts';
import type { GoMap, GoValue } from '../../../../src/render/gotemplate/value.ts';
import { parseYaml } from '../../../../src/yaml/read.ts';
import { temporaryFolder, writeFiles } from '../../../chart/support.ts';
import { helm } from '../../../support/helm.ts';

await loadFunctions(functionNames());

/** What a template does: it prints a text, shown as Go's `%q` shows it, or fails with a message. */
export type Outcome = { printed: string } | { error: string };

/** What `.Values` holds in all of these templates. */
const VALUES = `n: 1000000
neg: -7
f: 1.5
zero: 0
s: "é😀x"
empty: ""
bt: true
bf: false
l: [1, a, null, {b: [x, 1.5]}]
m: {z: 1, a: {k: v, deep: {er: [1, 2]}}, e: {}, t: ""}
`;

/** Charts that one helm looks at: their templates fail apart from each other. */
const BATCH = 1000;

/**
 * What helm does with each template. `helm lint` goes on after a chart that fails, so every template is in a
 * chart of its own; and as it prints errors only, what a template prints is put into one.
 */
export function helmOutcomes(templates: readonly string[]): Outcome[] {
  const outcomes: Outcome[] = [];
  for (let start = 0; start < templates.length; start += BATCH) {
    outcomes.push(...helmBatch(templates.slice(start, start + BATCH)));
  }
  return outcomes;
}

const CRASH = 'helm crashes';

function helmBatch(templates: readonly string[]): Outcome[] {
  const folder = temporaryFolder();
  const files: Record<string, string> = { 'values.yaml': VALUES };
  templates.forEach((template, index) => {
    files[`${index}/Chart.yaml`] = `apiVersion: v2\nname: x${index}\nversion: 1.0.0\n`;
    files[`${index}/templates/NOTES.txt`] =
      `{{define "s"}}${template}{{end}}{{include (printf "<<%s>>" (include "s" .)) .}}`;
  });
  writeFiles(folder, files);
  const { status, stdout } = helm(
    ['lint', '--values', 'values.yaml', ...templates.map((_, index) => join('.', String(index)))],
    { cwd: folder },
  );
  // A template that holds itself overflows Go's stack, which no program survives.
  if (status !== 0 && status !== 1) {
    if (templates.length === 1) return [{ error: CRASH }];
    const middle = templates.length >> 1;
    return [...helmBatch(templates.slice(0, middle)), ...helmBatch(templates.slice(middle))];
  }
  const outcomes = new Map<number, Outcome>();
  for (const part of stdout.split(/^==> Linting /m)) {
    const [, index, text] = /^(\d+)\n(?:\[INFO\][^\n]*\n)*\[ERROR\] templates\/: ([^]*)$/.exec(part) ?? [];
    if (index === undefined || text === undefined) continue;
    const printed = /no template "<<([^]*)>>" associated with template "gotpl"\s*$/.exec(text)?.[1];
    outcomes.set(Number(index), printed === undefined ? { error: text.trim() } : { printed: `"${printed}"` });
  }
  return templates.map((template, index) => {
    const outcome = outcomes.get(index);
    if (outcome === undefined) throw new Error(`helm says nothing about ${template}`);
    return outcome;
  });
}

const isKnown = (name: string): boolean => findBuiltin(name) !== undefined || isFunction(name);

/** What pkg does with a template. */
export function pkgOutcome(template: string): Outcome {
  const parse = (text: string): ReturnType<typeof parseTemplate> =>
    parseTemplate({ name: 's', file: 's', text }, isKnown);
  try {
    const namespace: Namespace = new Map();
    defineAll(namespace, parse(encodeText(template)).templates);
    const machine = new Machine(namespace, {
      limits: { depth: 1000, steps: 1e6, outputLength: 1e7 },
      lookup: () => new Map(),
      now: new Date(),
      // In the same way as helm's lint.
      lint: true,
      enableDns: false,
      parse,
    });
    const values = fromValue(parseYaml(VALUES, 'values.yaml'));
    const block = (entries: GoValue): TypedMap =>
      new TypedMap('interface {}', entries as GoMap, { type: 'common.Values' });
    const data = block(new Map([['Values', block(values)]]));
    const main = namespace.get('s');
    return { printed: decodeText(quoteGo(main === undefined ? '' : machine.execute(main, data))) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { error: decodeText(error.message) };
  }
}

/**
 * Expects pkg to print what helm prints, and to refuse what helm refuses; and with the same message, unless
 * `sameErrors` is false.
 */
export function expectSame(templates: readonly string[], options: { sameErrors?: boolean } = {}): void {
  const { sameErrors = true } = options;
  const ours = templates.map((template) => pkgOutcome(template));
  // What holds itself takes helm ten seconds and a GiB before it crashes: only the first of them is tried.
  const endless = templates.filter((_, index) => isEndless(ours[index]));
  const rest = templates.filter((_, index) => !isEndless(ours[index]));
  const tried = [...rest, ...endless.slice(0, 1)];
  const outcomes = [...helmOutcomes(rest), ...helmOutcomes(endless.slice(0, 1))];
  const theirs = new Map(tried.map((template, index) => [template, outcomes[index]]));
  const different = templates.flatMap((template, index) => {
    const pkg = ours[index] as Outcome;
    const helms = theirs.get(template) ?? { error: CRASH };
    if ('printed' in helms ? 'printed' in pkg && pkg.printed === helms.printed : 'error' in pkg) {
      if (!('error' in pkg) || !('error' in helms) || !sameErrors) return [];
      if (helms.error === CRASH || plain(helms.error).endsWith(plain(pkg.error))) return [];
    }
    return [{ template, pkg, helm: helms }];
  });
  expect({ count: different.length, different: different.slice(0, 20) }).toEqual({ count: 0, different: [] });
}

function isEndless(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && 'error' in outcome && outcome.error.includes('nested too deeply');
}

/** Helm breaks some of its errors into lines. */
function plain(error: string): string {
  return error.replaceAll(/\s+/g, ' ').trim();
}
