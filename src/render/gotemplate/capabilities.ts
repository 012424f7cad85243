/** `.Capabilities`: what the cluster can, as Helm's structs (helm v4, pkg/chart/common/capabilities.go). */
import { kubeVersionNumbers } from '../capabilities.ts';
import type { Capabilities } from '../render.ts';
import { fn } from './functions/signature.ts';
import { encodeText, GoObject, TypedList } from './value.ts';
import type { Methods } from './value.ts';

/** Templates that ask for Helm's version are told the one whose rules are followed here. */
const HELM: Readonly<Record<string, string>> = {
  Version: 'v4.2.3',
  GitCommit: '43e8b7feece8beb0fcba47059ec9b522fd929a64',
  GitTreeState: 'clean',
  GoVersion: 'go1.26.5',
  KubeClientVersion: 'v1.36',
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
        json: () =>
          new Map([
            ['version', HELM['Version'] ?? ''],
            ['git_commit', HELM['GitCommit'] ?? ''],
            ['git_tree_state', HELM['GitTreeState'] ?? ''],
            ['go_version', HELM['GoVersion'] ?? ''],
            ['kube_client_version', HELM['KubeClientVersion'] ?? ''],
          ]),
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
