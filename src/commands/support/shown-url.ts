import { shownText } from '../../repository/urls.ts';

/** An address without the name and password that it may hold; addresses without a login as they are written. */
export function withoutLogin(url: string): string {
  return /\/\/[^/@]*@/.test(url) ? shownText(url) : url;
}
