/** Flags about repositories and registries: how they are reached and searched, and how charts are signed. */
import type { FlagInput } from '@oclif/core/interfaces';
import * as Flags from './flag-types.ts';

/** Flags for connections to repositories and registries. */
export const REMOTE_FLAGS: FlagInput<
  Record<'username' | 'password' | 'ca-file' | 'cert-file' | 'key-file', string | undefined> &
    Record<'password-stdin' | 'insecure-skip-tls-verify' | 'plain-http' | 'offline', boolean>
> = {
  username: Flags.string({ helpValue: 'NAME', summary: 'user name for the repository or registry' }),
  password: Flags.string({ helpValue: 'PASSWORD', summary: 'password for the repository or registry' }),
  'password-stdin': Flags.boolean({ summary: 'read the password from standard input', exclusive: ['password'] }),
  'ca-file': Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: 'verify the certificate of the server with this CA bundle',
  }),
  'cert-file': Flags.string({ helpValue: 'FILE', complete: 'file', summary: 'client certificate for the server' }),
  'key-file': Flags.string({ helpValue: 'FILE', complete: 'file', summary: 'private key of the client certificate' }),
  'insecure-skip-tls-verify': Flags.boolean({ summary: 'do not verify the certificate of the server' }),
  'plain-http': Flags.boolean({ summary: 'use HTTP instead of HTTPS for registries' }),
  offline: Flags.boolean({ summary: 'download nothing: use only cached indexes and charts' }),
};

/** The flag of the commands that fetch indexes. */
export const INDEX_FLAGS: FlagInput<{ timeout: string }> = {
  timeout: Flags.string({
    helpValue: 'DURATION',
    default: '',
    summary: 'time limit for each index, 0s for none (default: 10m, of which 30s without an answer)',
  }),
};

/** The flag that uses cached indexes as they are. */
export const SKIP_REFRESH_FLAG: FlagInput<{ 'skip-refresh': boolean }> = {
  'skip-refresh': Flags.boolean({ summary: 'use cached indexes without checking whether they have changed' }),
};

/** Flags of the search commands. */
export const SEARCH_FLAGS: FlagInput<{ 'max-col-width': number; 'fail-on-no-result': boolean }> = {
  'max-col-width': Flags.integer({
    default: 50,
    min: 0,
    helpValue: 'N',
    summary: 'maximum width of a column, 0 for no limit',
  }),
  'fail-on-no-result': Flags.boolean({ summary: 'fail if nothing is found' }),
};

/** Flags for signing archives with PGP. */
export const SIGN_FLAGS: FlagInput<{
  sign: boolean;
  key: string | undefined;
  'passphrase-file': string | undefined;
  keyring: string | undefined;
}> = {
  sign: Flags.boolean({ summary: 'sign the archive, and write the signature to ARCHIVE.prov' }),
  key: Flags.string({ helpValue: 'NAME', summary: 'with --sign, the name of the key, or a part of it' }),
  keyring: Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: "with --sign, the keyring with the private keys (default: GnuPG's pubring.gpg)",
  }),
  'passphrase-file': Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: 'file with the passphrase of the key, or - for standard input',
  }),
};

/** Flags for signing charts in registries with cosign. */
export const COSIGN_KEY_FLAGS: FlagInput<Record<'cosign-key' | 'passphrase-file', string | undefined>> = {
  'cosign-key': Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: 'sign in the registry with this cosign private key (password: $COSIGN_PASSWORD or --passphrase-file)',
  }),
  'passphrase-file': Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: 'file with the passphrase of the key, or - for standard input',
  }),
};

/** Flags for the cosign signatures that are accepted. */
export const COSIGN_TRUST_FLAGS: FlagInput<
  Record<
    | 'key'
    | 'certificate-identity'
    | 'certificate-identity-regexp'
    | 'certificate-oidc-issuer'
    | 'certificate-oidc-issuer-regexp'
    | 'trusted-root',
    string | undefined
  >
> = {
  key: Flags.string({ helpValue: 'FILE', complete: 'file', summary: 'public key in PEM: cosign.pub' }),
  'certificate-identity': Flags.string({ helpValue: 'TEXT', summary: 'identity that the certificate must name' }),
  'certificate-identity-regexp': Flags.string({
    helpValue: 'PATTERN',
    summary: 'the identity as a regular expression',
  }),
  'certificate-oidc-issuer': Flags.string({ helpValue: 'URL', summary: 'OIDC issuer that the certificate must name' }),
  'certificate-oidc-issuer-regexp': Flags.string({
    helpValue: 'PATTERN',
    summary: 'the issuer as a regular expression',
  }),
  'trusted-root': Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: 'trusted_root.json with the trusted authorities and logs; with --key, requires an entry in a log, too',
  }),
};
