/** Ranges of bytes in an index: charts, and batches of the entries of a chart that has more than are parsed at once. */
import { PkgError } from '../errors.ts';
import type { Value, ValueMap } from '../yaml/value.ts';

/** A range of bytes. */
export type Span = { from: number; to: number };

/** Where the entries of a chart are. `name` is undefined where it has to be parsed. */
export type ChartRange = Span & { name: string | undefined };

/** The parts of an index. All functions throw a `PkgError` for a part that cannot be parsed by itself. */
export type IndexParts = {
  /** The index without its entries. */
  rest: () => Value;
  /** All charts, in the order of the file. */
  charts: () => Iterable<ChartRange>;
  /** The charts that may have this name. */
  named: (name: string) => Iterable<ChartRange>;
  /** The entries of a chart, in batches: maps with the chart's name as their key. */
  read: (range: ChartRange) => Iterable<ValueMap>;
};

/** Charts with more bytes are parsed in batches of about this size. */
export const BATCH: number = 1 << 20;

/** The most bytes of one version of a chart, and of an index that cannot be read in parts: the bound of a YAML text. */
export const MAX_WHOLE: number = 1 << 24;

/** Joins neighbouring entries to batches. @throws {PkgError} `PKG_REPOSITORY_INVALID` for a very large entry */
export function* batchesOf(entries: Iterable<Span>, location: string): Generator<Span> {
  let batch: Span | undefined;
  for (const { from, to } of entries) {
    if (to - from > MAX_WHOLE) {
      throw new PkgError('PKG_REPOSITORY_INVALID', 'one version of a chart takes more than 16 MiB in this index', {
        at: { file: location },
        hints: ['ask the operator of the repository to create the index again'],
      });
    }
    if (batch !== undefined && to - batch.from > BATCH) {
      yield batch;
      batch = undefined;
    }
    batch = { from: batch?.from ?? from, to };
  }
  if (batch !== undefined) yield batch;
}
