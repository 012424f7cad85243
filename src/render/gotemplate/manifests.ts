/** Splits what Go templates print into documents, as Helm does (helm v4, pkg/release/v1/util/manifest*.go). */
import { PkgError } from '../../errors.ts';
import { documentHead } from '../../yaml/head.ts';
import { parseYamlDocuments } from '../../yaml/read.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import { hookOf } from '../hooks.ts';
import type { Documents } from '../engines.ts';
import type { RenderedDocument } from '../render.ts';
import type { GoText } from './engine.ts';
import { decodeText } from './value.ts';

/**
 * Splits the texts of templates into documents, and tells hooks from objects. As in Helm each document has to be YAML,
 * and nothing more is checked; a hook of an unknown event is left out, with a warning.
 *
 * @throws {NotYaml} for the first document that is not YAML
 */
export function readDocuments(texts: readonly GoText[]): Omit<Documents, 'notes'> {
  try {
    return read(texts);
  } catch (error) {
    if (error instanceof NotYaml) error.texts = texts;
    throw error;
  }
}

function read(texts: readonly GoText[]): Omit<Documents, 'notes'> {
  const found: Omit<Documents, 'notes'> = { objects: [], hooks: [], warnings: [] };
  for (const template of texts) {
    let index = 0;
    for (const bytes of splitDocuments(template.text)) {
      const { kind, name, annotations } = headOf(bytes, template);
      const document = new GoDocument(bytes, template, index++);
      const hook = hookOf(annotations);
      if (hook === undefined) found.objects.push(Object.assign(document, { kind }));
      else if (hook.unknown === undefined) found.hooks.push(Object.assign(document, hook, { kind, name }));
      else
        found.warnings.push(
          `${document.source}: ${kind} ${name} is left out: ${hook.unknown} is not the name of a hook event`,
        );
    }
  }
  return found;
}

/**
 * The error for a document that is not YAML (`PKG_TEMPLATE_YAML`). It holds what was printed, for `pkg template
 * --debug`.
 */
export class NotYaml extends PkgError {
  /** What all templates printed. */
  texts: readonly GoText[] = [];
  /** What the template of the document printed. */
  readonly text: GoText;
  /** The document, as bytes. */
  readonly document: string;

  constructor(error: PkgError, text: GoText, document: string) {
    super('PKG_TEMPLATE_YAML', `${decodeText(text.source)} does not print YAML: ${error.message}`, {
      at: { file: text.file },
      notes: error.notes,
      hints: ['see all that it prints: pkg template --debug'],
      cause: error,
    });
    this.text = text;
    this.document = document;
  }
}

function headOf(bytes: string, text: GoText): ReturnType<typeof documentHead> {
  try {
    return documentHead(bytes);
  } catch (error) {
    throw error instanceof PkgError ? new NotYaml(error, text, bytes) : error;
  }
}

/** A document. Its text is decoded and its object is read when they are asked for: printing it needs neither. */
export class GoDocument implements RenderedDocument {
  readonly source: string;
  readonly bytes: string;
  /** What its file printed. */
  readonly whole: GoText;
  readonly #index: number;
  #read: Value[] | undefined;

  /** @param index its number among the documents of its file, from 0 */
  constructor(bytes: string, whole: GoText, index: number) {
    this.source = decodeText(whole.source);
    this.bytes = bytes;
    this.whole = whole;
    this.#index = index;
  }

  /** The offset in what its file printed; another document of the file may be the same text. */
  get start(): number {
    const { text } = this.whole;
    let at = 0;
    let end = 0;
    for (const document of splitDocuments(text).slice(0, this.#index + 1)) {
      at = text.indexOf(document, end);
      end = at + document.length;
    }
    return at;
  }

  get text(): string {
    return decodeText(this.bytes);
  }

  get object(): ValueMap | undefined {
    // Helm reads documents as a stream, where each ends with a line break, which a block scalar at the end may keep.
    this.#read ??= parseYamlDocuments(`${this.text}\n`, this.source);
    const [value] = this.#read;
    return isMap(value) ? value : undefined;
  }

  trace(): ReturnType<RenderedDocument['trace']> {
    return { at: { file: this.whole.file }, valuePath: undefined };
  }
}

/** A character for which Go's `unicode.IsSpace` is true, in UTF-8. */
const SPACE =
  '(?:[\\t-\\r ]|\\xc2[\\x85\\xa0]|\\xe1\\x9a\\x80|\\xe2\\x80[\\x80-\\x8a\\xa8\\xa9\\xaf]|\\xe2\\x81\\x9f|\\xe3\\x80\\x80)';
const WIDE_SPACE = new RegExp(`^${SPACE}$`);
const LEADING_SPACE = new RegExp(`${SPACE}*`, 'y');

/** Go's `(?m)^---[ \t]*`. JavaScript's `^` would also match after `\r`. */
const SEPARATOR = /(?<![^\n])---[ \t]*/;

/**
 * Splits a text into documents as `SplitManifests` of Helm does: at every `---` that begins a line, whatever follows it
 * in the line. White space before a document is removed, white space after it is kept, and empty documents are dropped.
 */
export function splitDocuments(text: string): string[] {
  const start = withoutLeadingSpace(text);
  const parts = start.startsWith('---') || start.includes('\n---') ? start.split(SEPARATOR) : [start];
  return parts.map(withoutLeadingSpace).filter((document) => document !== '');
}

function withoutLeadingSpace(text: string): string {
  let at = 0;
  while (text.charCodeAt(at) === 10 || text.charCodeAt(at) === 32) at++;
  const first = text.charCodeAt(at);
  if (first > 32 && first < 0x80) return text.slice(at);
  LEADING_SPACE.lastIndex = at;
  LEADING_SPACE.exec(text);
  return text.slice(LEADING_SPACE.lastIndex);
}

/** A text of bytes without the white space at its end that Go's `strings.TrimSpace` removes. */
export function trimEndSpace(text: string): string {
  let end = text.length;
  for (;;) {
    const code = text.charCodeAt(end - 1);
    if (code === 32 || (code >= 9 && code <= 13)) end--;
    else if (code >= 0x80) {
      const width = [2, 3].find((size) => WIDE_SPACE.test(text.slice(Math.max(0, end - size), end)));
      if (width === undefined) break;
      end -= width;
    } else break;
  }
  return text.slice(0, end);
}
