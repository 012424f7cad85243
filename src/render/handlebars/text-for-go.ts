/** The text that a Go template gets from a native partial. */
import { PkgError } from '../../errors.ts';
import { printYaml } from '../../yaml/print.ts';
import { isMap } from '../../yaml/value.ts';
import type { Host } from './evaluation.ts';
import type { Output } from './output.ts';
import { ComposeError } from './compose-errors.ts';
import { printedText } from './tpl.ts';

/**
 * The text of a native partial: YAML where it prints maps or lists, so that no value can change their structure, else
 * the printed text. A value decides which only where it is all that one of its documents holds.
 *
 * @param output the output of the partial, as structure
 * @throws {PkgError} for errors in its structure
 */
export function textForGo(
  { structure, checkStructure }: Pick<Host, 'structure' | 'checkStructure'>,
  output: Output,
): string {
  const documents = isText(checkStructure, output) ? [] : structure(output);
  const isStructure = documents.some((document) => isMap(document) || Array.isArray(document));
  const text = isStructure ? documents.map((document) => printYaml(document)).join('---\n') : printedText(output);
  // The newline at the end of a partial's file is not part of its text.
  return text.replace(/\r?\n$/, '');
}

/** Is the output a text without structure, whatever the values in it are? */
function isText(check: Host['checkStructure'], output: Output): boolean {
  try {
    check(output);
    return false;
  } catch (error) {
    const cause = error instanceof PkgError ? error.cause : undefined;
    if (!(cause instanceof ComposeError)) throw error;
    if (cause.isYaml) return true;
    // `yes` is an error as a value in a map or a list, but a text like others where it is the whole output.
    const text = output.toString();
    const isAll = text.slice(0, cause.offset).trim() === '' && !/^---/m.test(text);
    if (isAll || /^[^\s[{]+$/.test(text.trim())) return true;
    throw error;
  }
}
