/**
 * Lint rules about references between objects, and about values that Kubernetes refuses although their types are right.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cronProblem } from '../../../src/render/lint/objects/cron.ts';
import { RUNS } from '../../support/generation.ts';
import { lint } from './support.ts';

const WORKLOAD = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: worker
spec:
  selector: {matchLabels: {app: worker, tier: back}}
  template:
    metadata: {labels: {app: worker, tier: back}}
    spec:
      containers:
        - name: c
          image: nginx
          resources: {requests: {cpu: 1}, limits: {cpu: 1}}
          ports: [{name: http, containerPort: 80}]
          readinessProbe: {httpGet: {port: http}}
          env:
            - name: A
              valueFrom: {secretKeyRef: {name: keys, key: password}}
          envFrom: [{configMapRef: {name: settings}}, {configMapRef: {name: of-somebody-else}}]
          volumeMounts: [{name: tmp, mountPath: /tmp}]
      volumes: [{name: tmp, emptyDir: {}}, {name: s, configMap: {name: settings}}]
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {password: x}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {a-key_1.x: b}
---
apiVersion: v1
kind: Service
metadata: {name: worker}
spec:
  selector: {app: worker, tier: back}
  ports: [{port: 80, targetPort: http}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: worker}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: worker}
  minReplicas: 1
  maxReplicas: 3
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: 0 3 * * *
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: c, image: nginx, resources: {requests: {cpu: 1}, limits: {cpu: 1}}}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: worker}
spec:
  maxUnavailable: 50%
  selector: {matchLabels: {app: worker, tier: back}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: worker}
spec:
  podSelector: {matchLabels: {app: worker, tier: back}}
  ingress: [{ports: [{port: http}]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front}
spec:
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: named, port: {name: web}}}
---
apiVersion: v1
kind: Service
metadata: {name: named}
spec:
  selector: {app: worker, tier: back}
  ports: [{name: web, port: 80, targetPort: http}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: runner}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: runner}, {kind: ServiceAccount, name: of-somebody-else}]
`;

async function found(text: string): Promise<string[]> {
  const messages = await lint({ 'templates/x.yaml.hbs': text });
  return messages.map(({ rule, message }) => `${rule} ${message}`);
}

test('an account and a claim whose names begin with those of the chart', async () => {
  const pod = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  serviceAccountName: web-sa
  containers: [{name: c, image: nginx, resources: {requests: {cpu: 1}, limits: {cpu: 1}}}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: web}}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: web-data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`;
  expect(await found(pod)).toEqual([
    'object-reference in Pod "web", the chart has no ServiceAccount "web-sa"; did you mean web?',
    'object-reference in Pod "web", the chart has no PersistentVolumeClaim "web"; did you mean web-data?',
  ]);
});

test('a chart with valid references has no findings', async () => {
  expect(await found(WORKLOAD)).toEqual([]);
});

test.each([
  [
    'volumeMounts: [{name: tmp',
    'volumeMounts: [{name: tpm',
    'object-reference in Deployment "worker", there is no volume "tpm"; did you mean tmp?',
  ],
  [
    '{port: http}}',
    '{port: htpt}}',
    'object-reference in Deployment "worker", the container has no port "htpt"; did you mean http?',
  ],
  [
    'key: password',
    'key: pasword',
    'object-reference in Deployment "worker", the Secret "keys" of the chart has no key pasword; did you mean password?',
  ],
  [
    '{name: settings}}, {conf',
    '{name: setings}}, {conf',
    'object-reference in Deployment "worker", the chart has no ConfigMap "setings"; did you mean settings?',
  ],
  [
    'configMap: {name: settings}',
    'configMap: {name: settigns}',
    'object-reference in Deployment "worker", the chart has no ConfigMap "settigns"; did you mean settings?',
  ],
  [
    'targetPort: http',
    'targetPort: htp',
    'object-reference in Service "worker", no container that it selects has a port "htp"; did you mean http?',
  ],
  [
    '  selector: {app: worker, tier: back}',
    '  selector: {app: wroker, tier: back}',
    'object-reference in Service "worker", the selector matches no pods: it asks for app: wroker, and those of Deployment "worker" have worker',
  ],
  [
    'podSelector: {matchLabels: {app: worker',
    'podSelector: {matchLabels: {app: worke',
    'object-reference in NetworkPolicy "worker", the selector matches no pods: it asks for app: worke, and those of Deployment "worker" have worker',
  ],
  [
    'kind: Deployment, name: worker',
    'kind: Deployment, name: worker-x',
    'object-reference in HorizontalPodAutoscaler "worker", the chart has no Deployment "worker-x"; did you mean worker?',
  ],
  [
    '          restartPolicy: Never\n',
    '',
    'object-reference in CronJob "nightly", the pods need restartPolicy: Never or OnFailure, since without it they have Always, which a CronJob may not',
  ],
  [
    'restartPolicy: Never',
    'restartPolicy: Always',
    'object-value spec.jobTemplate.spec.template.spec.restartPolicy of CronJob "nightly" is Always, and the pods of a CronJob have Never or OnFailure',
  ],
  [
    '0 3 * * *',
    '0 3 * *',
    'object-value spec.schedule of CronJob "nightly" is "0 3 * *", but a schedule has five fields: minute, hour, day of the month, month, day of the week',
  ],
  [
    'maxReplicas: 3',
    'maxReplicas: 0',
    'object-value spec.maxReplicas of HorizontalPodAutoscaler "worker" is 0, less than minReplicas, which is 1',
  ],
  [
    'maxUnavailable: 50%',
    'maxUnavailable: one',
    'object-value spec.maxUnavailable of PodDisruptionBudget "worker" is "one", but Kubernetes expects a whole number or a percentage, such as 1 or 25%',
  ],
  [
    'maxUnavailable: 50%',
    'maxUnavailable: 50%\n  minAvailable: 1',
    'object-value spec.maxUnavailable of PodDisruptionBudget "worker" is set together with minAvailable, and Kubernetes takes only one of them',
  ],
  [
    'a-key_1.x',
    'a key',
    'object-value data.a key of ConfigMap "settings" is not a valid key: a key consists of letters, digits, "-", "_" and "."',
  ],
  [
    'ports: [{port: http}]',
    'ports: [{port: "80"}]',
    'object-value spec.ingress.0.ports.0.port of NetworkPolicy "worker" is the text "80", but Kubernetes expects a number: take the quotes away',
  ],
  [
    'targetPort: http',
    'targetPort: 80/TCP',
    'object-value spec.ports.0.targetPort of Service "worker" is "80/TCP", but must be the number or the name of a port: at most 15 lower-case letters, digits and "-"',
  ],
  [
    'metadata: {name: settings}\ndata',
    'metadata: {name: settings}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata',
    'object-duplicate ConfigMap "settings" occurs twice: this template prints it too',
  ],
])('changing %s to %s is reported', async (before, after, message) => {
  expect(WORKLOAD).toContain(before);
  const messages = await found(WORKLOAD.replace(before, after));
  expect(messages).toContain(message);
  expect(messages.length).toBeLessThanOrEqual(2);
});

test('hooks of different events, and objects of different namespaces, may have one name', async () => {
  const hook = (event: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, annotations: {helm.sh/hook: ${event}}}\n`;
  expect(await found(`${hook('pre-install')}---\n${hook('pre-upgrade')}`)).toEqual([]);
  const inNamespace = (name: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: ${name}}\n`;
  expect(await found(`${inNamespace('a')}---\n${inNamespace('b')}`)).toEqual([]);
});

describe('schedules', () => {
  test.each([
    '* * * * *',
    '*/5 0-6,20 1 jan-mar MON-FRI',
    '? ? ? ? ?',
    '@daily',
    '@every 1h30m',
    'TZ=Europe/Berlin 0 3 * * 0',
    '0/15 * * * *',
  ])('%s', (schedule) => expect(cronProblem(schedule)).toBeUndefined());
  test.each([
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 7',
    '@often',
    '5-1 * * * *',
    '*/0 * * * *',
    'a * * * *',
  ])('not %s', (schedule) => expect(cronProblem(schedule)).toBeTypeOf('string'));
  test('generated schedules', () => {
    const part = (least: number, most: number): fc.Arbitrary<string> =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min: least, max: most }).map(String),
        fc
          .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
          .map((ends) => ends.toSorted((a, b) => a - b).join('-')),
        fc.integer({ min: 1, max: 59 }).map((step) => `*/${step}`),
      );
    const list = (least: number, most: number): fc.Arbitrary<string> =>
      fc.array(part(least, most), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','));
    fc.assert(
      fc.property(list(0, 59), list(0, 23), list(1, 31), list(1, 12), list(0, 6), (...parts) => {
        expect(cronProblem(parts.join(' '))).toBeUndefined();
      }),
      { numRuns: 100 * RUNS },
    );
  });
});
