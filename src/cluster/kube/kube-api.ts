import type { KubeObject, ObjectRef } from '../cluster.ts';
import type { KubeAnswer, KubeRequest, KubeStreamRequest } from './client.ts';
import type { Kinds } from './discovery.ts';

/** Reads and dry runs at a time: a connection takes more, an API server under load does not. */
export const REQUESTS_AT_ONCE = 16;

/**
 * An API server as the parts of this room use it. Requests end with the signal of the operation, and writes wait for
 * its fence.
 */
export type KubeApi = {
  /** For messages: `context kind-dev`. */
  readonly description: string;
  /** As whom the kubeconfig says that requests are sent: `user "admin"`. */
  readonly user: string;
  readonly discovery: Kinds;
  request(request: KubeRequest): Promise<KubeAnswer>;
  /** An answer as it comes: a watch. */
  stream(request: KubeStreamRequest): Promise<AsyncIterable<Buffer>>;
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  getMany(refs: readonly ObjectRef[]): Promise<(KubeObject | undefined)[]>;
  existing(refs: readonly ObjectRef[]): Promise<ObjectRef[]>;
};
