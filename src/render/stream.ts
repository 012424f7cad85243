/** Documents as one stream, as `helm template` prints them. */
import { trimEndSpace } from './gotemplate/manifests.ts';
import { encodeText } from './gotemplate/value.ts';
import type { RenderedDocument } from './render.ts';

/** A document, and the file of the chart that it came from: `web/templates/service.yaml`. */
export type Document = Pick<RenderedDocument, 'source' | 'text' | 'bytes'>;

/** The parts of the output: the manifest (CRDs and objects), and behind it the hooks. */
export type Stream = { manifest: readonly Document[]; hooks: readonly Document[] };

/** The stream, as bytes, one a character. */
export function streamOf(stream: Stream): string {
  return [...piecesOf(stream)].join('');
}

/** The same, document by document: of a large stream only one has to be held at a time. */
export function* piecesOf({ manifest, hooks }: Stream): Generator<string> {
  const last = manifest.at(-1);
  for (const document of manifest) {
    const printed = withSource(document);
    yield document === last ? `${trimEndSpace(printed)}\n` : printed;
  }
  if (last === undefined) yield '\n';
  for (const document of hooks) yield withSource(document);
}

/** One document with its separator and its source, as bytes. */
export function withSource({ source, text, bytes }: Document): string {
  return `---\n# Source: ${encodeText(source)}\n${bytes ?? encodeText(text)}\n`;
}
