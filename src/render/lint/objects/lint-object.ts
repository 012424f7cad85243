/** The objects that lint rules look at. */
import type { Position } from '../../../errors.ts';
import type { ValueMap, ValuePath } from '../../../yaml/value.ts';
import type { Head } from '../templates/documents.ts';

/** An object, the file inside the chart that it comes from, and the position of each of its fields. */
export type LintObject = {
  path: string;
  object: ValueMap;
  head: Head;
  at: (keys: ValuePath) => Position;
  /** The path below `values` of the value that is a field as a whole, where a native template prints one. */
  valuePath?: (keys: ValuePath) => readonly string[] | undefined;
  /** The whole output of its file, for a Go template. Helm's rules read it; our own are only infos there. */
  printed?: string;
};
