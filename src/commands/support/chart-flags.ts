/** Flags about a chart, its values and how it is rendered. */
import type { FlagInput } from '@oclif/core/interfaces';
import * as Flags from './flag-types.ts';
import { REMOTE_FLAGS } from './remote-flags.ts';

/** Flags for values that override those of the chart. */
export const VALUE_FLAGS: FlagInput<
  Record<'values' | 'set' | 'set-string' | 'set-file' | 'set-json' | 'set-literal', string[]>
> = {
  values: Flags.csv({
    char: 'f',
    helpValue: 'FILE',
    complete: 'file',
    summary: 'read values from this YAML file, or from standard input for - (repeatable)',
  }),
  set: Flags.strings({
    complete: 'values-key',
    helpValue: 'KEY=VALUE',
    summary: 'set values on the command line: a.b=1,c[0]=x (repeatable)',
  }),
  'set-string': Flags.strings({
    complete: 'values-key',
    helpValue: 'KEY=VALUE',
    summary: 'set string values: a.b=1,c[0]=x (repeatable)',
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
    summary: 'set a string value without interpreting commas or escapes (repeatable)',
  }),
};

/** Flags for a chart that is fetched: its version, its repository, its signature. */
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
    summary: 'version of the chart, or a constraint that selects the newest match: ^1.2',
  }),
  devel: Flags.boolean({ summary: 'also consider pre-releases; has no effect with --version' }),
  repo: Flags.string({ helpValue: 'URL', summary: 'find the chart in the repository at this address' }),
  'pass-credentials': Flags.boolean({ summary: 'send the login to other hosts that the index names, too' }),
  verify: Flags.boolean({ summary: 'use the chart only if a key of the keyring has signed it' }),
  keyring: Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: "public keys for --verify (default: GnuPG's pubring.gpg, else its pubring.kbx)",
  }),
};

/** The flag that fetches missing dependencies. */
export const DEPENDENCY_FLAGS: FlagInput<{ 'dependency-update': boolean }> = {
  'dependency-update': Flags.boolean({
    summary: 'download the dependencies that are missing in charts/, and write Chart.lock',
  }),
};

/** The flag for reading a chart folder. */
export const CHART_FLAGS: FlagInput<{ 'allow-outside-links': boolean }> = {
  'allow-outside-links': Flags.boolean({
    summary: 'follow symbolic links in the chart folder that lead outside of its Git repository or parent folder',
  }),
};

/** Flags for schemas that a chart's values.schema.json refers to. */
export const SCHEMA_FLAGS: FlagInput<{ 'schema-cache': string | undefined; 'allow-remote-schemas': boolean }> = {
  'schema-cache': Flags.string({
    helpValue: 'FOLDER',
    complete: 'directory',
    summary: 'folder with the schemas that values.schema.json refers to, each at HOST/PATH',
  }),
  'allow-remote-schemas': Flags.boolean({
    summary: 'download schemas that values.schema.json refers to, and store them in --schema-cache',
  }),
};

/** The flag for limits of templates. */
export const LIMITS_FLAG: FlagInput<{ 'template-limits': string[] }> = {
  'template-limits': Flags.pairs({
    helpValue: 'NAME=NUMBER',
    summary: 'limit templates: depth, steps, output in bytes (repeatable)',
  }),
};

/** Flags of all commands that render a chart: which chart, with which values, and what its templates may do. */
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

/** The version of Kubernetes that templates see as `.Capabilities.KubeVersion` where no cluster is asked. */
export const KUBE_VERSION_FLAG: FlagInput<{ 'kube-version': string | undefined }> = {
  'kube-version': Flags.string({
    helpValue: 'VERSION',
    summary: 'Kubernetes version for .Capabilities.KubeVersion',
  }),
};

/** API versions that templates see in `.Capabilities.APIVersions` where no cluster is asked. */
export const API_VERSIONS_FLAG: FlagInput<{ 'api-versions': string[] }> = {
  'api-versions': Flags.csv({
    char: 'a',
    helpValue: 'VERSION',
    summary: 'API versions to add to .Capabilities.APIVersions (repeatable)',
  }),
};

/** Flags of the commands that render a chart without a cluster: the flags stand in for what it would answer. */
export const LOCAL_RENDER_FLAGS: typeof RENDER_FLAGS &
  typeof DEPENDENCY_FLAGS &
  typeof KUBE_VERSION_FLAG &
  typeof API_VERSIONS_FLAG = {
  ...RENDER_FLAGS,
  ...DEPENDENCY_FLAGS,
  ...KUBE_VERSION_FLAG,
  ...API_VERSIONS_FLAG,
};

/** The flag for a mirror of images. */
export const MIRROR_FLAG: FlagInput<{ 'image-mirror': string | undefined }> = {
  'image-mirror': Flags.string({
    helpValue: 'oci://HOST/PATH',
    summary: 'take images from this mirror, filled by `pkg bundle push`: HOST/PATH/docker.io/library/nginx',
  }),
};

/** Flags that make a name for a release. */
export const NAME_FLAGS: FlagInput<{ 'generate-name': boolean; 'name-template': string | undefined }> = {
  'generate-name': Flags.boolean({ char: 'g', summary: 'generate the name from the chart and the time' }),
  'name-template': Flags.string({ helpValue: 'TEMPLATE', summary: 'generate the name with this Go template' }),
};

/** Where `package` and `pull` write an archive. */
export const DESTINATION_FLAG: FlagInput<{ destination: string }> = {
  destination: Flags.string({
    char: 'd',
    helpValue: 'FOLDER',
    default: '.',
    complete: 'directory',
    summary: 'write the archive into this folder',
  }),
};
