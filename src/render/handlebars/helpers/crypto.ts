/** Passwords, keys and encryption. Random results are stored with the release, so that upgrades keep them. */
import { bytesOf } from '../../../utf8.ts';
import { decryptAes, encryptAes, generatePrivateKey } from '../../functions/keys.ts';
import { checkUserName, derivePassword, hashPassword } from '../../functions/passwords.ts';
import { helper, size, text } from './parameters.ts';
import type { Helper, HelperContext } from './types.ts';

export const cryptos: Record<string, Helper> = {
  bcrypt: helper([text('password')], ([password], context) => bcrypt(password, context)),
  htpasswd: helper([text('user'), text('password')], ([user, password], context) => {
    checkUserName(user);
    return `${user}:${bcrypt(password, context)}`;
  }),
  derivePassword: helper(
    [size('counter'), text('type'), text('password'), text('user'), text('site')],
    ([counter, type, password, user, site]) => derivePassword(counter, type, password, user, site),
  ),
  genPrivateKey: helper([text('type')], ([type], context) =>
    context.remember('genPrivateKey', [type], () => generatePrivateKey(type)),
  ),
  encryptAES: helper([text('password'), text('text')], ([password, text], context) =>
    context.remember('encryptAES', [password, text], () => encryptAes(password, text)),
  ),
  decryptAES: helper([text('password'), text('encrypted')], ([password, encrypted]) => decryptAes(password, encrypted)),
};

function bcrypt(password: string, context: HelperContext): string {
  return context.remember('bcrypt', [password], () => hashPassword(bytesOf(password)));
}
