/**
 * The manifest of a release: all its objects as one YAML stream, as Helm writes it, and read back.
 */
import { printable } from '../errors-text.ts';
import { PkgError } from '../errors.ts';
import { parseYaml } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import { corrupt } from './codec.ts';
import type { RenderedDocument, RenderedHook } from '../render/render.ts';
import type { SourceDocument } from './plan-normal.ts';
import type { RecordedHook } from './release.ts';

/** The manifest of rendered objects, which are in install order. */
export function printManifest(documents: readonly RenderedDocument[]): string {
  return documents.map(({ source, text }) => `---\n# Source: ${source}\n${text}\n`).join('');
}

/** Rendered hooks as the record holds them. */
export function recordHooks(hooks: readonly RenderedHook[]): RecordedHook[] {
  return hooks.map((hook) => ({
    name: hook.name,
    kind: hook.kind,
    path: hook.source,
    manifest: hook.text,
    events: hook.events,
    last_run: { phase: '' },
    ...(hook.weight === 0 ? {} : { weight: hook.weight }),
    ...(hook.deletePolicies.length === 0 ? {} : { delete_policies: hook.deletePolicies }),
    ...(hook.outputLogPolicies.length === 0 ? {} : { output_log_policies: hook.outputLogPolicies }),
  }));
}

/** The texts of a manifest's documents, not parsed: callers compare them first, and parse only those that differ. */
export function splitManifest(manifest: string): string[] {
  // Not `^` with the flag m: that also matches after U+2028, which may stand inside a text.
  return manifest.split(/(?<![^\n])---[ \t]*(?:\r?\n|$)/).filter((text) => text.trim() !== '');
}

/**
 * Parses one document of a recorded manifest; undefined for one that holds comments only.
 *
 * @param where names the record in errors
 * @throws {PkgError} `PKG_RECORD_CORRUPT`
 */
export function parseDocument(text: string, where: string): SourceDocument | undefined {
  const source = /^# Source: (.*)$/m.exec(text)?.[1]?.trim() ?? where;
  let value;
  try {
    value = parseYaml(text, source);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    throw corrupt(where, `the manifest of ${printable(source)} does not parse (${error.message})`, error);
  }
  if (value === null) return undefined;
  if (!isMap(value)) throw corrupt(where, `the manifest of ${printable(source)} holds no object`);
  return { source, object: value };
}
