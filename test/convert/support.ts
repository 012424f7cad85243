/** Renders charts before and after their conversion, by helm and by pkg. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { parseYamlDocuments } from '../../src/yaml/read.ts';
import { isMap } from '../../src/yaml/value.ts';
import type { Value } from '../../src/yaml/value.ts';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';

const CHART_YAML = 'apiVersion: v2\nname: c\nversion: 1.0.0\n';

/** Writes a chart into a folder. */
export function writeChart(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries({ 'Chart.yaml': CHART_YAML, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** The objects that a program prints, in an order of their own; a null is not a field. */
export function objectsOf(stdout: string): Value[] {
  const key = (value: Value): string => JSON.stringify(isMap(value) ? [value.get('kind'), nameOf(value)] : []);
  return parseYamlDocuments(stdout, 'out')
    .filter((value) => value !== null)
    .map(withoutNulls)
    .toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

export function nameOf(object: Value): Value | undefined {
  const metadata = isMap(object) ? object.get('metadata') : undefined;
  return isMap(metadata) ? metadata.get('name') : undefined;
}

function withoutNulls(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  const entries = [...value]
    .filter(([, item]) => item !== null)
    .map(([key, item]) => [key, withoutNulls(item)] as const);
  return new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Renders a chart with helm and its conversion with pkg, and compares the objects. */
export function expectSame(go: string, native: string, args: readonly string[]): void {
  const theirs = helm(['template', 'demo', go, ...args]);
  const ours = pkg(['template', 'demo', native, ...args]);
  expect(ours.status, `${args.join(' ')}\n${ours.stderr}\n${theirs.stderr}`).toBe(theirs.status);
  if (theirs.status === 0) expect(objectsOf(ours.stdout), args.join(' ')).toEqual(objectsOf(theirs.stdout));
}
