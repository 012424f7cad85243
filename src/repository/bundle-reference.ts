/** Recognizes references to charts that are paths, or charts in bundles. */
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { isBundle } from './bundle-file.ts';

/**
 * Is a reference a path on this machine? Also one that does not exist, if it begins with `.` or `/`.
 *
 * @param repo the address of the repository that the name is looked up in; empty for none
 */
export function isPath(reference: string, repo: string): boolean {
  if (repo !== '') return false;
  if (reference === '' || existsSync(reference) || isAbsolute(reference) || reference.startsWith('.')) return true;
  return bundleReference(reference) !== undefined;
}

/** A bundle, and the name of a chart in it; empty where the bundle has only one. */
export type BundleReference = { file: string; name: string };

/** Reads `FILE` or `FILE#NAME`; undefined where that file is not a bundle. */
export function bundleReference(reference: string): BundleReference | undefined {
  if (isBundle(reference)) return { file: reference, name: '' };
  if (!reference.includes('#')) return undefined;
  const [, file = '', name = ''] = /^(.+)#([^#/]+)$/s.exec(reference) ?? [];
  return file !== '' && isBundle(file) ? { file, name } : undefined;
}
