/** Commands about charts have helm's flags, with the same letters and types of values. */
import { expect, test } from 'vitest';
import { TABLE } from '../../src/commands/table.ts';
import type { FlagExtras } from '../../src/commands/support/flag-types.ts';
import { helm } from '../support/helm.ts';

type Flag = { letter: string | undefined; takes: 'nothing' | 'value' | 'value after =' };

/** The flags that the help of a command of helm lists. */
function flagsOfHelm(words: readonly string[]): Map<string, Flag> {
  const { stdout } = helm([...words, '--help']);
  const lines = stdout.matchAll(/^ +(?:-(\w), )?--([\w-]+)(?: ([a-zA-Z]\w*))?(\[=[^\]]*\])?(?: {2,}|$)/gm);
  return new Map(
    [...lines].map(([, letter, name = '', type, bare]) => [
      name,
      { letter, takes: bare !== undefined ? 'value after =' : type === undefined ? 'nothing' : 'value' },
    ]),
  );
}

async function flagsOfPkg(id: string): Promise<Map<string, Flag>> {
  const command = await TABLE.commands[id]?.load();
  const all = Object.entries({ ...command?.command.baseFlags, ...command?.command.flags });
  return new Map(
    all.flatMap(([name, flag]) => {
      const { bare } = flag as FlagExtras;
      const takes = flag.type === 'boolean' ? 'nothing' : bare === undefined ? 'value' : 'value after =';
      return [name, ...(flag.aliases ?? [])].map((one): [string, Flag] => [one, { letter: flag.char, takes }]);
    }),
  );
}

/** Post-renderers are plugins of helm, which pkg does not run. */
const WITHOUT: ReadonlySet<string> = new Set(['post-renderer', 'post-renderer-args']);

const COMMANDS =
  'repo:add repo:index repo:list repo:remove repo:update search:repo search:hub pull push show:all show:chart show:crds ' +
  'show:readme show:values registry:login registry:logout dependency:build dependency:list dependency:update package ' +
  'verify template lint';

test.each(COMMANDS.split(' '))('%s', async (id) => {
  const theirs = [...flagsOfHelm(id.split(':'))].filter(([name]) => !WITHOUT.has(name));
  const ours = await flagsOfPkg(id);
  expect(theirs.length).toBeGreaterThan(15);
  expect(theirs.map(([name]) => [name, ours.get(name)])).toEqual(theirs);
});
