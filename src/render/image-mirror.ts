/** Names of images in a rendered chart, changed to those of a mirror. */
import { mirroredImage } from '../image-name.ts';
import type { ImageMirror } from '../image-name.ts';
import { printYaml } from '../yaml/print.ts';
import { cloneValue } from '../yaml/value.ts';
import { encodeText } from './gotemplate/value.ts';
import { renameImages } from './images.ts';
import type { Rendered, RenderedDocument } from './render.ts';
import type { ValuePath } from '../yaml/value.ts';

/** The same objects and hooks with images of a mirror. What names none is left as it was printed, comments included. */
export function withMirror(rendered: Pick<Rendered, 'objects' | 'hooks'>, mirror: ImageMirror): void {
  const mirrored = <D extends RenderedDocument>(document: D): D => {
    const object = document.object === undefined ? undefined : cloneValue(document.object);
    if (object === undefined || !renameImages(object, (image) => mirroredImage(image, mirror))) return document;
    const printed = printYaml(object);
    // As native templates print, without a newline at the end, and as Go's do.
    const own =
      document.bytes === undefined
        ? { text: printed.replace(/\n$/, '') }
        : { text: printed, bytes: encodeText(printed) };
    const trace = (path: ValuePath): ReturnType<D['trace']> => document.trace(path) as never;
    return { ...document, source: document.source, object, ...own, trace };
  };
  rendered.objects = rendered.objects.map(mirrored);
  rendered.hooks = rendered.hooks.map(mirrored);
}
