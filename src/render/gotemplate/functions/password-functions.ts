/** Sprig's functions that hash and derive passwords, and that encrypt with one. */
import { createDecipheriv } from 'node:crypto';
import { aesKey, encryptAes } from '../../functions/keys.ts';
import { derivePassword, hashPassword, isPasswordType, isTooLongForBcrypt } from '../../functions/passwords.ts';
import { base64ErrorAt } from './base-n.ts';
import { fn, GoError } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

export const functions: FunctionGroup = {
  bcrypt: fn(['string'], (_host, password) => bcrypt(password)),
  htpasswd: fn(['string', 'string'], (_host, user, password) =>
    user.includes(':') ? `invalid username: ${user}` : `${user}:${bcrypt(password)}`,
  ),
  derivePassword: fn(['uint32', 'string', 'string', 'string', 'string'], (_host, counter, type, password, user, site) =>
    isPasswordType(type)
      ? derivePassword(counter, type, bytesOf(password), bytesOf(user), bytesOf(site))
      : `cannot find password template ${type}`,
  ),
  encryptAES: fn(['string', 'string'], (host, password, text) => {
    host.charge(text.length * 1.4);
    return encryptAes(bytesOf(password), bytesOf(text));
  }),
  decryptAES: fn(['string', 'string'], (_host, password, encrypted) => decryptAes(password, encrypted)),
};

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** The bcrypt hash of a password. As in Sprig, a password that is too long gives the text of the error. */
function bcrypt(password: string): string {
  const bytes = bytesOf(password);
  if (isTooLongForBcrypt(bytes)) {
    return 'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes';
  }
  return hashPassword(bytes);
}

/** Decrypts as Sprig does: the padding is removed without a check, so that a wrong password gives random bytes. */
function decryptAes(password: string, encrypted: string): string {
  if (encrypted === '') return '';
  const errorAt = base64ErrorAt(encrypted);
  if (errorAt !== undefined) throw new GoError(`illegal base64 data at input byte ${errorAt}`);
  const bytes = Buffer.from(encrypted, 'base64');
  if (bytes.length < 16) {
    const capacity = Math.floor(encrypted.length / 4) * 3;
    throw new GoError(`runtime error: slice bounds out of range [:16] with capacity ${capacity}`);
  }
  if (bytes.length % 16 !== 0) throw new GoError('crypto/cipher: input not full blocks');
  if (bytes.length === 16) throw new GoError('runtime error: index out of range [-1]');
  const decipher = createDecipheriv('aes-256-cbc', aesKey(bytesOf(password)), bytes.subarray(0, 16));
  decipher.setAutoPadding(false);
  const text = Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]);
  const end = text.length - (text.at(-1) ?? 0);
  if (end < 0) throw new GoError(`runtime error: slice bounds out of range [:${end}]`);
  return text.toString('latin1', 0, end);
}
