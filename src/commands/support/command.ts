/**
 * What a command is: plain data that says what may be typed, and a function that does it.
 *
 * The same data drives parsing, help, completion scripts and the reference in `docs/cli`, so it holds
 * no code but `run`. One line about each command is in `registry.ts`, so that listing them loads none.
 */

/** What a flag's value names, so that shells can complete it. */
export type Completion = 'file' | 'directory' | 'chart';

type FlagBase = {
  /** One short letter: `n` for `-n`. */
  char?: string;
  /** One line for help, in lower case, without a full stop. */
  summary: string;
  /** What the value stands for in help: `NAME`. */
  value?: string;
  complete?: Completion;
  /** Further long names. */
  aliases?: readonly string[];
  /** Accepted, but not shown. */
  hidden?: boolean;
  /** Flags that may not be given beside this one. */
  exclusive?: readonly string[];
};

/** One flag, as pflag (and so Helm) knows it. */
export type FlagSpec = FlagBase &
  (
    | { type: 'boolean' }
    | {
        type: 'string';
        choices?: readonly string[];
        default?: string;
        /** The value when the flag is given alone: `--dry-run`. Another value then needs `=`. */
        bare?: string;
      }
    | { type: 'integer'; default?: number; min?: number }
    /** May be repeated, each value as it is. */
    | { type: 'list' }
    /** May be repeated, each value a comma-separated list. */
    | { type: 'csv' }
    /** May be repeated, each value `key=value,key=value`. */
    | { type: 'map' }
  );

/** Flags by long name. */
export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

type FlagValue<F extends FlagSpec> = F extends { type: 'boolean' }
  ? boolean
  : F extends { type: 'string'; default: string }
    ? string
    : F extends { type: 'string' }
      ? string | undefined
      : F extends { type: 'integer'; default: number }
        ? number
        : F extends { type: 'integer' }
          ? number | undefined
          : F extends { type: 'map' }
            ? Record<string, string>
            : string[];

/** The values of flags after parsing. */
export type FlagValues<F extends FlagSpecs> = { [Name in keyof F]: FlagValue<F[Name]> };

/** One argument: `[NAME]` is optional, `NAME...` takes the rest. */
export type ArgSpec = {
  name: string;
  summary: string;
  optional?: boolean;
  rest?: boolean;
  /** The words that it may be, for completion; the command checks them. */
  choices?: readonly string[];
  complete?: Completion;
};

/** Flags that every command takes. */
export const GLOBAL_FLAGS = {
  namespace: {
    type: 'string',
    char: 'n',
    value: 'NAME',
    summary: "namespace of the release (default: the kubeconfig's)",
  },
  target: {
    type: 'string',
    value: 'TARGET',
    summary: 'where objects live: dir:PATH for a folder of manifests, else a cluster',
  },
  kubeconfig: {
    type: 'string',
    value: 'FILE',
    complete: 'file',
    summary: 'kubeconfig file (default $KUBECONFIG, ~/.kube/config)',
  },
  'kube-context': { type: 'string', value: 'NAME', summary: 'context of the kubeconfig' },
  'kube-apiserver': { type: 'string', value: 'URL', summary: 'address of the API server' },
  'kube-token': { type: 'string', value: 'TOKEN', summary: 'bearer token' },
  'kube-as-user': { type: 'string', value: 'NAME', summary: 'user to act as' },
  'kube-as-group': { type: 'list', value: 'NAME', summary: 'group to act as (repeatable)' },
  'kube-ca-file': {
    type: 'string',
    value: 'FILE',
    complete: 'file',
    summary: 'certificate authority of the API server',
  },
  'kube-tls-server-name': { type: 'string', value: 'NAME', summary: "name in the API server's certificate" },
  qps: { type: 'string', hidden: true, summary: 'requests are not held back: an API server says when it has too many' },
  'burst-limit': { type: 'string', hidden: true, summary: 'as --qps' },
  'kube-insecure-skip-tls-verify': { type: 'boolean', summary: "do not check the API server's certificate" },
  'repository-config': { type: 'string', value: 'FILE', complete: 'file', summary: "Helm's file of repositories" },
  'repository-cache': {
    type: 'string',
    value: 'FOLDER',
    complete: 'directory',
    summary: 'folder of indexes that were fetched',
  },
  'registry-config': {
    type: 'string',
    value: 'FILE',
    complete: 'file',
    summary: "Helm's file of logins to registries",
  },
  'content-cache': {
    type: 'string',
    value: 'FOLDER',
    complete: 'directory',
    summary: 'folder of charts that were fetched',
  },
  debug: { type: 'boolean', summary: 'show stack traces and what happens inside' },
  color: {
    type: 'string',
    value: 'WHEN',
    choices: ['never', 'auto', 'always'],
    aliases: ['colour'],
    summary: 'use colours',
  },
  help: { type: 'boolean', char: 'h', summary: 'show help for a command' },
} as const;

/** What a running command is given. */
export type CommandContext<F extends FlagSpecs> = {
  flags: FlagValues<F & typeof GLOBAL_FLAGS>;
  /** The arguments in the order they were typed; at least as many as the command requires. */
  args: [string, ...string[]] | string[];
  /** Which flags were typed. */
  given: ReadonlySet<string>;
};

/** A command's own help. */
export type CommandHelp = {
  /** What it does, in sentences. */
  description?: readonly string[];
  examples?: readonly { command: string; says: string }[];
};

/** A command. {@link defineCommand} makes one with its flags typed. */
export type Command<F extends FlagSpecs = FlagSpecs> = CommandHelp & {
  args: readonly ArgSpec[];
  flags: F;
  /** Does the work and prints the result. Gives the exit status when it is not 0. */
  run(context: CommandContext<F>): Promise<number | void>;
};

/** Gives back the command; there for its types. */
export function defineCommand<const F extends FlagSpecs>(command: Command<F>): Command {
  return command as unknown as Command;
}

/** How a command is called: `pkg install [NAME] CHART [flags]`. */
export function usageLine(id: string, command: Pick<Command, 'args'>): string {
  const args = command.args.map(({ name, optional, rest }) => {
    const text = rest ? `${name}...` : name;
    return optional ? `[${text}]` : text;
  });
  return ['pkg', id, ...args, '[flags]'].join(' ');
}
