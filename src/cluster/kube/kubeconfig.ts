/**
 * Reads kubeconfig files by client-go's rules: which files are read, what each may hold, how several are merged.
 *
 * - `--kubeconfig` names one file, which must be there. Else `KUBECONFIG` lists files, of which any may be
 *   missing; else it is `~/.kube/config`.
 * - The first file that has an entry of a name, or a current context, wins; entries are never mixed.
 * - Paths in a file are relative to its folder.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { PkgError } from '../../errors.ts';
import { FileReadError, readUserFile } from '../../read-file.ts';
import { parseYaml } from '../../yaml/read.ts';
import { toPlain } from '../../yaml/value.ts';
import type { Json, Value } from '../../yaml/value.ts';
import { Fields } from './kubeconfig-fields.ts';

/** A cluster entry: its address, and how its certificate is checked. */
export type KubeCluster = {
  file: string;
  server: string;
  tlsServerName: string;
  insecureSkipTlsVerify: boolean;
  certificateAuthority: string;
  certificateAuthorityData: string;
  proxyUrl: string;
  /** The extension `client.authentication.k8s.io/exec`, which is passed to exec plugins. */
  execConfig: Json | undefined;
};

/** An exec plugin: a command that prints credentials. */
export type ExecConfig = {
  apiVersion: string;
  command: string;
  args: string[];
  env: { name: string; value: string }[];
  installHint: string;
  provideClusterInfo: boolean;
  interactiveMode: string;
};

/** A login that is built into clients, and its settings: `oidc` is the only one that client-go still has. */
export type AuthProvider = { name: string; config: Readonly<Record<string, string>> };

/** A user entry: credentials, and whom to impersonate. */
export type KubeUser = {
  file: string;
  clientCertificate: string;
  clientCertificateData: string;
  clientKey: string;
  clientKeyData: string;
  token: string;
  tokenFile: string;
  username: string;
  password: string;
  exec: ExecConfig | undefined;
  authProvider: AuthProvider | undefined;
  as: string;
  asUid: string;
  asGroups: string[];
  asUserExtra: Record<string, string[]>;
};

/** A cluster, a user and a namespace under one name. */
export type KubeContext = { file: string; cluster: string; user: string; namespace: string };

/** The merged content of all files. */
export type Kubeconfig = {
  /** The files that were looked for, and those of them that exist. */
  searched: string[];
  files: string[];
  currentContext: string;
  clusters: Map<string, KubeCluster>;
  users: Map<string, KubeUser>;
  contexts: Map<string, KubeContext>;
};

const EXEC_EXTENSION = 'client.authentication.k8s.io/exec';

/**
 * Reads and merges the kubeconfig files.
 *
 * @param explicit what `--kubeconfig` names; that file must be there
 * @throws {PkgError} `PKG_KUBECONFIG_INVALID`, with the file
 */
export function loadKubeconfig(explicit: string, env: NodeJS.ProcessEnv): Kubeconfig {
  const searched = explicit === '' ? defaultFiles(env) : [explicit];
  const merged: Kubeconfig = {
    searched,
    files: [],
    currentContext: '',
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
  };
  for (const file of searched) {
    const text = readFile(file, explicit !== '');
    if (text === undefined) continue;
    const one = parseKubeconfig(text, file);
    merged.files.push(file);
    merged.currentContext ||= one.currentContext;
    addMissing(merged.clusters, one.clusters);
    addMissing(merged.users, one.users);
    addMissing(merged.contexts, one.contexts);
  }
  return merged;
}

function defaultFiles(env: NodeJS.ProcessEnv): string[] {
  const listed = env['KUBECONFIG'];
  if (listed === undefined || listed === '') return [join(env['HOME'] || homedir(), '.kube', 'config')];
  return [...new Set(listed.split(delimiter).filter((file) => file !== ''))];
}

function readFile(file: string, required: boolean): string | undefined {
  try {
    return readUserFile(file).toString('utf8');
  } catch (error) {
    if (!(error instanceof FileReadError)) throw error;
    if (error.code === 'ENOENT' && !required) return undefined;
    throw new PkgError('PKG_KUBECONFIG_INVALID', `the kubeconfig file ${error.reason}`, {
      at: { file },
      hints: ['check --kubeconfig and KUBECONFIG'],
      cause: error,
    });
  }
}

function addMissing<T>(into: Map<string, T>, from: Map<string, T>): void {
  for (const [name, entry] of from) if (!into.has(name)) into.set(name, entry);
}

/** Reads one file. */
function parseKubeconfig(text: string, file: string): Omit<Kubeconfig, 'searched' | 'files'> {
  const root = new Fields(parseDocument(text, file), file, []);
  const kind = root.string('kind');
  const apiVersion = root.string('apiVersion');
  if ((kind !== '' && kind !== 'Config') || (apiVersion !== '' && apiVersion !== 'v1')) {
    throw root.invalid(`it is a ${apiVersion || 'v1'} ${kind || 'Config'}, not a v1 Config`);
  }
  return {
    currentContext: root.string('current-context'),
    clusters: named(root, 'clusters', 'cluster', (fields) => readCluster(fields, file)),
    users: named(root, 'users', 'user', (fields) => readUser(fields, file)),
    contexts: named(root, 'contexts', 'context', (fields) => ({
      file,
      cluster: fields.string('cluster'),
      user: fields.string('user'),
      namespace: fields.string('namespace'),
    })),
  };
}

function parseDocument(text: string, file: string): Value {
  try {
    return parseYaml(text.replace(/^\uFEFF/, ''), file);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    throw new PkgError('PKG_KUBECONFIG_INVALID', `the kubeconfig file cannot be read: ${error.message}`, {
      at: error.at ?? { file },
      cause: error,
    });
  }
}

function named<T>(root: Fields, list: string, member: string, read: (fields: Fields) => T): Map<string, T> {
  const found = new Map<string, T>();
  for (const entry of root.list(list)) {
    const name = entry.string('name');
    if (found.has(name)) throw entry.invalid(`the name ${JSON.stringify(name)} occurs twice`);
    found.set(name, read(entry.fields(member)));
  }
  return found;
}

function readCluster(fields: Fields, file: string): KubeCluster {
  const extension = fields.list('extensions').find((entry) => entry.string('name') === EXEC_EXTENSION);
  const config = extension?.get('extension');
  return {
    file,
    server: fields.string('server'),
    tlsServerName: fields.string('tls-server-name'),
    insecureSkipTlsVerify: fields.boolean('insecure-skip-tls-verify'),
    certificateAuthority: besideFile(fields.string('certificate-authority'), file),
    certificateAuthorityData: fields.base64('certificate-authority-data'),
    proxyUrl: fields.string('proxy-url'),
    execConfig: config === undefined ? undefined : toPlain(config),
  };
}

function readUser(fields: Fields, file: string): KubeUser {
  return {
    file,
    clientCertificate: besideFile(fields.string('client-certificate'), file),
    clientCertificateData: fields.base64('client-certificate-data'),
    clientKey: besideFile(fields.string('client-key'), file),
    clientKeyData: fields.base64('client-key-data'),
    token: fields.string('token'),
    tokenFile: besideFile(fields.string('tokenFile'), file),
    username: fields.string('username'),
    password: fields.string('password'),
    exec: fields.has('exec') ? readExec(fields.fields('exec'), file) : undefined,
    authProvider: fields.has('auth-provider') ? readAuthProvider(fields.fields('auth-provider')) : undefined,
    as: fields.string('as'),
    asUid: fields.string('as-uid'),
    asGroups: fields.strings('as-groups'),
    asUserExtra: readExtra(fields.fields('as-user-extra')),
  };
}

function readAuthProvider(fields: Fields): AuthProvider {
  const config = fields.fields('config');
  return {
    name: fields.string('name'),
    config: Object.fromEntries(config.keys().map((key) => [key, config.string(key)])),
  };
}

function readExtra(fields: Fields): Record<string, string[]> {
  return Object.fromEntries(fields.keys().map((key) => [key, fields.strings(key)]));
}

function readExec(fields: Fields, file: string): ExecConfig {
  const command = fields.string('command');
  const apiVersion = fields.string('apiVersion');
  const mode = fields.string('interactiveMode');
  return {
    apiVersion,
    // A name without a slash is looked up in PATH; a path is relative to the file.
    command: command.includes(sep) ? besideFile(command, file) : command,
    args: fields.strings('args'),
    env: fields.list('env').map((entry) => ({ name: entry.string('name'), value: entry.string('value') })),
    installHint: fields.string('installHint'),
    provideClusterInfo: fields.boolean('provideClusterInfo'),
    interactiveMode: mode === '' && apiVersion.endsWith('/v1beta1') ? 'IfAvailable' : mode,
  };
}

function besideFile(path: string, file: string): string {
  return path === '' || isAbsolute(path) ? path : join(resolve(dirname(file)), path);
}
