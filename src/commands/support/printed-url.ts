import { shownText } from '../../repository/urls.ts';

/** The address of a repository in a list: as it is configured, but without a name and password in it. */
export function printedUrl(url: string): string {
  return /\/\/[^/@]*@/.test(url) ? shownText(url) : url;
}
