import type { LinkOptions } from '../../chart/links.ts';
import type { SchemaLoader } from '../../chart/schema.ts';
import type { ValueSources } from '../../chart/user-values.ts';
import type { ValueMap } from '../../yaml/value.ts';
import type { Capabilities, RenderLimits } from '../render.ts';

/** The options of lint. */
export type LintOptions = LinkOptions & {
  /** The bytes of the chart's archive where it is not a file: then the path is only for messages. */
  archive?: Uint8Array;
  userValues: ValueMap;
  /** The files and flags that the values come from, for messages. */
  sources?: ValueSources;
  /** The texts of the values files among the sources. */
  texts?: ReadonlyMap<string, string>;
  namespace?: string;
  capabilities?: Capabilities;
  /** The version of Kubernetes that the user asks for, which `kubeVersion` of the chart should fit. */
  askedKubeVersion?: string;
  /** The names of the repositories that the machine knows. */
  repositories?: () => readonly string[];
  skipSchemaValidation?: boolean;
  /** Loads schemas that the charts' schemas refer to. */
  loadSchema?: SchemaLoader;
  limits?: Partial<RenderLimits>;
};
