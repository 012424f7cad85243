/** Whether a converted chart prints the objects that helm made of the Go chart; apart from what the conversion uses. */
import { isDeepStrictEqual } from 'node:util';
import { parseYaml, parseYamlDocuments } from '../../src/yaml/read.ts';
import { PkgError } from '../../src/errors.ts';
import { isMap } from '../../src/yaml/value.ts';
import type { Value, ValueMap } from '../../src/yaml/value.ts';

/** What a program printed. */
type Run = { status: number | null; stdout: string; stderr: string };

/**
 * The first difference between what helm prints of a Go chart and pkg of its conversion, in words. Undefined where
 * there is none that a user would mind, as `docs/convert.md` lists them: a text that Helm pasted without quotes stays
 * a text; a null is not a field; checksums of texts are others. What no API server would take is not compared.
 */
export function differenceOf(helm: Run, pkg: Run): string | undefined {
  if (helm.status !== 0) {
    const isRefusal = /execution error at|don't meet the specifications/.test(helm.stderr);
    return isRefusal && pkg.status === 0 ? `only helm refuses: ${helm.stderr}` : undefined;
  }
  if (pkg.status !== 0) {
    // A name that is not a string, a label that is a map: Helm prints these, and an API server refuses them.
    // Of a key that is there twice Helm takes the last.
    if (isGarbled(helm.stdout)) return undefined;
    if (/PKG_OBJECT|PKG_TEMPLATE_OBJECT|is given twice in this map/.test(pkg.stderr)) return undefined;
    return `only pkg refuses: ${pkg.stderr}`;
  }
  const [theirs, ours] = [objectsOf(helm.stdout), objectsOf(pkg.stdout)];
  for (const name of new Set([...theirs.keys(), ...ours.keys()])) {
    const [was, became] = [theirs.get(name), ours.get(name)];
    if (was === undefined || became === undefined) return `only ${was === undefined ? 'pkg' : 'helm'} prints ${name}`;
    const found = isGarbled(shown(was)) ? undefined : difference(was, became, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Objects by the files that they come from, kinds and places. */
function objectsOf(stdout: string): Map<string, ValueMap> {
  const objects = new Map<string, ValueMap>();
  const counts = new Map<string, number>();
  for (const [source, text] of documentsOf(stdout)) {
    for (const object of parseYamlDocuments(text, source)) {
      if (!isMap(object) || object.size === 0) continue;
      const group = `${source} ${String(object.get('kind'))}`;
      const count = counts.get(group) ?? 0;
      counts.set(group, count + 1);
      objects.set(`${group} ${count}`, object);
    }
  }
  return objects;
}

function* documentsOf(stdout: string): Generator<[string, string]> {
  let source = '';
  for (const part of stdout.split(/^---$/m)) {
    source = /^# Source: (.*?)(?:\.hbs)?$/m.exec(part)?.[1] ?? source;
    yield [source, part];
  }
}

function difference(was: Value, became: Value, at: string): string | undefined {
  if (isMap(was) && isMap(became)) {
    for (const key of new Set([...was.keys(), ...became.keys()])) {
      const found = difference(was.get(key) ?? null, became.get(key) ?? null, `${at}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (Array.isArray(was) && Array.isArray(became)) {
    if (was.length !== became.length) return `${at}: ${was.length} items became ${became.length}`;
    for (const [index, item] of was.entries()) {
      const found = difference(item, became[index] ?? null, `${at}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  // A number and a bigint are compared exactly by == alone: `===` never holds, and Number() would round the bigint.
  // oxlint-disable-next-line eqeqeq
  if (was === became || (typeof was === 'number' && (typeof became) in { number: 0, bigint: 0 } && was == became)) {
    return undefined;
  }
  // Go prints large numbers of values files so.
  if (typeof was === 'string' && withoutExponents(was) === became) return undefined;
  const isHash = /^[0-9a-f]{40,64}$/.test(String(was)) && /^[0-9a-f]{40,64}$/.test(String(became));
  if (isHash || (typeof became === 'string' && isRead(became, was))) return undefined;
  // Go's toYaml sorts keys.
  const isYaml = typeof was === 'string' && typeof became === 'string' && was.includes('\n');
  if (isYaml && sortedLines(was) === sortedLines(became) && readsAs(became, parseYaml(was, ''))) return undefined;
  return `${at}: ${shown(was)} became ${shown(became)}`;
}

function sortedLines(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^(?: |- )*/, ''));
  return lines.sort().join('\n');
}

function withoutExponents(text: string): string {
  return text.replaceAll(/\d(?:\.\d+)?e[+-]\d+/g, (number) => String(Number(number)));
}

/** What Go prints of a list or a map where a text should stand. */
function isGarbled(text: string): boolean {
  return /map\[|%!/.test(text);
}

/** Does YAML read the text so where it is pasted, without quotes or between them? */
function isRead(text: string, as: Value): boolean {
  return [text, `"${text}"`, `'${text}'`].some((pasted) => readsAs(pasted, as));
}

function readsAs(text: string, as: Value): boolean {
  try {
    return isDeepStrictEqual(parseYaml(text, ''), as);
  } catch (error) {
    if (error instanceof PkgError) return false;
    throw error;
  }
}

function shown(value: Value): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner instanceof Map ? Object.fromEntries(inner) : typeof inner === 'bigint' ? String(inner) : inner,
  );
}
