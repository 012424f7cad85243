/** `.Files`: the files of a chart that are neither templates nor read by Helm itself (helm v4, pkg/engine/files.go). */
import type { Chart } from '../../chart/chart.ts';
import { charge, chargeCopy } from '../functions/limits.ts';
import { globMatcher } from '../glob/glob.ts';
import { FunctionNotLoaded } from './exec-errors.ts';
import { findFunction } from './functions/index.ts';
import { fn } from './functions/signature.ts';
import type { FunctionHost } from './template.ts';
import { ByteList, encodeText, sortedKeys, stringList, TypedMap } from './value.ts';
import type { GoMap, GoValue } from './value.ts';

/** The value of `.Files`. The bytes of a file are converted when a template asks for them. */
export function filesObject(chart: Chart): TypedMap {
  const entries: GoMap = new Map();
  for (const file of [...chart.files, ...chart.crds]) {
    entries.set(encodeText(file.name), new ByteList(() => latin1(file.data)));
  }
  return filesOf(entries);
}

/** The steps of matching a name with a pattern. */
const MATCHING = 100;

function latin1(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
}

/** A value of Helm's type `engine.files`. */
function filesOf(entries: GoMap): TypedMap {
  const bytesOf = (name: string): string => contentOf(entries.get(name));
  const named = (host: FunctionHost, convert: (bytes: string) => string): GoValue => {
    const found: GoMap = new Map();
    chargeCopy(entries.size);
    for (const name of sortedKeys(entries)) found.set(baseName(name), convert(contentOf(entries.get(name))));
    return toYaml(host, new TypedMap('string', found));
  };
  return new TypedMap('[]uint8', entries, {
    type: 'engine.files',
    methods: {
      Get: fn(['string'], (_host, name) => bytesOf(name)),
      GetBytes: fn(['string'], (_host, name) => new ByteList(bytesOf(name))),
      Glob: fn(['string'], (_host, pattern) => {
        charge(MATCHING * entries.size);
        const matches = globMatcher(pattern);
        return filesOf(new Map([...entries].filter(([name]) => matches(name))));
      }),
      AsConfig: fn([], (host) => named(host, (bytes) => bytes)),
      AsSecrets: fn([], (host) => named(host, (bytes) => Buffer.from(bytes, 'latin1').toString('base64'))),
      Lines: fn(['string'], (_host, name) => {
        const text = bytesOf(name);
        // A line takes 40 bytes beside its characters.
        charge(text.length);
        return stringList(text === '' ? [] : text.replace(/\n$/, '').split('\n'));
      }),
    },
  });
}

function toYaml(host: FunctionHost, value: GoValue): GoValue {
  const found = findFunction('toYaml');
  if (found === undefined) throw new FunctionNotLoaded('toYaml');
  const call = found.call as (host: FunctionHost, value: GoValue) => GoValue;
  return call(host, value);
}

function contentOf(value: GoValue | undefined): string {
  return value instanceof ByteList ? value.bytes : '';
}

/** As Go's `path.Base`, for names of files. */
function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
