/** `.Capabilities`: the version and APIs of the cluster, as Helm's structs (helm v4, pkg/chart/common/capabilities.go). */
import { kubeVersionNumbers } from '../capabilities.ts';
import type { Capabilities } from '../render.ts';
import { fn } from './functions/signature.ts';
import { encodeText, GoObject, TypedList } from './value.ts';
import type { Methods } from './value.ts';

/**
 * `.Capabilities.HelmVersion`: the version of Helm whose rules this engine follows. The commit is empty, as in a helm
 * that is built from its Go module, which does not name a commit.
 */
const HELM: Readonly<Record<string, string>> = {
  Version: 'v4.3.2',
  GitCommit: '',
  GitTreeState: 'clean',
  GoVersion: 'go1.27.3',
  KubeClientVersion: 'v1.37',
};

/** The value of `.Capabilities`. */
export function capabilitiesObject(capabilities: Capabilities): GoObject {
  const versions = capabilities.apiVersions.map(encodeText);
  let known: Set<string> | undefined;
  const has: Methods = {
    Has: fn(['string'], (_host, version) => (known ??= new Set(versions)).has(version)),
  };
  const self: GoObject = new GoObject('*common.Capabilities', {
    pointer: true,
    fields: {
      KubeVersion: kubeVersionObject(capabilities.kubeVersion),
      APIVersions: new TypedList('string', versions, { type: 'common.VersionSet', methods: has }),
      HelmVersion: new GoObject('version.BuildInfo', {
        fields: HELM,
        // Without GitCommit, which has `omitempty`.
        jsonNames: {
          Version: 'version',
          GitTreeState: 'git_tree_state',
          GoVersion: 'go_version',
          KubeClientVersion: 'kube_client_version',
        },
      }),
    },
    methods: { Copy: fn([], () => self) },
  });
  return self;
}

function kubeVersionObject(version: string): GoObject {
  const numbers = kubeVersionNumbers(version);
  const [major = '', minor = ''] = numbers.split('.');
  const text = `v${numbers}`;
  const full = encodeText(version);
  return new GoObject('common.KubeVersion', {
    fields: { Version: full, normalizedVersion: text, Major: major, Minor: minor },
    methods: { String: fn([], () => text), GitVersion: fn([], () => full) },
    addressedText: () => text,
  });
}
