/** The `User-Agent` of pkg, which audit logs of clusters show. */
import { VERSION } from '../../version.ts';

/** `kubepkg/VERSION (PLATFORM/ARCHITECTURE)` */
export function userAgent(): string {
  return `kubepkg/${VERSION} (${process.platform}/${process.arch})`;
}
