/** The configuration of KWOK besides its own stages, and the objects that a new control plane gets. */
import type { Json } from './client.ts';

/** How many nodes there are, so that spreading and anti-affinity have something to choose from. */
const NODES = 3;

/** The address that every Service of type LoadBalancer gets. */
export const LOAD_BALANCER_ADDRESS = '192.0.2.10';

/** The line that every container has logged. */
export const LOG_LINE = 'a line of a container';

/** The text of the log file of all containers, in the format of the container runtime interface. */
export const CONTAINER_LOG: string = `2026-01-01T00:00:00.000000000Z stdout F ${LOG_LINE}\n`;

/** KWOK's configuration (a YAML stream of JSON documents); `logFile` holds {@link CONTAINER_LOG}. */
export function kwokConfiguration(logFile: string): string {
  const apiVersion = 'kwok.x-k8s.io/v1alpha1';
  const documents: Json[] = [
    {
      apiVersion,
      kind: 'Stage',
      metadata: { name: 'service-load-balancer' },
      spec: {
        resourceRef: { apiGroup: 'v1', kind: 'Service' },
        selector: {
          matchExpressions: [
            { key: '.spec.type', operator: 'In', values: ['LoadBalancer'] },
            { key: '.status.loadBalancer.ingress', operator: 'DoesNotExist' },
          ],
        },
        next: { statusTemplate: JSON.stringify({ loadBalancer: { ingress: [{ ip: LOAD_BALANCER_ADDRESS }] } }) },
      },
    },
    { apiVersion, kind: 'ClusterLogs', metadata: { name: 'all' }, spec: { logs: [{ logsFile: logFile }] } },
  ];
  return documents.map((document) => `---\n${JSON.stringify(document)}\n`).join('');
}

/** Nodes, and the default StorageClass: KWOK's stages provision volumes for this name only. */
export function initialObjects(): Json[] {
  const resources = { cpu: '1000', memory: '1Ti', 'ephemeral-storage': '1Ti', pods: '5000' };
  const nodes = Array.from({ length: NODES }, (_, index): Json => {
    const name = `node-${index + 1}`;
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        annotations: { 'kwok.x-k8s.io/node': 'fake' },
        labels: {
          'kubernetes.io/arch': 'amd64',
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'topology.kubernetes.io/zone': `zone-${index + 1}`,
        },
      },
      status: { allocatable: resources, capacity: resources },
    };
  });
  return [
    ...nodes,
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'kwok-volume', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'kwok.x-k8s.io/volume',
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    },
  ];
}
