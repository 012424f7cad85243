/** Tells paths and charts of bundles from other references to charts. */
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
  return bundlePlace(reference) !== undefined;
}

/** A bundle, and which of its charts is meant: empty for the only one. */
export type BundlePlace = { file: string; name: string };

/** What is written as `FILE` or `FILE#NAME`, where that file is a bundle; undefined for anything else. */
export function bundlePlace(reference: string): BundlePlace | undefined {
  if (isBundle(reference)) return { file: reference, name: '' };
  if (!reference.includes('#')) return undefined;
  const [, file = '', name = ''] = /^(.+)#([^#/]+)$/s.exec(reference) ?? [];
  return file !== '' && isBundle(file) ? { file, name } : undefined;
}
