/** The errors of reading the structure of a document, with their hints. */
import type { YAMLException } from 'js-yaml';
import type { Markers } from './markers.ts';

/** How deep maps and lists of a document may be nested. */
export const MAX_DEPTH = 500;

/** An error in the text of a document, at an offset of it. */
export class ComposeError extends Error {
  readonly offset: number;
  readonly hints: readonly string[];
  /** It is about the value of a mustache, and not about the text of the template. */
  readonly isSlot: boolean;
  /** It comes from js-yaml, and says no more than what js-yaml expected. */
  isYaml = false;
  constructor(
    message: string,
    offset: number,
    hints: readonly string[] = [],
    { isSlot = false }: { isSlot?: boolean } = {},
  ) {
    super(message);
    this.offset = offset;
    this.hints = hints;
    this.isSlot = isSlot;
  }
}

/** A key that is written twice in a map. */
export class DuplicateKey extends ComposeError {
  readonly first: number;
  constructor(key: string, offset: number, first: number, hints: readonly string[] = []) {
    super(`the key ${key} is given twice in this map`, offset, hints);
    this.first = first;
  }
}

/** The error for a text that js-yaml cannot read. */
export function yamlError(error: YAMLException, text: string, markers: Markers): ComposeError {
  const offset = error.mark?.position ?? 0;
  if (error.reason.startsWith('tag name') && text.slice(0, offset).includes('!\uE000')) return valueAsTag(offset - 1);
  const alone = aloneBetween(text, markers, offset);
  if (alone !== undefined) return alone;
  const sign = signAt(error.reason, text, offset);
  if (sign !== undefined) return sign;
  const found = new ComposeError(explain(error.reason), offset, hintsFor(error.reason, text, offset));
  found.isYaml = !/^nesting exceeded|\btab\b/.test(error.reason);
  return found;
}

/** A value alone on its line at or before an error: it stands between keys or items, and is neither. */
function aloneBetween(text: string, markers: Markers, offset: number): ComposeError | undefined {
  const end = text.indexOf('\n', offset);
  const lines = text.slice(0, end < 0 ? text.length : end).split('\n');
  let at = text.slice(0, end < 0 ? text.length : end).length;
  for (const line of lines.toReversed().slice(0, 3)) {
    at -= line.length;
    const hasMarker = markers.has(line);
    // `{{spread x}}` prints a colon behind its marker.
    if (hasMarker && markers.isMarker(line.replace(/:\s*$/, ''))) {
      const before = text.slice(0, Math.max(0, at)).trimEnd();
      return new ComposeError(
        'there is a value without a key here, between keys or items',
        at + line.search(/\S/),
        [
          ...(/[|>][-+0-9]*$/.test(before) ? ['indent the lines of a text after | or > further than its key'] : []),
          '{{spread x}} adds the keys of a map, - {{spread x}} the items of a list, - {{x}} one item',
        ],
        { isSlot: true },
      );
    }
    at--;
    if (line.trim() !== '' && at < offset && !hasMarker && line !== lines.at(-1)) break;
  }
  return undefined;
}

/** The error for a value where a tag of YAML stands, as in `a: !{{x}}`. */
export function valueAsTag(offset: number): ComposeError {
  const hint = 'a value has its own type: write {{x}}, or "{{x}}" for a string';
  return new ComposeError('a value cannot be a tag', offset, [hint], { isSlot: true });
}

/** The error for a text that begins with a sign that YAML reads otherwise, or not at all. */
function signAt(reason: string, text: string, offset: number): ComposeError | undefined {
  const start = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1;
  const line = text.slice(start).split('\n')[0] ?? '';
  const found = /^\s*(?:- +)*(?:[^\s"'[{#:]+: +)?(?=([@`%*]))/.exec(line);
  const at = start + (found?.[0].length ?? 0);
  const isAlias = /alias/.test(reason);
  if (found?.[1] === undefined || offset < at || offset > at + 2 || (found[1] === '*' && !isAlias)) return undefined;
  return new ComposeError(`a text cannot begin with ${found[1]} here`, at, ['put quotes around it']);
}

function explain(reason: string): string {
  if (reason.startsWith('nesting exceeded')) return `the rendered text is nested deeper than ${MAX_DEPTH} levels`;
  return `the rendered text is not YAML: ${reason}`;
}

function hintsFor(reason: string, text: string, offset: number): string[] {
  const line = text.slice(text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1).split('\n')[0] ?? '';
  if (/^ *\t/.test(line)) return ['YAML is indented with spaces; there is a tab on this line'];
  if (reason.includes('flow collection'))
    return [
      'entries in { } and [ ] have commas between them: write what a loop prints on lines of its own, each a key or an item',
    ];
  if (/(?:^|[^{])\{[^{}]*\}\}(?!\})/.test(line)) return ['a mustache needs two braces: {{x}}'];
  if (/(?:: +|- +)\{\{/.test(line)) return ['a text that begins with a brace needs quotes around it'];
  if (/mapping values|bad indentation|implicit/.test(reason)) {
    return ['check the indentation; a text with ": " or a leading { [ * & ! % @ ` needs quotes around it'];
  }
  return [];
}

/** Hints for a map or a list where a key belongs. */
export function keyHints(text: string, offset: number): string[] {
  if (text.startsWith('{{', offset - 1)) return ['a text that begins with a brace needs quotes around it'];
  return text[offset] === '{' ? ['a mustache needs two braces: {{x}}'] : [];
}
