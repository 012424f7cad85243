/** `.Capabilities`: what the cluster can, as Helm's structs (helm v4, pkg/chart/common/capabilities.go). */
import { kubeVersionNumbers } from '../capabilities.ts';
import type { Capabilities } from '../render.ts';
import { fn } from './functions/signature.ts';
import { encodeText, GoObject, TypedList } from './value.ts';
import type { Methods } from './value.ts';

/**
 * Templates that ask for Helm's version are told the one whose rules are followed here. The commit is left empty, as
 * in a helm that is built from its Go module: a module does not say which commit it is of.
 */
const HELM: Readonly<Record<string, string>> = {
  Version: 'v4.3.2',
  GitCommit: '',
  GitTreeState: 'clean',
  GoVersion: 'go1.27.3',
  KubeClientVersion: 'v1.37',
};

/** The pointer that `.Capabilities` is. */
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
        // GitCommit has `omitempty`.
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
