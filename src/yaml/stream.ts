/** Splits streams of YAML as Kubernetes does. */
import { syntaxError, YamlError } from './yaml-error.ts';

/** The most documents of a stream, which are read one by one: more than any file of values or CRDs has. */
const MAX_PARTS = 100_000;

/**
 * The parts of a stream. A part ends where a line begins with `---`, even within a text in quotes (k8s.io/apimachinery,
 * pkg/util/yaml/decoder.go, YAMLReader). If the text begins with such a line, that line belongs to the first part.
 *
 * @throws {YamlError} where something other than a comment follows the dashes
 */
export function* partsOfStream(text: string): Generator<{ from: number; text: string }> {
  let from = 0;
  let count = 0;
  for (let at = text.startsWith('---') ? 0 : nextMark(text, 0); at !== -1; at = nextMark(text, at)) {
    const end = text.indexOf('\n', at);
    const [mark = ''] = /^\s*[^\s#]+.*/.exec(text.slice(at + 3, end)) ?? [];
    if (mark !== '') throw syntaxError(`invalid document separator: ${mark.trim()}`, at + 3, 0);
    if (at === from) continue;
    if (++count > MAX_PARTS)
      throw new YamlError('this YAML holds too many documents', at, undefined, { tooComplex: true });
    yield { from, text: text.slice(from, at) };
    from = end + 1;
  }
  yield { from, text: text.slice(from) };
}

/** The offset of the next line after `at` that begins with dashes; -1 for none. */
function nextMark(text: string, at: number): number {
  const found = text.indexOf('\n---', at);
  return found === -1 ? -1 : found + 1;
}
