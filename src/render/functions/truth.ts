/**
 * Whether a plain value is true as a condition, in both engines: everything is but null, undefined, false, 0, and an empty
 * text, list or map. A symbol, by which the native engine marks what is absent, is false.
 *
 * The two engines differ in what they add (docs/decisions/go-library.md). Go's types of integers, lists and maps are asked
 * by `isTrue` in `gotemplate/value.ts`. Not-a-number is true, as in Go; native templates take it for false, as Handlebars
 * does: `isTrue` in `handlebars/helpers/truth.ts`.
 */
export function isTrue(value: unknown): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    case 'bigint':
      return value !== 0n;
    case 'object':
      if (value instanceof Map) return value.size > 0;
      return Array.isArray(value) ? value.length > 0 : value !== null;
    default:
      return false;
  }
}
