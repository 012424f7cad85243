/** Flags that several commands share, and what they mean together with the environment. */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { ValueSources } from '../../chart/user-values.ts';
import type { RenderLimits } from '../../render/render.ts';
import type { ConnectionSettings } from '../../cluster/kube/connection.ts';
import type { FlagSpecs, FlagValues, GLOBAL_FLAGS } from './command.ts';

/** Where values come from, besides the chart. */
export const VALUE_FLAGS = {
  values: {
    type: 'csv',
    char: 'f',
    value: 'FILE',
    complete: 'file',
    summary: 'values from a YAML file, or - for standard input (repeatable)',
  },
  set: { type: 'list', value: 'KEY=VALUE', summary: 'set values: a.b=1,c[0]=x (repeatable)' },
  'set-string': { type: 'list', value: 'KEY=VALUE', summary: 'set values that stay strings (repeatable)' },
  'set-file': { type: 'list', value: 'KEY=FILE', summary: 'set values from the contents of files (repeatable)' },
  'set-json': { type: 'list', value: 'KEY=JSON', summary: 'set values from JSON (repeatable)' },
  'set-literal': { type: 'list', value: 'KEY=TEXT', summary: 'set one value to the text as it is (repeatable)' },
} as const;

/** Which chart is meant where it does not lie on this machine. */
export const SOURCE_FLAGS = {
  version: { type: 'string', value: 'VERSION', summary: 'this version of the chart, or the newest that fits: ^1.2' },
  devel: { type: 'boolean', summary: 'take pre-releases too, where no --version is given' },
  repo: { type: 'string', value: 'URL', summary: 'look the chart up in the repository at this address' },
  'pass-credentials': { type: 'boolean', summary: 'send the login to every host that the repository names' },
  verify: { type: 'boolean', summary: 'take the chart only if it is signed by a key of the keyring' },
  keyring: {
    type: 'string',
    value: 'FILE',
    complete: 'file',
    summary: "public keys for --verify (default: GnuPG's pubring.gpg, else its pubring.kbx)",
  },
} as const;

/** How the results of a search are shown, and whether there have to be any. */
export const SEARCH_FLAGS = {
  'max-col-width': {
    type: 'integer',
    default: 50,
    min: 0,
    value: 'N',
    summary: 'cut longer columns of the table, 0 for none',
  },
  'fail-on-no-result': { type: 'boolean', summary: 'fail where nothing is found' },
} as const;

/** How repositories and registries are reached. */
export const REMOTE_FLAGS = {
  username: { type: 'string', value: 'NAME', summary: 'name for the repository or registry' },
  password: { type: 'string', value: 'PASSWORD', summary: 'password for the repository or registry' },
  'password-stdin': { type: 'boolean', summary: 'read the password from standard input', exclusive: ['password'] },
  'ca-file': { type: 'string', value: 'FILE', complete: 'file', summary: 'certificate authority of the server' },
  'cert-file': { type: 'string', value: 'FILE', complete: 'file', summary: 'client certificate' },
  'key-file': { type: 'string', value: 'FILE', complete: 'file', summary: 'key of the client certificate' },
  'insecure-skip-tls-verify': { type: 'boolean', summary: 'do not check the certificate of the server' },
  'plain-http': { type: 'boolean', summary: 'reach registries without TLS' },
  offline: { type: 'boolean', summary: 'fetch nothing: take indexes and charts from the cache' },
} as const;

/** Takes indexes as they are. */
export const SKIP_REFRESH_FLAG = {
  'skip-refresh': { type: 'boolean', summary: 'take the indexes that were fetched before, where there are some' },
} as const;

/** How archives are signed. */
export const SIGN_FLAGS = {
  sign: { type: 'boolean', summary: 'sign the archive: ARCHIVE.prov' },
  key: { type: 'string', value: 'NAME', summary: 'with --sign, a part of the name of the key' },
  keyring: {
    type: 'string',
    value: 'FILE',
    complete: 'file',
    summary: "with --sign, the private keys (default: GnuPG's pubring.gpg)",
  },
  'passphrase-file': {
    type: 'string',
    value: 'FILE',
    complete: 'file',
    summary: 'with --sign, the passphrase of the key; - for standard input',
  },
} as const;

/** Fetches what is missing in `charts/`. */
export const DEPENDENCY_FLAGS = {
  'dependency-update': {
    type: 'boolean',
    summary: 'fetch dependencies that are missing in charts/, and write Chart.lock',
  },
} as const;

/** How a chart folder is read. */
export const CHART_FLAGS = {
  'allow-outside-links': {
    type: 'boolean',
    summary: 'follow links of the chart folder that lead beyond its repository or parent folder',
  },
} as const;

/** Where schemas come from that a chart's own refers to. */
export const SCHEMA_FLAGS = {
  'schema-cache': {
    type: 'string',
    value: 'FOLDER',
    complete: 'directory',
    summary: 'take schemas that values.schema.json refers to from this folder: FOLDER/HOST/PATH',
  },
  'allow-remote-schemas': {
    type: 'boolean',
    summary: 'fetch schemas that values.schema.json refers to, over HTTPS, and keep them in --schema-cache',
  },
} as const;

/** Takes images from a mirror. */
export const MIRROR_FLAG = {
  'image-mirror': {
    type: 'string',
    value: 'oci://HOST/PATH',
    summary: 'take images from this mirror, to which `pkg bundle push` copies them: HOST/PATH/docker.io/library/nginx',
  },
} as const;

/** What templates may do. */
export const LIMITS_FLAG = {
  'template-limits': {
    type: 'map',
    value: 'NAME=NUMBER',
    summary: 'bounds of templates: depth, steps, output in bytes (repeatable)',
  },
} as const;

/** How a release that is given no name gets one. */
export const NAME_FLAGS = {
  'generate-name': { type: 'boolean', char: 'g', summary: 'make up a name that is new' },
  'name-template': { type: 'string', value: 'TEMPLATE', summary: 'make up a name by a Go template' },
} as const;

/** How a result is printed. */
export const OUTPUT_FLAG = {
  output: {
    type: 'string',
    char: 'o',
    value: 'FORMAT',
    choices: ['table', 'json', 'yaml'],
    default: 'table',
    summary: 'print as table, json or yaml',
  },
} as const;

/** Flags that install and upgrade (and so their diffs) share and that shape the plan. */
export const PLAN_FLAGS = {
  'skip-crds': { type: 'boolean', summary: 'leave out the CRDs of crds/' },
  'no-hooks': { type: 'boolean', summary: 'leave out hooks' },
  'take-ownership': {
    type: 'boolean',
    summary: 'take over objects that are there and belong to nobody or to another release',
  },
  'force-conflicts': { type: 'boolean', summary: 'take fields that somebody else holds' },
  'skip-schema-validation': { type: 'boolean', summary: 'do not check values against values.schema.json' },
  'render-subchart-notes': { type: 'boolean', summary: "print subcharts' notes too" },
  'enable-dns': { type: 'boolean', summary: 'let templates ask for addresses (getHostByName)' },
} as const;

/** Flags of install and upgrade that say how the release is written down. */
export const RELEASE_FLAGS = {
  'create-namespace': { type: 'boolean', summary: 'create the namespace of the release if it is not there' },
  description: { type: 'string', value: 'TEXT', summary: 'a description for this revision' },
  labels: { type: 'map', char: 'l', value: 'KEY=VALUE', summary: 'labels for the release record (repeatable)' },
  'hide-notes': { type: 'boolean', summary: 'do not print the notes' },
} as const;

/** What is done about another operation that holds the release. */
export const LOCK_FLAGS = {
  'take-over': { type: 'boolean', summary: 'take the release over from whoever holds it, alive or dead' },
  'lock-timeout': {
    type: 'string',
    value: 'DURATION',
    default: '0s',
    summary: 'time to wait for another operation that works on the release; --timeout begins after it',
  },
} as const;

/** How install, upgrade and rollback wait. */
export const WAIT_FLAGS = {
  wait: {
    type: 'string',
    bare: 'watcher',
    value: 'HOW',
    choices: ['watcher', 'hookOnly', 'legacy', 'true', 'false'],
    default: 'hookOnly',
    summary: 'wait until the objects are ready; hookOnly waits for hooks alone',
  },
  'wait-for-jobs': { type: 'boolean', summary: 'with --wait, wait until Jobs are done' },
  timeout: { type: 'string', value: 'DURATION', default: '5m0s', summary: 'time for the whole operation: 90s, 1h30m' },
} as const;

/** Undoes what fails. */
export const ROLLBACK_ON_FAILURE_FLAG = {
  'rollback-on-failure': {
    type: 'boolean',
    aliases: ['atomic'],
    summary: 'undo everything when the operation fails; waits as --wait does',
  },
} as const;

/** How an upgrade treats the values of the revision before. */
export const VALUES_MODE_FLAGS = {
  'reset-values': { type: 'boolean', summary: "forget the last revision's values" },
  'reuse-values': {
    type: 'boolean',
    summary: "keep the last revision's values and its chart's defaults, and merge in the given ones",
  },
  'reset-then-reuse-values': {
    type: 'boolean',
    summary: "take the new chart's defaults, the last revision's values, then the given ones",
  },
} as const;

/** Shows what would happen. */
export const DRY_RUN_FLAG = {
  'dry-run': {
    type: 'string',
    bare: 'client',
    value: 'MODE',
    choices: ['none', 'client', 'server'],
    default: 'none',
    summary: 'show the result and write nothing',
  },
  'hide-secret': {
    type: 'boolean',
    hidden: true,
    summary: 'with --dry-run, hide Secrets; they are hidden unless --show-secrets is given',
  },
  'show-secrets': { type: 'boolean', summary: 'with --dry-run, show Secrets too' },
} as const;

/** How many revisions are kept. */
export const HISTORY_MAX_FLAG = {
  'history-max': { type: 'integer', min: 0, value: 'N', summary: 'revisions to keep, 0 for all (default 10)' },
} as const;

/** Which revision of a release. */
export const REVISION_FLAG = {
  revision: { type: 'integer', value: 'N', min: 0, summary: 'this revision instead of the latest' },
} as const;

type Flags<F extends FlagSpecs> = FlagValues<F>;

/** The value flags in the form that the chart room reads. */
export function valueSources(flags: Flags<typeof VALUE_FLAGS>): ValueSources {
  return {
    valueFiles: flags.values,
    setJson: flags['set-json'],
    set: flags.set,
    setString: flags['set-string'],
    setFile: flags['set-file'],
    setLiteral: flags['set-literal'],
  };
}

/** The flag's names of bounds. */
const LIMITS: Readonly<Record<string, keyof RenderLimits>> = { depth: 'depth', steps: 'steps', output: 'outputLength' };

/** The bounds that were given. Throws `PKG_USAGE` for names and numbers that are none. */
export function limitsOf(flags: Flags<typeof LIMITS_FLAG>): Partial<RenderLimits> {
  const limits: Partial<RenderLimits> = {};
  for (const [name, text] of Object.entries(flags['template-limits'])) {
    const limit = Object.hasOwn(LIMITS, name) ? LIMITS[name] : undefined;
    if (limit === undefined || !/^[1-9]\d{0,14}$/.test(text)) {
      throw new PkgError('PKG_USAGE', `--template-limits cannot be ${printable(`${name}=${text}`)}`, {
        hints: [`it takes ${Object.keys(LIMITS).join(', ')}, each with a whole number: steps=1000000000`],
      });
    }
    limits[limit] = Number(text);
  }
  return limits;
}

/** The namespace of a command: `--namespace`, else `HELM_NAMESPACE`, else that of the kubeconfig, else `default`. */
export function namespaceOf(flags: { namespace: string | undefined }, cluster?: { defaultNamespace: string }): string {
  return flags.namespace || process.env['HELM_NAMESPACE'] || cluster?.defaultNamespace || 'default';
}

/** Which cluster is meant, by flags and Helm's variables. */
export function connectionSettings(flags: Flags<typeof GLOBAL_FLAGS>): ConnectionSettings {
  const { env } = process;
  const groups = flags['kube-as-group'];
  const insecure = flags['kube-insecure-skip-tls-verify'];
  return {
    kubeconfig: flags.kubeconfig ?? '',
    context: flags['kube-context'] ?? env['HELM_KUBECONTEXT'] ?? '',
    namespace: flags.namespace ?? env['HELM_NAMESPACE'] ?? '',
    server: flags['kube-apiserver'] ?? env['HELM_KUBEAPISERVER'] ?? '',
    token: flags['kube-token'] ?? env['HELM_KUBETOKEN'] ?? '',
    asUser: flags['kube-as-user'] ?? env['HELM_KUBEASUSER'] ?? '',
    asGroups: groups.length > 0 ? groups : (env['HELM_KUBEASGROUPS'] ?? '').split(',').filter((group) => group !== ''),
    caFile: flags['kube-ca-file'] ?? env['HELM_KUBECAFILE'] ?? '',
    tlsServerName: flags['kube-tls-server-name'] ?? env['HELM_KUBETLS_SERVER_NAME'] ?? '',
    insecureSkipTlsVerify: insecure || /^(?:1|t|true)$/i.test(env['HELM_KUBEINSECURE_SKIP_TLS_VERIFY'] ?? ''),
  };
}

/** How many revisions are kept: `--history-max`, else `HELM_MAX_HISTORY`, else 10. */
export function historyMaxOf(flags: Flags<typeof HISTORY_MAX_FLAG>): number {
  const typed = flags['history-max'];
  if (typed !== undefined) return typed;
  const text = process.env['HELM_MAX_HISTORY'];
  if (text === undefined || text === '') return 10;
  if (!/^\d{1,9}$/.test(text)) {
    throw new PkgError('PKG_USAGE', `HELM_MAX_HISTORY takes a whole number, not "${printable(text)}"`);
  }
  return Number(text);
}

/** Which of the values flags rules: Helm's order where several are given. */
export function valuesModeOf(
  flags: Flags<typeof VALUES_MODE_FLAGS>,
): 'default' | 'reset' | 'reuse' | 'reset-then-reuse' {
  if (flags['reset-values']) return 'reset';
  if (flags['reuse-values']) return 'reuse';
  return flags['reset-then-reuse-values'] ? 'reset-then-reuse' : 'default';
}
