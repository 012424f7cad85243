/** How pkg calls itself in the audit logs of clusters. */
import { VERSION } from '../../version.ts';

export function userAgent(): string {
  return `kubepkg/${VERSION} (${process.platform}/${process.arch})`;
}
