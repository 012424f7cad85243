/** What `@go` is in native templates: all that Go templates of the chart know, to be passed on to one of them. */
import type { ValueMap } from '../yaml/value.ts';

/** It is recognised by its identity. It is empty: what it stands for is known only to the other engine. */
export const GO_ROOT: ValueMap = new Map();
