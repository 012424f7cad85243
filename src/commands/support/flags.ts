/** Flags that several commands share. */
import type { FlagInput } from '@oclif/core/interfaces';
import * as Flags from './flag-types.ts';

/** Where values come from, besides the chart. */
export const VALUE_FLAGS: FlagInput<
  Record<'values' | 'set' | 'set-string' | 'set-file' | 'set-json' | 'set-literal', string[]>
> = {
  values: Flags.csv({
    char: 'f',
    helpValue: 'FILE',
    complete: 'file',
    summary: 'values from a YAML file, or - for standard input (repeatable)',
  }),
  set: Flags.strings({
    complete: 'values-key',
    helpValue: 'KEY=VALUE',
    summary: 'set values: a.b=1,c[0]=x (repeatable)',
  }),
  'set-string': Flags.strings({
    complete: 'values-key',
    helpValue: 'KEY=VALUE',
    summary: 'set values that stay strings (repeatable)',
  }),
  'set-file': Flags.strings({
    complete: 'values-key',
    helpValue: 'KEY=FILE',
    summary: 'set values from the contents of files (repeatable)',
  }),
  'set-json': Flags.strings({
    complete: 'values-key',
    helpValue: 'KEY=JSON',
    summary: 'set values from JSON (repeatable)',
  }),
  'set-literal': Flags.strings({
    complete: 'values-key',
    helpValue: 'KEY=TEXT',
    summary: 'set one value to the text as it is (repeatable)',
  }),
};

/** Which chart is meant where it does not lie on this machine. */
export const SOURCE_FLAGS: FlagInput<
  Record<'devel' | 'pass-credentials' | 'verify', boolean> & {
    version: string | undefined;
    repo: string | undefined;
    keyring: string | undefined;
  }
> = {
  version: Flags.string({
    complete: 'chart-version',
    helpValue: 'VERSION',
    summary: 'this version of the chart, or the newest that fits: ^1.2',
  }),
  devel: Flags.boolean({ summary: 'take pre-releases too, where no --version is given' }),
  repo: Flags.string({ helpValue: 'URL', summary: 'look the chart up in the repository at this address' }),
  'pass-credentials': Flags.boolean({ summary: 'send the login to every host that the repository names' }),
  verify: Flags.boolean({ summary: 'take the chart only if it is signed by a key of the keyring' }),
  keyring: Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: "public keys for --verify (default: GnuPG's pubring.gpg, else its pubring.kbx)",
  }),
};

/** How the results of a search are shown, and whether there have to be any. */
export const SEARCH_FLAGS: FlagInput<{ 'max-col-width': number; 'fail-on-no-result': boolean }> = {
  'max-col-width': Flags.integer({
    default: 50,
    min: 0,
    helpValue: 'N',
    summary: 'cut longer columns of the table, 0 for none',
  }),
  'fail-on-no-result': Flags.boolean({ summary: 'fail where nothing is found' }),
};

/** How repositories and registries are reached. */
export const REMOTE_FLAGS: FlagInput<
  Record<'username' | 'password' | 'ca-file' | 'cert-file' | 'key-file', string | undefined> &
    Record<'password-stdin' | 'insecure-skip-tls-verify' | 'plain-http' | 'offline', boolean>
> = {
  username: Flags.string({ helpValue: 'NAME', summary: 'name for the repository or registry' }),
  password: Flags.string({ helpValue: 'PASSWORD', summary: 'password for the repository or registry' }),
  'password-stdin': Flags.boolean({ summary: 'read the password from standard input', exclusive: ['password'] }),
  'ca-file': Flags.string({ helpValue: 'FILE', complete: 'file', summary: 'certificate authority of the server' }),
  'cert-file': Flags.string({ helpValue: 'FILE', complete: 'file', summary: 'client certificate' }),
  'key-file': Flags.string({ helpValue: 'FILE', complete: 'file', summary: 'key of the client certificate' }),
  'insecure-skip-tls-verify': Flags.boolean({ summary: 'do not check the certificate of the server' }),
  'plain-http': Flags.boolean({ summary: 'reach registries without TLS' }),
  offline: Flags.boolean({ summary: 'fetch nothing: take indexes and charts from the cache' }),
};

/** Takes indexes as they are. */
export const SKIP_REFRESH_FLAG: FlagInput<{ 'skip-refresh': boolean }> = {
  'skip-refresh': Flags.boolean({ summary: 'take the indexes that were fetched before, where there are some' }),
};

/** How archives are signed. */
export const SIGN_FLAGS: FlagInput<{
  sign: boolean;
  key: string | undefined;
  'passphrase-file': string | undefined;
  keyring: string | undefined;
}> = {
  sign: Flags.boolean({ summary: 'sign the archive: ARCHIVE.prov' }),
  key: Flags.string({ helpValue: 'NAME', summary: 'with --sign, a part of the name of the key' }),
  keyring: Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: "with --sign, the private keys (default: GnuPG's pubring.gpg)",
  }),
  'passphrase-file': Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: 'the passphrase of the key; - for standard input',
  }),
};

/** How charts in registries are signed. */
export const COSIGN_KEY_FLAGS: FlagInput<Record<'cosign-key' | 'passphrase-file', string | undefined>> = {
  'cosign-key': Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: "sign in the registry with this private key of cosign's; its password: COSIGN_PASSWORD, --passphrase-file",
  }),
  'passphrase-file': Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: 'the passphrase of the key; - for standard input',
  }),
};

/** Whose signature of cosign's counts. */
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
  key: Flags.string({ helpValue: 'FILE', complete: 'file', summary: 'a public key in PEM: cosign.pub' }),
  'certificate-identity': Flags.string({ helpValue: 'TEXT', summary: 'who signed, by the certificate' }),
  'certificate-identity-regexp': Flags.string({ helpValue: 'PATTERN', summary: 'the same, as a regular expression' }),
  'certificate-oidc-issuer': Flags.string({ helpValue: 'URL', summary: 'who vouches for the identity' }),
  'certificate-oidc-issuer-regexp': Flags.string({
    helpValue: 'PATTERN',
    summary: 'the same, as a regular expression',
  }),
  'trusted-root': Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: 'authorities and logs that count: trusted_root.json; with --key, a log must have the signature, too',
  }),
};

/** Fetches what is missing in `charts/`. */
export const DEPENDENCY_FLAGS: FlagInput<{ 'dependency-update': boolean }> = {
  'dependency-update': Flags.boolean({
    summary: 'fetch dependencies that are missing in charts/, and write Chart.lock',
  }),
};

/** How a chart folder is read. */
export const CHART_FLAGS: FlagInput<{ 'allow-outside-links': boolean }> = {
  'allow-outside-links': Flags.boolean({
    summary: 'follow links of the chart folder that lead beyond its repository or parent folder',
  }),
};

/** Where schemas come from that a chart's own refers to. */
export const SCHEMA_FLAGS: FlagInput<{ 'schema-cache': string | undefined; 'allow-remote-schemas': boolean }> = {
  'schema-cache': Flags.string({
    helpValue: 'FOLDER',
    complete: 'directory',
    summary: 'take schemas that values.schema.json refers to from this folder: FOLDER/HOST/PATH',
  }),
  'allow-remote-schemas': Flags.boolean({
    summary: 'fetch schemas that values.schema.json refers to, over HTTPS, and keep them in --schema-cache',
  }),
};

/** What templates may do. */
export const LIMITS_FLAG: FlagInput<{ 'template-limits': string[] }> = {
  'template-limits': Flags.pairs({
    helpValue: 'NAME=NUMBER',
    summary: 'bounds of templates: depth, steps, output in bytes (repeatable)',
  }),
};

/** Which chart is rendered, and with which values. */
export const RENDER_FLAGS: typeof SOURCE_FLAGS &
  typeof REMOTE_FLAGS &
  typeof VALUE_FLAGS &
  typeof CHART_FLAGS &
  typeof SCHEMA_FLAGS &
  typeof LIMITS_FLAG = {
  ...SOURCE_FLAGS,
  ...REMOTE_FLAGS,
  ...VALUE_FLAGS,
  ...CHART_FLAGS,
  ...SCHEMA_FLAGS,
  ...LIMITS_FLAG,
};

/** Takes images from a mirror. */
export const MIRROR_FLAG: FlagInput<{ 'image-mirror': string | undefined }> = {
  'image-mirror': Flags.string({
    helpValue: 'oci://HOST/PATH',
    summary: 'take images from this mirror, to which `pkg bundle push` copies them: HOST/PATH/docker.io/library/nginx',
  }),
};

/** How a release that is given no name gets one. */
export const NAME_FLAGS: FlagInput<{ 'generate-name': boolean; 'name-template': string | undefined }> = {
  'generate-name': Flags.boolean({ char: 'g', summary: 'make up a name that is new' }),
  'name-template': Flags.string({ helpValue: 'TEMPLATE', summary: 'make up a name by a Go template' }),
};

/** How a result is printed. */
export const OUTPUT_FLAG: FlagInput<{ output: string }> = {
  output: Flags.string({
    char: 'o',
    helpValue: 'FORMAT',
    options: ['table', 'json', 'yaml'],
    default: 'table',
    summary: 'print as table, json or yaml',
  }),
};

/** Flags that install and upgrade (and so their diffs) share and that shape the plan. */
export const PLAN_FLAGS: FlagInput<
  { rotate: string[] } & Record<
    | 'skip-crds'
    | 'no-hooks'
    | 'take-ownership'
    | 'force-conflicts'
    | 'skip-schema-validation'
    | 'render-subchart-notes'
    | 'enable-dns',
    boolean
  >
> = {
  'skip-crds': Flags.boolean({ summary: 'leave out the CRDs of crds/' }),
  'no-hooks': Flags.boolean({ summary: 'leave out hooks' }),
  'take-ownership': Flags.boolean({
    summary: 'take over objects that are there and belong to nobody or to another release',
  }),
  'force-conflicts': Flags.boolean({ summary: 'take fields that somebody else holds' }),
  'skip-schema-validation': Flags.boolean({ summary: 'do not check values against values.schema.json' }),
  'render-subchart-notes': Flags.boolean({ summary: "print subcharts' notes too" }),
  'enable-dns': Flags.boolean({ summary: 'let templates ask for addresses (getHostByName)' }),
  rotate: Flags.strings({
    helpValue: 'KEY',
    summary:
      'make the stored random values with this key anew, * for any text (repeatable); `pkg get stored` lists keys',
  }),
};

/** Flags of install and upgrade that say how the release is written down. */
export const RELEASE_FLAGS: FlagInput<{
  'create-namespace': boolean;
  'hide-notes': boolean;
  description: string | undefined;
  labels: string[];
}> = {
  'create-namespace': Flags.boolean({ summary: 'create the namespace of the release if it is not there' }),
  description: Flags.string({ helpValue: 'TEXT', summary: 'a description for this revision' }),
  labels: Flags.pairs({ char: 'l', helpValue: 'KEY=VALUE', summary: 'labels for the release record (repeatable)' }),
  'hide-notes': Flags.boolean({ summary: 'do not print the notes' }),
};

/** What is done about another operation that holds the release. */
export const LOCK_FLAGS: FlagInput<{ 'take-over': boolean; 'lock-timeout': string }> = {
  'take-over': Flags.boolean({ summary: 'take the release over from whoever holds it, alive or dead' }),
  'lock-timeout': Flags.string({
    helpValue: 'DURATION',
    default: '0s',
    summary: 'time to wait for another operation that works on the release; --timeout begins after it',
  }),
};

/** What may be waited for. */
export const WAIT_OPTIONS: readonly string[] = ['watcher', 'hookOnly', 'legacy', 'true', 'false'];

/** How install, upgrade and rollback wait. */
export const WAIT_FLAGS: FlagInput<{ wait: string; timeout: string; 'wait-for-jobs': boolean }> = {
  wait: Flags.string({
    bare: 'watcher',
    helpValue: 'HOW',
    options: WAIT_OPTIONS,
    default: 'hookOnly',
    summary: 'wait until the objects are ready; hookOnly waits for hooks alone',
  }),
  'wait-for-jobs': Flags.boolean({ summary: 'with --wait, wait until Jobs are done' }),
  timeout: Flags.string({
    helpValue: 'DURATION',
    default: '5m0s',
    summary: 'time for the whole operation: 90s, 1h30m',
  }),
};

/** Undoes what fails. */
export const ROLLBACK_ON_FAILURE_FLAG: FlagInput<{ 'rollback-on-failure': boolean }> = {
  'rollback-on-failure': Flags.boolean({
    aliases: ['atomic'],
    summary: 'undo everything when the operation fails; waits as --wait does',
  }),
};

/** How an upgrade treats the values of the revision before. */
export const VALUES_MODE_FLAGS: FlagInput<
  Record<'reset-values' | 'reuse-values' | 'reset-then-reuse-values', boolean>
> = {
  'reset-values': Flags.boolean({ summary: "forget the last revision's values" }),
  'reuse-values': Flags.boolean({
    summary: "keep the last revision's values and its chart's defaults, and merge in the given ones",
  }),
  'reset-then-reuse-values': Flags.boolean({
    summary: "take the new chart's defaults, the last revision's values, then the given ones",
  }),
};

/** Shows what would happen. */
export const DRY_RUN_FLAG: FlagInput<{ 'dry-run': string; 'hide-secret': boolean; 'show-secrets': boolean }> = {
  'dry-run': Flags.string({
    bare: 'client',
    helpValue: 'MODE',
    options: ['none', 'client', 'server'],
    default: 'none',
    summary: 'show the result and write nothing',
  }),
  'hide-secret': Flags.boolean({
    hidden: true,
    summary: 'with --dry-run, hide Secrets; they are hidden unless --show-secrets is given',
  }),
  'show-secrets': Flags.boolean({ summary: 'with --dry-run, show Secrets too' }),
};

/** How install and upgrade change a cluster. */
export const APPLY_FLAGS: typeof PLAN_FLAGS &
  typeof RELEASE_FLAGS &
  typeof LOCK_FLAGS &
  typeof WAIT_FLAGS &
  typeof ROLLBACK_ON_FAILURE_FLAG &
  typeof DRY_RUN_FLAG &
  typeof OUTPUT_FLAG = {
  ...PLAN_FLAGS,
  ...RELEASE_FLAGS,
  ...LOCK_FLAGS,
  ...WAIT_FLAGS,
  ...ROLLBACK_ON_FAILURE_FLAG,
  ...DRY_RUN_FLAG,
  ...OUTPUT_FLAG,
};

/** How many revisions are kept. */
export const HISTORY_MAX_FLAG: FlagInput<{ 'history-max': number | undefined }> = {
  'history-max': Flags.integer({ min: 0, helpValue: 'N', summary: 'revisions to keep, 0 for all (default 10)' }),
};

/** Which revision of a release. */
export const REVISION_FLAG: FlagInput<{ revision: number | undefined }> = {
  revision: Flags.integer({
    complete: 'revision',
    helpValue: 'N',
    min: 0,
    summary: 'this revision instead of the latest',
  }),
};
