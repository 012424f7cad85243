/** What a Go template gets of a native partial. */
import { PkgError } from '../../errors.ts';
import { printYaml } from '../../yaml/print.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import type { Host } from './evaluation.ts';
import type { Output } from './output.ts';
import { SkeletonError } from './skeleton-errors.ts';
import { printedText } from './tpl.ts';

/**
 * YAML where the partial prints maps or lists, so that values in it are only values; what it looks like where it prints a
 * text. Which of both it is never follows from a value, except where a value is all that it prints.
 *
 * @param output what the partial printed, as structure
 * @throws {PkgError} for what is wrong with its structure
 */
export function textForGo({ structure }: Pick<Host, 'structure'>, output: Output): string {
  const documents = structureOf(structure, output);
  const isStructure = documents.length > 0 && documents.every((document) => isMap(document) || Array.isArray(document));
  const text = isStructure ? documents.map((document) => printYaml(document)).join('---\n') : printedText(output);
  // The newline that ends a file is not part of what it says.
  return text.replace(/\r?\n$/, '');
}

/** The documents that were printed; none where it is a text that is no YAML. */
function structureOf(read: Host['structure'], output: Output): Value[] {
  try {
    return read(output);
  } catch (error) {
    const cause = error instanceof PkgError ? error.cause : undefined;
    if (!(cause instanceof SkeletonError)) throw error;
    // `yes` is an error as a value of a map, and a text like others where it is all that is printed.
    if (cause.isYaml || !printedText(output).trim().includes('\n')) return [];
    throw error;
  }
}
