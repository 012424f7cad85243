/** The command lines of a control plane's programs: light, on loopback, nothing that survives it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from './binaries.ts';

/** Where one control plane has its files and ports. */
export type Place = {
  /** Its folder. */
  folder: string;
  /** The folder of its programs. */
  binaries: string;
  ports: { etcd: number; etcdPeers: number; apiserver: number; kubelet: number };
};

/** Files of a control plane, relative to its folder. */
export const FILES = {
  caCertificate: 'ca.crt',
  caKey: 'ca.key',
  serverCertificate: 'server.crt',
  serverKey: 'server.key',
  tokenPublicKey: 'tokens.pub',
  tokenPrivateKey: 'tokens.key',
  adminKubeconfig: 'kubeconfig',
  kwokConfig: 'kwok.yaml',
  containerLog: 'container.log',
} as const;

/** The programs that are clients of the API server; each has a kubeconfig of its own. */
export const CLIENTS: readonly Program[] = ['kube-controller-manager', 'kube-scheduler', 'kwok'];

/** The kubeconfig of one of {@link CLIENTS}, relative to the folder. */
export function clientKubeconfig(client: Program): string {
  return `${client}.kubeconfig`;
}

/** The arguments of each program. */
export function commandLines({ folder, binaries, ports }: Place): Record<Program, string[]> {
  const file = (name: keyof typeof FILES): string => join(folder, FILES[name]);
  const etcd = `http://127.0.0.1:${ports.etcd}`;
  const etcdPeers = `http://127.0.0.1:${ports.etcdPeers}`;
  const stages = readdirSync(join(binaries, 'stages')).map((stage) => join(binaries, 'stages', stage));
  return {
    etcd: [
      '--unsafe-no-fsync',
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${etcdPeers}`,
      `--initial-advertise-peer-urls=${etcdPeers}`,
      `--initial-cluster=default=${etcdPeers}`,
      '--quota-backend-bytes=4294967296',
    ],
    'kube-apiserver': [
      `--etcd-servers=${etcd}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${ports.apiserver}`,
      '--endpoint-reconciler-type=none',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--allow-privileged',
      '--authorization-mode=RBAC',
      `--client-ca-file=${file('caCertificate')}`,
      `--tls-cert-file=${file('serverCertificate')}`,
      `--tls-private-key-file=${file('serverKey')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${file('tokenPublicKey')}`,
      `--service-account-signing-key-file=${file('tokenPrivateKey')}`,
      `--cert-dir=${folder}`,
    ],
    'kube-controller-manager': [
      `--kubeconfig=${join(folder, clientKubeconfig('kube-controller-manager'))}`,
      '--leader-elect=false',
      '--secure-port=0',
      `--service-account-private-key-file=${file('tokenPrivateKey')}`,
      `--root-ca-file=${file('caCertificate')}`,
      `--cluster-signing-cert-file=${file('caCertificate')}`,
      `--cluster-signing-key-file=${file('caKey')}`,
      '--use-service-account-credentials=false',
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
      '--allocate-node-cidrs=false',
      // The node life cycle stays on: it takes the not-ready taint off, without which no pod is ever scheduled.
      '--controllers=*,-node-ipam-controller,-node-route-controller,-cloud-node-lifecycle-controller,-service-lb-controller',
    ],
    'kube-scheduler': [
      `--kubeconfig=${join(folder, clientKubeconfig('kube-scheduler'))}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
    ],
    kwok: [
      `--kubeconfig=${join(folder, clientKubeconfig('kwok'))}`,
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=40',
      '--node-ip=127.0.0.1',
      `--node-port=${ports.kubelet}`,
      `--server-address=127.0.0.1:${ports.kubelet}`,
      `--config=${file('kwokConfig')}`,
      ...stages.map((stage) => `--config=${stage}`),
    ],
  };
}
