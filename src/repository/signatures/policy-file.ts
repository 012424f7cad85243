/** Finds the trust policy. A small module, since every command that takes a chart loads it. */
import { lstatSync } from 'node:fs';
import { below, configHome } from '../paths.ts';

/** The file of a trust policy. It is an error if a named one does not exist. */
export type PolicyFile = { file: string; isNamed: boolean };

/**
 * The file of `--trust-policy`, of `PKG_TRUST_POLICY`, or `trust.yaml` in Helm's folder of configuration.
 *
 * @param named the value of the flag; empty without it
 * @returns undefined where none is named and there is no such file
 */
export function trustPolicyFile(named: string, env: NodeJS.ProcessEnv): PolicyFile | undefined {
  const chosen = named || env['PKG_TRUST_POLICY'] || '';
  if (chosen !== '') return { file: chosen, isNamed: true };
  const file = below(configHome(env), 'trust.yaml');
  try {
    // A link that leads nowhere, such as to a volume that is not mounted, is a policy that cannot be read.
    return lstatSync(file, { throwIfNoEntry: false }) === undefined ? undefined : { file, isNamed: false };
  } catch {
    // The file may exist and not be readable. Reading it then gives the error.
    return { file, isNamed: false };
  }
}
