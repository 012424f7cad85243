/** What a user typed for a chart: does it lie on this machine, and is it a chart of a bundle? */
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { isBundle } from './bundle-file.ts';

/**
 * Does this mean something on this machine, whether it is there or not?
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
