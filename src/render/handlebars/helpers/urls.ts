/** URLs taken apart and put together. */
import { decodeText } from '../../functions/encoding.ts';
import { FunctionFailure } from '../../functions/failure.ts';
import { joinUrl, parseUrl } from '../../functions/urls.ts';
import type { UrlParts } from '../../functions/urls.ts';
import { encodeText } from '../../../utf8.ts';
import { describe } from './describe.ts';
import { helper, map, text } from './parameters.ts';
import type { Helper } from './types.ts';

export const urls: Record<string, Helper> = {
  urlParse: helper(
    [text('url')],
    ([url]) => new Map(Object.entries(parseUrl(encodeText(url))).map(([name, part]) => [name, inText(part)])),
  ),
  urlJoin: helper([map('url')], ([given]) => {
    const parts: UrlParts = {
      scheme: '',
      host: '',
      hostname: '',
      path: '',
      query: '',
      opaque: '',
      fragment: '',
      userinfo: '',
    };
    for (const name of Object.keys(parts) as (keyof UrlParts)[]) {
      const part = given.get(name) ?? '';
      if (typeof part !== 'string') {
        throw new FunctionFailure(`takes a text as ${name} of its map, not ${describe(part)}`);
      }
      parts[name] = encodeText(part);
    }
    return inText(joinUrl(parts));
  }),
};

function inText(bytes: string): string {
  return decodeText(Buffer.from(bytes, 'latin1'));
}
