/** What `@go` is in native templates: all that Go templates of the chart know, to be passed on to one of them. */
import type { ValueMap } from '../yaml/value.ts';

/** Told from other maps by being this one. It is empty: what it stands for is known only to the other engine. */
export const GO_ROOT: ValueMap = new Map();
