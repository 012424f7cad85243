/** What `@go` is in native templates: all that Go templates of the chart know, to be passed on to one of them. */
import type { ValueMap } from '../yaml/value.ts';

/** The parts of it that can be passed on by themselves: `@go.Chart`. */
export const GO_PARTS: readonly string[] = ['Values', 'Release', 'Chart', 'Capabilities', 'Files', 'Subcharts'];

/** It is recognised by its identity. It is empty: what it stands for is known only to the other engine. */
export const GO_ROOT: ValueMap = new Map();

const parts = new Map<ValueMap, string>(GO_PARTS.map((name) => [new Map(), name]));

/** A part of it, which is recognised like the whole; undefined where it has none of this name. */
export function goPart(name: string): ValueMap | undefined {
  return [...parts].find(([, known]) => known === name)?.[0];
}

/** The name of a part; undefined for other values. */
export function goPartName(value: ValueMap): string | undefined {
  return parts.get(value);
}
