/** What a Go template gets of a native partial. */
import { PkgError } from '../../errors.ts';
import { printYaml } from '../../yaml/print.ts';
import { isMap } from '../../yaml/value.ts';
import type { Host } from './evaluation.ts';
import type { Output } from './output.ts';
import { SkeletonError } from './skeleton-errors.ts';
import { printedText } from './tpl.ts';

/**
 * YAML where the partial prints maps or lists, so that values in it are only values; what it looks like where it prints a
 * text. Which of both it is never follows from a value, except where a value is all that a document of it is.
 *
 * @param output what the partial printed, as structure
 * @throws {PkgError} for what is wrong with its structure
 */
export function textForGo(
  { structure, checkStructure }: Pick<Host, 'structure' | 'checkStructure'>,
  output: Output,
): string {
  const documents = isText(checkStructure, output) ? [] : structure(output);
  const isStructure = documents.some((document) => isMap(document) || Array.isArray(document));
  const text = isStructure ? documents.map((document) => printYaml(document)).join('---\n') : printedText(output);
  // The newline that ends a file is not part of what it says.
  return text.replace(/\r?\n$/, '');
}

/** Is what was printed a text that has no structure, whatever the values in it? */
function isText(check: Host['checkStructure'], output: Output): boolean {
  try {
    check(output);
    return false;
  } catch (error) {
    const cause = error instanceof PkgError ? error.cause : undefined;
    if (!(cause instanceof SkeletonError)) throw error;
    if (cause.isYaml) return true;
    // `yes` is an error as a value of a map or a list, and a text like others where it is all that is printed.
    const text = output.toString();
    const isAll = text.slice(0, cause.offset).trim() === '' && !/^---/m.test(text);
    if (isAll || /^[^\s[{]+$/.test(text.trim())) return true;
    throw error;
  }
}
