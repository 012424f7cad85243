/** The objects that lint rules look at. */
import type { Position } from '../../errors.ts';
import type { ValueMap, ValuePath } from '../../yaml/value.ts';
import type { Head } from './documents.ts';

/** An object, the file inside the chart that it comes from, and where a field of it is written. */
export type LintObject = {
  path: string;
  object: ValueMap;
  head: Head;
  at: (keys: ValuePath) => Position;
  /** All that its file printed, of a Go template. Helm's rules look at that, and only they decide over it. */
  printed?: string;
};
