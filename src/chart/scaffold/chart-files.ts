/** The files of a new chart besides its templates: Chart.yaml, values.yaml, .helmignore and README. */
import { printScalar } from '../../yaml/print.ts';

/** `Chart.yaml`. */
export function chartYaml(name: string): string {
  return `apiVersion: v2
name: ${printScalar(name)}
description: A web service on Kubernetes
type: application

# The version of the chart: raise it with every change (https://semver.org).
version: 0.1.0

# The version of what the chart installs; the image's tag unless values say otherwise.
# In quotes, so that 1.10 stays 1.10.
appVersion: "1.29"
`;
}

/** `.helmignore`: what a packaged chart leaves out. */
export const helmignore = `# What a packaged chart leaves out: one pattern a line.
.DS_Store
.git/
.gitignore
.idea/
.vscode/
*.bak
*.orig
*.swp
*.tmp
*~
`;

/**
 * `values.yaml`.
 *
 * @param nameOverride the chart's name as a DNS label, empty when it is one already
 */
// The function is one text, the file that it writes.
// oxlint-disable-next-line max-lines-per-function
export function valuesYaml(nameOverride: string): string {
  return `# How many pods run, unless autoscaling is on.
replicaCount: 2

image:
  repository: nginxinc/nginx-unprivileged
  # The chart's appVersion when empty.
  tag: ""
  pullPolicy: IfNotPresent

# Secrets for pulling the image from a private registry: [{name: my-secret}]
imagePullSecrets: []

# Replaces the chart's name in the names of objects; fullnameOverride replaces the whole name.
nameOverride: "${nameOverride}"
fullnameOverride: ""

serviceAccount:
  # Make one; else use the one named here, or "default".
  create: true
  name: ""
  annotations: {}
  # Does the service talk to the Kubernetes API?
  automount: false

podAnnotations: {}
podLabels: {}

podSecurityContext:
  runAsNonRoot: true
  runAsUser: 101
  runAsGroup: 101
  fsGroup: 101
  seccompProfile:
    type: RuntimeDefault

securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]

# The port that the container listens on.
containerPort: 8080

# Environment variables of the container: [{name: LOG_LEVEL, value: info}]
env: []

service:
  type: ClusterIP
  port: 80

ingress:
  enabled: false
  # The cluster's default class when empty.
  className: ""
  annotations: {}
  hosts:
    - host: web.example.com
      paths:
        - path: /
          pathType: Prefix
  # [{secretName: web-tls, hosts: [web.example.com]}]
  tls: []

resources:
  requests:
    cpu: 50m
    memory: 64Mi
  limits:
    cpu: 500m
    memory: 128Mi

startupProbe:
  httpGet:
    path: /
    port: http
  periodSeconds: 2
  failureThreshold: 30

livenessProbe:
  httpGet:
    path: /
    port: http

readinessProbe:
  httpGet:
    path: /
    port: http

autoscaling:
  enabled: false
  minReplicas: 2
  maxReplicas: 10
  targetCPUUtilizationPercentage: 80

# How many pods a node drain may take away at once.
podDisruptionBudget:
  enabled: true
  maxUnavailable: 1

# Volumes beside the one for /tmp, and where they are mounted.
volumes: []
volumeMounts: []

nodeSelector: {}
tolerations: []
affinity: {}
`;
}

/** `README.md`. */
export function readme(name: string, isForHelm: boolean): string {
  const program = isForHelm ? 'helm' : 'pkg';
  const text = `# ${name}

A web service on Kubernetes: a Deployment behind a Service, with a ServiceAccount and a
PodDisruptionBudget; an Ingress and a HorizontalPodAutoscaler on demand.

    ${program} lint .
    ${program} template my-release .
    ${program} install my-release . --set replicaCount=3

All values, with what they mean, are in \`values.yaml\`; \`values.schema.json\` says which are valid.
`;
  return isForHelm ? text : `${text}${NEEDS_PKG}`;
}

const NEEDS_PKG = `
## This chart needs pkg

Its templates are Handlebars files (\`.hbs\`), which Helm cannot read. So that \`helm install\` stops
instead of taking them for manifests, \`templates/zz/_requires-pkg.tpl\` holds one line that Helm cannot
parse; \`pkg\` skips that file. Releases of this chart are ordinary Helm releases: \`helm list\`, \`status\`,
\`get\`, \`history\`, \`rollback\` and \`uninstall\` work on them.
`;
