import type { LinkOptions } from '../../chart/links.ts';
import type { SchemaLoader } from '../../chart/schema.ts';
import type { ValueSources } from '../../chart/user-values.ts';
import type { ValueMap } from '../../yaml/value.ts';
import type { Capabilities, RenderLimits } from '../render.ts';

/** What a chart is linted with. */
export type LintOptions = LinkOptions & {
  /** The bytes of the chart's archive, where it lies in no file: the path is for messages then. */
  archive?: Uint8Array;
  userValues: ValueMap;
  /** What they were read from, to say where a value at fault comes from. */
  sources?: ValueSources;
  /** What the values files of the sources held. */
  texts?: ReadonlyMap<string, string>;
  namespace?: string;
  capabilities?: Capabilities;
  skipSchemaValidation?: boolean;
  /** Gets schemas that those of the charts refer to. */
  loadSchema?: SchemaLoader;
  limits?: Partial<RenderLimits>;
};
