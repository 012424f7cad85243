/** Which trust policy counts: small, since every command that takes a chart asks. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { configHome } from '../paths.ts';

/** A file that holds a policy. One that was named has to be there. */
export type PolicyFile = { file: string; isNamed: boolean };

/**
 * The file of `--trust-policy`, of `PKG_TRUST_POLICY`, or `trust.yaml` in Helm's folder of configuration.
 *
 * @param named of the flag; empty without one
 * @returns undefined where none is named and there is no such file
 */
export function trustPolicyFile(named: string, env: NodeJS.ProcessEnv): PolicyFile | undefined {
  const chosen = named || env['PKG_TRUST_POLICY'] || '';
  if (chosen !== '') return { file: chosen, isNamed: true };
  const file = join(configHome(env), 'trust.yaml');
  try {
    return statSync(file, { throwIfNoEntry: false }) === undefined ? undefined : { file, isNamed: false };
  } catch {
    // Anything but that it is not there may hide a policy; reading it tells what is the matter.
    return { file, isNamed: false };
  }
}
