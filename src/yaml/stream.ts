/** Streams of YAML as Kubernetes takes them apart. */
import { syntaxError, YamlError } from './yaml-error.ts';

/** More documents than one file of values or CRDs has; each is read by itself. */
const MAX_PARTS = 100_000;

/**
 * The parts of a stream: it ends where a line begins with `---`, whatever YAML would make of that line, as within a text
 * in quotes (k8s.io/apimachinery, pkg/util/yaml/decoder.go, YAMLReader). A line that nothing comes before begins a part.
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
    if (++count > MAX_PARTS) throw new YamlError('this YAML holds too many documents', at, undefined, true);
    yield { from, text: text.slice(from, at) };
    from = end + 1;
  }
  yield { from, text: text.slice(from) };
}

/** Where the next line behind a place is that begins with dashes; -1 for none. */
function nextMark(text: string, at: number): number {
  const found = text.indexOf('\n---', at);
  return found === -1 ? -1 : found + 1;
}
