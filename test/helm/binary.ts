/** The helm that is compared with, from the Go module that is pinned beside this file. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goProgram } from '../support/go-program.ts';

/**
 * The newest patch of Go 1.27 when Helm 4.3.2 was released: its workflow builds with the newest patch of the line
 * that `.github/env` of the release names. Go 1.27's `encoding/json`, `compress/flate` and Unicode tables differ from
 * those of 1.26, and what helm prints with them.
 */
const TOOLCHAIN = 'go1.27.3';

/**
 * The path of helm: what `HELM` names, else a build of the module, made if it was not yet (three minutes on two cores).
 *
 * @throws an `Error` where there is no Go, or the module cannot be downloaded
 */
export async function helmBinary(): Promise<string> {
  const { HELM } = process.env;
  if (HELM !== undefined && HELM !== '') return HELM;
  const folder = dirname(fileURLToPath(import.meta.url));
  const version = /helm\.sh\/helm\/v4 (v\S+)/.exec(readFileSync(join(folder, 'go.mod'), 'utf8'))?.[1];
  // As Helm's Makefile has them. The commit is left out: a module does not say which it is of.
  const settings = Object.entries({ version, metadata: '', gitTreeState: 'clean' });
  return goProgram({
    folder,
    target: 'helm.sh/helm/v4/cmd/helm',
    ldflags: [
      '-w',
      '-s',
      ...settings.map(([name, value]) => `-X helm.sh/helm/v4/internal/version.${name}=${value}`),
    ].join(' '),
    toolchain: TOOLCHAIN,
    message: `Building helm ${version}; this is done once and takes some minutes`,
  });
}
