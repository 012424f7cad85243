/** `index.yaml` of a repository: which versions of a chart there are, and where (helm v4, pkg/repo/v1/index.go). */
import { Fields } from '../chart/fields.ts';
import type { Problem } from '../chart/fields.ts';
import { compareVersions, parseVersion } from '../chart/version.ts';
import { PkgError } from '../errors.ts';
import { parseJson } from '../yaml/json.ts';
import { parseYaml } from '../yaml/read.ts';
import { fromPlain, isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';

/** One version of a chart. */
export type IndexEntry = { version: string; urls: string[]; digest: string };

/**
 * The versions of a chart, the newest first; entries that Helm would pass over are left out. Undefined when the index
 * does not name the chart.
 *
 * @param location the address of the index, for messages
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for what is no index
 */
export function versionsOf(bytes: Buffer, name: string, location: string): IndexEntry[] | undefined {
  const text = bytes.toString('utf8');
  const index = readIndex(text, name, location);
  const problems: Problem[] = [];
  const fields = new Fields(index, [], problems);
  if (fields.exactText('apiVersion') === '') throw invalid('this index has no apiVersion', location);
  const entries = fields.value('entries');
  if (entries !== null && !isMap(entries)) throw invalid('the entries of this index are no map', location);
  const versions = entries?.get(name);
  if (versions === undefined) return undefined;
  if (versions !== null && !Array.isArray(versions)) throw invalid('the entries of a chart are no list', location);
  const found = (versions ?? []).flatMap((item) => entryOf(item, problems));
  const [problem] = problems;
  if (problem !== undefined) throw invalid(problem.message, location);
  return found.sort((a, b) => compare(b.version, a.version));
}

function compare(a: string, b: string): number {
  const [x, y] = [parseVersion(a), parseVersion(b)];
  return x === undefined || y === undefined ? 0 : compareVersions(x, y);
}

/** One entry; none for what is no chart. */
function entryOf(item: Value, problems: Problem[]): IndexEntry[] {
  if (item === null) return [];
  const fields = new Fields(isMap(item) ? item : new Map(), [], problems);
  if (!isMap(item)) fields.report(undefined, 'an entry of a chart is no map');
  const name = fields.text('name');
  const version = fields.exactText('version');
  const isNamed = name !== '' && name !== '.' && name !== '..' && !name.includes('/');
  const isKind = ['', 'application', 'library'].includes(fields.exactText('type'));
  const entry = { version, urls: fields.texts('urls'), digest: fields.exactText('digest') };
  return isNamed && isKind && parseVersion(version) !== undefined ? [entry] : [];
}

/** Smaller indices are read whole. */
const LARGE = 1 << 17;

function readIndex(text: string, name: string, location: string): ValueMap {
  if (text.trim() === '') throw invalid('this index is empty', location);
  if (/^\s*</.test(text)) {
    throw invalid('this is a web page where an index should be', location, ['check the address of the repository']);
  }
  try {
    if (text.startsWith('{')) return mapOf(fromPlain(parseJson(text, location)), location);
    const part = text.length > LARGE ? partOf(text, name) : undefined;
    const value = part === undefined ? undefined : readPart(part, location);
    return mapOf(value ?? parseYaml(text, location, { duplicateKeys: 'error' }), location);
  } catch (error) {
    if (!(error instanceof PkgError) || error.code === 'PKG_REPOSITORY_INVALID') throw error;
    throw new PkgError('PKG_REPOSITORY_INVALID', `this index cannot be read: ${error.message}`, {
      ...(error.at === undefined ? {} : { at: error.at }),
      cause: error,
    });
  }
}

function mapOf(value: Value, location: string): ValueMap {
  if (isMap(value)) return value;
  throw invalid('an index is a map, and here is none', location);
}

/** A part that does not stand by itself (an alias whose anchor is elsewhere) is no reason to give up. */
function readPart(part: string, location: string): Value | undefined {
  try {
    return parseYaml(part, location, { duplicateKeys: 'error' });
  } catch {
    return undefined;
  }
}

/**
 * An index with the entries of one chart only, cut out of one as Helm writes it: indices have tens of megabytes, and
 * reading them takes seconds. Undefined where it is not plain to see which lines those are.
 */
function partOf(text: string, name: string): string | undefined {
  const heads = [...text.matchAll(/^entries:[ \t]*\r?\n/gm)];
  const [head] = heads;
  if (head === undefined || heads.length > 1 || /^(?:---|\.\.\.)/m.test(text.slice(head.index))) return undefined;
  const start = head.index + head[0].length;
  const end = nextLine(text, start, /^[^\s#-]/gm);
  const indent = /^(?:[ \t]*(?:#.*)?\r?\n)*( +)\S/.exec(text.slice(start, start + 10_000))?.[1];
  if (indent === undefined) return undefined;
  const line = `\n${indent}${name}:`;
  const at = text.indexOf(line, start - 1);
  if (at === -1 || at >= end || text.indexOf(line, at + 1) !== -1) return undefined;
  if (!/^[ \t\r]*\n/.test(text.slice(at + line.length, at + line.length + 10))) return undefined;
  const until = nextLine(text, at + line.length, new RegExp(`^ {0,${indent.length}}(?![ #\\r\\n]|- )\\S`, 'gm'));
  return text.slice(0, start) + text.slice(at + 1, Math.min(until, end)) + text.slice(end);
}

/** Where the next line begins that matches; the end of the text without one. */
function nextLine(text: string, from: number, pattern: RegExp): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

function invalid(message: string, location: string, hints: readonly string[] = []): PkgError {
  return new PkgError('PKG_REPOSITORY_INVALID', message, { at: { file: location }, hints });
}
