/** Sprig's functions on paths. Those for the paths of the operating system behave on Windows as Helm's do on Linux. */
import { basePath, cleanPath, dirPath, extensionOf } from '../../functions/paths.ts';
import { fn } from './signature.ts';
import type { FunctionGroup } from './signature.ts';
import type { GoFunction } from '../value.ts';

const base = onPath(basePath);
const dir = onPath(dirPath);
const clean = onPath(cleanPath);
const ext = onPath(extensionOf);
const isAbs = fn(['string'], (_host, path) => path.startsWith('/'));

export const functions: FunctionGroup = {
  base,
  dir,
  clean,
  ext,
  isAbs,
  osBase: base,
  osDir: dir,
  osClean: clean,
  osExt: ext,
  osIsAbs: isAbs,
};

function onPath(change: (path: string) => string): GoFunction {
  return fn(['string'], (_host, path) => change(path));
}
