/** Objects that lint reports are those that the API server refuses, and those that it takes have no findings. */
import { expect } from 'vitest';
import { missingFields } from '../../src/render/lint/objects/missing-fields.ts';
import { builtinSchema } from '../../src/render/lint/objects/object-schema.ts';
import { ruleProblems } from '../../src/render/lint/objects/object-rules.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { toPlain } from '../../src/yaml/value.ts';
import type { JsonObject, ValueMap } from '../../src/yaml/value.ts';
import { admin, namespace, test } from '../support/cluster.ts';

const CONTAINER = `      containers:
      - name: web
        image: registry.example.com:5000/a/b:1@sha256:${'0'.repeat(64)}
        ports: [{name: http, containerPort: 8080}, {containerPort: 65535}]
        env: [{name: A.b-c_1, value: x}, {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}, {name: C}]
        livenessProbe: {httpGet: {port: http, path: /}, successThreshold: 1}
        readinessProbe: {exec: {command: [x]}, successThreshold: 3}
        resources: {requests: {cpu: 0.1, memory: 64Mi}, limits: {cpu: 500m, memory: 1Gi}}
        volumeMounts: [{name: data, mountPath: /data, subPath: a/b}, {name: data, mountPath: /more}]
      volumes: [{name: data, emptyDir: {}}]
      tolerations: [{operator: Exists}, {key: a, value: b, effect: NoSchedule}]
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]
`;
const POD = `  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
${CONTAINER}`;

/** Objects that the API server takes, by the paths that they are created at. */
const GOOD: Readonly<Record<string, string>> = {
  'apis/apps/v1/deployments': `apiVersion: apps/v1
kind: Deployment
metadata: {name: x}
spec:
  replicas: 0
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
${POD}`,
  'apis/apps/v1/statefulsets': `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: x}
spec:
  serviceName: x
  volumeClaimTemplates:
  - metadata: {name: claim}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
${POD}`,
  'api/v1/persistentvolumeclaims': `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: x}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`,
  'api/v1/services': `apiVersion: v1
kind: Service
metadata: {name: x}
spec:
  type: ClusterIP
  selector: {a: b}
  ports: [{name: a, port: 80, targetPort: http}, {name: b, port: 80, protocol: UDP}, {name: c, port: 81, targetPort: 8080}]
`,
  'apis/networking.k8s.io/v1/ingresses': `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: x}
spec:
  tls: [{hosts: [a.example.com, "*.example.com"], secretName: s}]
  rules:
  - host: a.example.com
    http: {paths: [{path: /a, pathType: Prefix, backend: {service: {name: x, port: {number: 80}}}}]}
  - http: {paths: [{path: /b, pathType: Exact, backend: {service: {name: x, port: {name: http}}}}]}
`,
  'apis/rbac.authorization.k8s.io/v1/roles': `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: x}
rules:
- {apiGroups: [""], resources: [pods, pods/log, endpoints], verbs: [get, list, watch]}
- {apiGroups: [apps, example.com], resources: [deployments, things], verbs: ["*"]}
- {apiGroups: ["*"], resources: [secrets], resourceNames: [s], verbs: [update]}
`,
  'apis/rbac.authorization.k8s.io/v1/rolebindings': `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: x}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}
subjects: [{kind: ServiceAccount, name: default, namespace: default}, {kind: ServiceAccount, name: other}, {kind: User, name: u, apiGroup: rbac.authorization.k8s.io}]
`,
  'apis/rbac.authorization.k8s.io/v1/clusterrolebindings': `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: x}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: x}
subjects: [{kind: ServiceAccount, name: default, namespace: default}]
`,
  'api/v1/secrets': `apiVersion: v1
kind: Secret
metadata: {name: x}
type: kubernetes.io/tls
data: {tls.crt: "", tls.key: ""}
`,
};

/** What is changed, and into what. `taken`: the server takes it, but it cannot be meant. */
const BAD: readonly (readonly [object: string, before: string, after: string, taken?: 'taken'])[] = [
  ['deployments', 'name: web\n', 'tty: true\n'],
  ['deployments', /image: .*\n/.exec(CONTAINER)?.[0] ?? '', 'tty: true\n'],
  ['deployments', /image: .*\n/.exec(CONTAINER)?.[0] ?? '', 'image: " nginx"\n', 'taken'],
  ['deployments', /image: .*\n/.exec(CONTAINER)?.[0] ?? '', 'image: "nginx:"\n', 'taken'],
  ['deployments', /image: .*\n/.exec(CONTAINER)?.[0] ?? '', 'image: docker://nginx\n', 'taken'],
  ['deployments', /image: .*\n/.exec(CONTAINER)?.[0] ?? '', 'image: Org/nginx:1\n', 'taken'],
  ['deployments', 'volumes: [', 'volumes: [{name: data, emptyDir: {}}, '],
  ['deployments', 'mountPath: /more', 'mountPath: /data'],
  ['deployments', ', mountPath: /more', ''],
  ['deployments', 'subPath: a/b', 'subPath: /a'],
  ['deployments', 'subPath: a/b', 'subPath: a/../b'],
  ['deployments', 'containerPort: 65535', 'containerPort: 65536'],
  ['deployments', 'containerPort: 65535', 'containerPort: 1, name: http'],
  ['deployments', '{containerPort: 65535}', '{name: other}'],
  ['deployments', 'A.b-c_1', '"A=B"'],
  ['deployments', 'key: k}}', 'key: k}}, value: x'],
  ['deployments', '{name: s, key: k}', '{name: s}'],
  ['deployments', 'livenessProbe: {', 'livenessProbe: {exec: {command: [x]}, '],
  ['deployments', 'livenessProbe: {httpGet: {port: http, path: /}, ', 'livenessProbe: {periodSeconds: 3, '],
  ['deployments', '{port: http, path: /}', '{path: /}'],
  ['deployments', 'successThreshold: 1', 'successThreshold: 2'],
  ['deployments', 'cpu: 0.1', 'cpu: 1'],
  ['deployments', 'memory: 64Mi', 'memory: 64Gi'],
  ['deployments', 'memory: 64Mi', 'memory: 512', 'taken'],
  ['deployments', 'memory: 64Mi', 'memory: 512m', 'taken'],
  ['deployments', '{cpu: 0.1, memory: 64Mi}, limits: {cpu: 500m', '{memory: 64Mi}, limits: {cpu: 500Mi', 'taken'],
  ['deployments', '{operator: Exists}', '{operator: Exists, key: a, value: b}'],
  ['deployments', 'topologyKey: zone, ', ''],
  ['deployments', 'replicas: 0', 'replicas: -1'],
  ['deployments', 'type: RollingUpdate', 'type: Recreate'],
  ['deployments', 'maxSurge: 1', 'maxSurge: 0'],
  ['deployments', 'maxSurge: 1', 'maxSurge: 0%'],
  ['statefulsets', 'accessModes: [ReadWriteOnce], ', ''],
  ['persistentvolumeclaims', 'accessModes: [ReadWriteOnce], ', ''],
  ['persistentvolumeclaims', ', resources: {requests: {storage: 1Gi}}', ''],
  ['services', 'name: b, ', ''],
  ['services', 'name: b, ', 'name: a, '],
  ['services', 'protocol: UDP', 'protocol: TCP'],
  ['services', 'port: 81', 'port: 0'],
  ['services', 'port: 81, ', ''],
  ['services', 'targetPort: 8080', 'targetPort: 80800'],
  ['services', 'port: 81', 'port: 81, nodePort: 30000'],
  ['services', 'type: ClusterIP', 'type: NodePort\n  clusterIP: None'],
  ['services', 'type: ClusterIP', 'type: ExternalName'],
  ['services', 'type: ClusterIP', 'type: ExternalName\n  externalName: https://a.example.com'],
  ['services', 'type: ClusterIP', 'type: ExternalName\n  externalName: 10.0.0.1', 'taken'],
  ['services', /ports: .*\n/.exec(GOOD['api/v1/services'] ?? '')?.[0] ?? '', ''],
  ['ingresses', '- host: a.example.com', '- host: https://a.example.com'],
  ['ingresses', '- host: a.example.com', '- host: a.example.com:443'],
  ['ingresses', '- host: a.example.com', '- host: a.example.com/x'],
  ['ingresses', '- host: a.example.com', '- host: 10.0.0.1'],
  ['ingresses', '- host: a.example.com', '- host: A.example.com'],
  ['ingresses', '"*.example.com"', '"https://example.com"'],
  ['ingresses', 'path: /a', 'path: a'],
  ['ingresses', 'pathType: Prefix, ', ''],
  ['ingresses', ', backend: {service: {name: x, port: {number: 80}}}', ''],
  ['ingresses', '{number: 80}', '{number: 80, name: http}'],
  ['ingresses', /rules:[^]*/.exec(GOOD['apis/networking.k8s.io/v1/ingresses'] ?? '')?.[0] ?? '', 'rules: []\n'],
  ['roles', '[get, list, watch]', '[]'],
  ['roles', '[get, list, watch]', '[get, List]', 'taken'],
  ['roles', '[get, list, watch]', '[get, lsit]', 'taken'],
  ['roles', '{apiGroups: [""], ', '{'],
  ['roles', '[pods, ', '[pod, ', 'taken'],
  ['roles', '[pods, ', '[Pods, ', 'taken'],
  ['roles', '[pods, ', '[deployments, ', 'taken'],
  ['roles', 'resourceNames: [s]', 'nonResourceURLs: [/x]'],
  ['clusterrolebindings', ', namespace: default', ''],
  ['rolebindings', 'namespace: default', 'namespace: default, apiGroup: rbac.authorization.k8s.io'],
  ['rolebindings', /roleRef.*\n/.exec(GOOD['apis/rbac.authorization.k8s.io/v1/rolebindings'] ?? '')?.[0] ?? '', ''],
  ['secrets', 'tls.key: ""', 'key: ""'],
];

const KINDS = {
  schema: builtinSchema,
  isBuiltin: (version: string, kind: string) => builtinSchema(version, kind) !== undefined,
};

function findings(text: string): string[] {
  const object = parseYaml(text, 'x') as ValueMap;
  return [...ruleProblems(object), ...missingFields(object, KINDS)].map(({ message }) => message);
}

/** Does the API server refuse an object? */
async function isRefused(ns: string, path: string, text: string): Promise<{ refused: boolean; text: string }> {
  const object = toPlain(parseYaml(text, 'x') as ValueMap) as JsonObject;
  const [prefix = '', resource = ''] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
  const inside = resource.startsWith('cluster') ? '' : `namespaces/${ns}/`;
  const url = `/${prefix}/${inside}${resource}?dryRun=All&fieldValidation=Strict`;
  const answer = await admin().request('POST', url, object);
  expect([201, 400, 422]).toContain(answer.status);
  return { refused: answer.status !== 201, text: answer.text };
}

test('objects that the API server accepts have no findings', async () => {
  const ns = await namespace();
  for (const [path, text] of Object.entries(GOOD)) {
    expect(findings(text)).toEqual([]);
    expect(await isRefused(ns, path, text)).toMatchObject({ refused: false });
  }
});

test('lint reports each mistake, and the API server refuses those that are marked', async () => {
  const ns = await namespace();
  const wrong: string[] = [];
  for (const [name, before, after, taken] of BAD) {
    const [path = '', good = ''] = Object.entries(GOOD).find(([one]) => one.endsWith(`/${name}`)) ?? [];
    expect(good).toContain(before);
    const text = good.replace(before, after);
    const found = findings(text);
    const { refused, text: answer } = await isRefused(ns, path, text);
    if (found.length !== 1 || refused !== (taken === undefined))
      wrong.push(
        `${name}: ${before} -> ${after}: ${refused ? 'refused' : 'taken'} ${JSON.stringify(found)} ${answer.slice(0, 300)}`,
      );
  }
  expect(wrong).toEqual([]);
});
