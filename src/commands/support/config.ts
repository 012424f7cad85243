/** oclif's configuration, with commands from a table instead of from folders. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '@oclif/core/command';
import { Config } from '@oclif/core/config';
import type { Hook, Hooks, PJSON, Topic } from '@oclif/core/interfaces';
import { VERSION } from '../../version.ts';

/** The heading of a command in `pkg help`. */
export type Heading = 'charts' | 'sharing' | 'releases' | 'changes' | 'more';

/** An entry of the table of commands. */
export type CommandEntry = {
  heading: Heading;
  /** One line, in lower case, without a full stop. */
  summary: string;
  /** Other spellings of the last word of its name, as Helm has them. */
  aliases?: readonly string[];
  load: () => Promise<{ command: Command.Class }>;
};

/** The first word of commands that belong together. */
export type TopicEntry = { summary: string; aliases?: readonly string[] };

/** All commands and topics, by oclif's identifiers: `repo:add` is `pkg repo add`. */
export type CommandTable = {
  commands: Readonly<Record<string, CommandEntry>>;
  topics: Readonly<Record<string, TopicEntry>>;
};

/** What oclif reads of a package.json. */
const PACKAGE: PJSON = {
  name: 'kubepkg',
  version: VERSION,
  oclif: { bin: 'pkg', dirname: 'kubepkg', topicSeparator: ' ' },
};

/**
 * The configuration of pkg's commands. oclif's own `Config.load()` would search folders for commands and read a theme
 * and the user's shell, which took 3 of the 27 ms CPU of `pkg version` (2026-11-29).
 *
 * npm packages add commands as oclif plugins: `package.json` in the data folder ($PKG_DATA_DIR, else
 * $XDG_DATA_HOME/kubepkg) lists them under `oclif.plugins`. oclif loads them only when a word is not one of pkg's own
 * commands.
 */
export class PkgConfig extends Config {
  readonly table: CommandTable;
  #plugins: Promise<Config | undefined> | undefined;

  constructor(table: CommandTable) {
    super({ root: '' });
    this.table = table;
    this.name = PACKAGE.name;
    this.version = PACKAGE.version;
    this.pjson = PACKAGE;
    this.bin = 'pkg';
    this.dirname = 'kubepkg';
    this.topicSeparator = ' ';
  }

  override get commands(): Command.Loadable[] {
    return Object.keys(this.table.commands).flatMap((id) => this.findCommand(id) ?? []);
  }

  override get topics(): Topic[] {
    return Object.entries(this.table.topics).map(([name, { summary }]) => ({ name, description: summary }));
  }

  override findCommand(id: string, options: { must: true }): Command.Loadable;
  override findCommand(id: string, options?: { must: boolean }): Command.Loadable | undefined;
  override findCommand(id: string, options?: { must: boolean }): Command.Loadable | undefined {
    const entry = Object.hasOwn(this.table.commands, id) ? this.table.commands[id] : undefined;
    if (entry === undefined) {
      if (options?.must === true) throw new Error(`no command ${id}`);
      return undefined;
    }
    return {
      id,
      summary: entry.summary,
      aliases: [],
      hiddenAliases: [],
      hidden: false,
      args: {},
      flags: {},
      load: async () => Object.assign((await entry.load()).command, { id }),
    };
  }

  override findTopic(name: string, options: { must: true }): Topic;
  override findTopic(name: string, options?: { must: boolean }): Topic | undefined;
  override findTopic(name: string): Topic | undefined {
    return this.topics.find((topic) => topic.name === name);
  }

  /** Pkg itself has no hooks. */
  override async runHook<T extends keyof Hooks, P extends Hooks = Hooks>(): Promise<Hook.Result<P[T]['return']>> {
    return { successes: [], failures: [] };
  }

  /** oclif's configuration of the plugins that are installed, with their commands; undefined where there are none. */
  pluginConfig(): Promise<Config | undefined> {
    this.windows = process.platform === 'win32';
    this.home = homedir();
    const folder = this.scopedEnvVar('DATA_DIR') || this.dir('data');
    this.#plugins ??= existsSync(join(folder, 'package.json'))
      ? Config.load({ root: folder, pjson: PACKAGE, isRoot: true, devPlugins: false, version: VERSION })
      : Promise.resolve(undefined);
    return this.#plugins;
  }
}
