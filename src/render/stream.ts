/** Documents as one stream, as `helm template` prints them. */
import { trimEndSpace } from './gotemplate/documents.ts';
import { encodeText } from './gotemplate/value.ts';
import type { RenderedDocument } from './render.ts';

/** A document, and the file of the chart that it came from: `web/templates/service.yaml`. */
export type Document = Pick<RenderedDocument, 'source' | 'text' | 'bytes'>;

/** What is printed: the manifest (CRDs and objects), and the hooks behind it. */
export type Stream = { manifest: readonly Document[]; hooks: readonly Document[] };

/** The stream, as bytes, one a character. */
export function streamOf({ manifest, hooks }: Stream): string {
  return `${trimEndSpace(manifest.map(printDocument).join(''))}\n${hooks.map(printDocument).join('')}`;
}

/** One document with its separator and its source, as bytes. */
export function printDocument({ source, text, bytes }: Document): string {
  return `---\n# Source: ${encodeText(source)}\n${bytes ?? encodeText(text)}\n`;
}
