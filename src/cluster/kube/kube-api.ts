/** The part of a cluster that the files of this folder need: so they do not import the class that imports them. */
import type { KubeObject, ObjectRef } from '../cluster.ts';
import type { KubeAnswer, KubeRequest, KubeStreamRequest } from './client.ts';
import type { Kinds } from './discovery.ts';

/** The `Accept` headers that ask for the metadata of an object, or of the objects of a list, without the rest. */
export const METADATA_OF_ONE = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';
export const METADATA_OF_LIST = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

/** An API server. Its requests end with the signal of the operation, and its writes wait for the fence. */
export type KubeApi = {
  /** For messages: `context kind-dev`. */
  readonly description: string;
  /** The user as the kubeconfig names it, for messages: `user "admin"`. */
  readonly user: string;
  readonly discovery: Kinds;
  request(request: KubeRequest): Promise<KubeAnswer>;
  /** Gives the body of an answer as it arrives, for watches. */
  stream(request: KubeStreamRequest): Promise<AsyncIterable<Buffer>>;
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  getMany(refs: readonly ObjectRef[]): Promise<(KubeObject | undefined)[]>;
  existing(refs: readonly ObjectRef[]): Promise<ObjectRef[]>;
};
