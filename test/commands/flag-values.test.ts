/** Unusual values of flags that helm and pkg share: both accept the same ones, and `template` prints the same. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeChart } from '../chart/support.ts';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';

const OBJECT = `apiVersion: v1
kind: ConfigMap
metadata:
  name: x
data:
  n: "{{ .Release.Namespace }}"
  u: "{{ .Release.IsUpgrade }}"
  a: {{ .Values.a | toJson | quote }}
`;

const chart: string = writeChart({
  'values.yaml': 'a: 1\n',
  'templates/a.yaml': OBJECT,
});

const BOOLEANS = [
  'true',
  't',
  'T',
  '1',
  'TRUE',
  'True',
  'false',
  'f',
  'F',
  '0',
  'False',
  '',
  'yes',
  '2',
  'tRUE',
  ' true',
];
const DURATIONS = ['5s', '1h30m', '.5s', '1.5h', '0', '100ms', '+5s', '5', '', '5S', '1d', '1h 5m', '1e3s', 'true'];

describe('template', () => {
  test.each([
    ['--dry-run', [...BOOLEANS, 'client', 'none', 'Client']],
    ['--is-upgrade', BOOLEANS],
    ['--wait', [...BOOLEANS, 'watcher', 'hookOnly', 'legacy', 'Watcher', 'none']],
    ['--timeout', DURATIONS],
    ['--namespace', ['', 'a', 'A', 'a_b', 'a.b', '-a', 'é', ' ', '{{ns}}', '5']],
    ['--set', ['', 'a=5', 'a=1e3', 'a', 'a=', 'a=,b=', 'a={x,y}', 'a=true', 'a=0x10', 'a=00', 'a=null']],
    ['--kube-version', ['1.29', 'v1.29', '1.29.0-gke.1', '1', 'latest', '1.29.', '']],
  ])('%s', (flag, values) => {
    for (const value of values) {
      const line = ['template', 'x', chart, `${flag}=${value}`];
      const [theirs, ours] = [helm(line), pkg(line)];
      expect([ours.status === 0, ours.stdout], `${flag}=${value}: ${ours.stderr}`).toEqual([
        theirs.status === 0,
        theirs.stdout,
      ]);
    }
  });
});

test.each(['--dry-run', '--dry-run=client', '--dry-run=true', '--dry-run=1'])(
  'install %s without a cluster',
  (flag) => {
    const env = { KUBECONFIG: join(chart, 'none'), HOME: chart };
    const [theirs, ours] = [helm, pkg].map((run) => run(['install', 'x', chart, flag], { env }));
    const withoutTime = (text = ''): string => text.replace(/^LAST DEPLOYED: .*$/m, '');
    expect([ours?.status, withoutTime(ours?.stdout)]).toEqual([theirs?.status, withoutTime(theirs?.stdout)]);
    expect(ours?.stderr).toBe(
      'warning: no cluster is named, so this does not show what an install would change there\n',
    );
  },
);

describe('a command that needs a cluster', () => {
  // Without a cluster, only errors that come before any request can be compared.
  const env = { KUBECONFIG: join(chart, 'none'), HOME: chart };
  test.each([
    ['install x', '--dry-run', ['false', 'F', '0', 'server', 'none', 'Client', '', '2']],
    ['upgrade x', '--dry-run', ['true', '0', 'none', 'x']],
    ['rollback x', '--dry-run', ['true', '0', 'none', 'x']],
    ['upgrade x', '--history-max', ['5', '0', '-1', '+3', '010', '0x10', 'x', '', '1.5']],
    ['install x', '--wait', [...BOOLEANS, 'watcher', 'hookOnly', 'legacy', 'none']],
    ['upgrade x', '--timeout', DURATIONS],
    ['uninstall x', '--dry-run', BOOLEANS],
  ])('%s %s', (command, flag, values) => {
    for (const value of values) {
      const line = [
        ...command.split(' '),
        ...(/^(?:install|upgrade)/.test(command) ? [chart] : []),
        `${flag}=${value}`,
      ];
      const theirs = helm(line, { env });
      const ours = pkg(line, { env });
      expect([theirs.status === 0, ours.status === 0]).toEqual([false, false]);
      const isTried = /kubernetes cluster unreachable|connection refused|connect to/i.test(theirs.stderr);
      expect(!ours.stderr.includes('PKG_USAGE'), `${line.slice(-1)}: ${theirs.stderr}${ours.stderr}`).toBe(isTried);
    }
  });
});
