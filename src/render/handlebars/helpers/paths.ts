/** Slash-separated paths. */
import { basePath, cleanPath, dirPath, extensionOf } from '../../functions/paths.ts';
import { helper, text } from './parameters.ts';
import type { Helper } from './types.ts';

export const paths: Record<string, Helper> = {
  base: helper([text('path')], ([path]) => basePath(path)),
  dir: helper([text('path')], ([path]) => dirPath(path)),
  ext: helper([text('path')], ([path]) => extensionOf(path)),
  clean: helper([text('path')], ([path]) => cleanPath(path)),
  isAbs: helper([text('path')], ([path]) => path.startsWith('/')),
};
