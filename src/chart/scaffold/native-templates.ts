/** The templates of a new chart. They name no chart, so that they can be copied from one to another. */
export const templates: Readonly<Record<string, string>> = {
  'templates/_labels.hbs': `{{!-- Labels: {{> labels}} for every object, {{> selectorLabels}} for what selects pods, which never changes. --}}
{{#*inline "selectorLabels"}}
app.kubernetes.io/name: {{include "name"}}
app.kubernetes.io/instance: {{release.name}}
{{/inline}}
{{> selectorLabels}}
app.kubernetes.io/version: {{optional chart.appVersion}}
app.kubernetes.io/managed-by: {{release.service}}
helm.sh/chart: {{trimAll "-_." (trunc 63 (replace "+" "_" (printf "%s-%s" chart.name chart.version)))}}
`,

  'templates/_names.hbs': `{{!-- Names that several templates use: {{include "fullname"}}. --}}
{{#*inline "name"~}}
  {{trimSuffix "-" (trunc 63 (default chart.name values.nameOverride))}}
{{~/inline}}

{{#*inline "fullname"~}}
  {{#if values.fullnameOverride~}}
    {{trimSuffix "-" (trunc 63 values.fullnameOverride)}}
  {{~else if (contains (include "name") release.name)~}}
    {{trimSuffix "-" (trunc 63 release.name)}}
  {{~else~}}
    {{trimSuffix "-" (trunc 63 (join "-" (list release.name (include "name"))))}}
  {{~/if}}
{{~/inline}}

{{#*inline "serviceAccountName"~}}
  {{#if values.serviceAccount.create~}}
    {{default (include "fullname") values.serviceAccount.name}}
  {{~else~}}
    {{default "default" values.serviceAccount.name}}
  {{~/if}}
{{~/inline}}
`,

  'templates/deployment.yaml.hbs': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{include "fullname"}}
  labels:
    {{> labels}}
spec:
  {{#unless values.autoscaling.enabled}}
  replicas: {{values.replicaCount}}
  {{/unless}}
  selector:
    matchLabels:
      {{> selectorLabels}}
  template:
    metadata:
      annotations: {{optional values.podAnnotations}}
      labels:
        {{> labels}}
        {{spread values.podLabels}}
    spec:
      imagePullSecrets: {{optional values.imagePullSecrets}}
      serviceAccountName: {{include "serviceAccountName"}}
      automountServiceAccountToken: {{values.serviceAccount.automount}}
      securityContext: {{optional values.podSecurityContext}}
      containers:
        - name: app
          image: {{values.image.repository}}:{{default chart.appVersion values.image.tag}}
          imagePullPolicy: {{values.image.pullPolicy}}
          env: {{optional values.env}}
          ports:
            - name: http
              containerPort: {{values.containerPort}}
              protocol: TCP
          startupProbe: {{optional values.startupProbe}}
          livenessProbe: {{optional values.livenessProbe}}
          readinessProbe: {{optional values.readinessProbe}}
          resources: {{optional values.resources}}
          securityContext: {{optional values.securityContext}}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
            - {{spread values.volumeMounts}}
      volumes:
        - name: tmp
          emptyDir: {}
        - {{spread values.volumes}}
      nodeSelector: {{optional values.nodeSelector}}
      affinity: {{optional values.affinity}}
      tolerations: {{optional values.tolerations}}
`,

  'templates/hpa.yaml.hbs': `{{#if values.autoscaling.enabled}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{include "fullname"}}
  labels:
    {{> labels}}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{include "fullname"}}
  minReplicas: {{values.autoscaling.minReplicas}}
  maxReplicas: {{values.autoscaling.maxReplicas}}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{values.autoscaling.targetCPUUtilizationPercentage}}
{{/if}}
`,

  'templates/ingress.yaml.hbs': `{{#if values.ingress.enabled}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{include "fullname"}}
  labels:
    {{> labels}}
  annotations: {{optional values.ingress.annotations}}
spec:
  ingressClassName: {{optional values.ingress.className}}
  tls: {{optional values.ingress.tls}}
  rules:
    {{#each values.ingress.hosts}}
    - host: {{this.host}}
      http:
        paths:
          {{#each this.paths}}
          - path: {{this.path}}
            pathType: {{default "Prefix" this.pathType}}
            backend:
              service:
                name: {{include "fullname"}}
                port:
                  name: http
          {{/each}}
    {{/each}}
{{/if}}
`,

  'templates/pdb.yaml.hbs': `{{#if values.podDisruptionBudget.enabled}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{include "fullname"}}
  labels:
    {{> labels}}
spec:
  maxUnavailable: {{values.podDisruptionBudget.maxUnavailable}}
  selector:
    matchLabels:
      {{> selectorLabels}}
{{/if}}
`,

  'templates/service.yaml.hbs': `apiVersion: v1
kind: Service
metadata:
  name: {{include "fullname"}}
  labels:
    {{> labels}}
spec:
  type: {{values.service.type}}
  ports:
    - name: http
      port: {{values.service.port}}
      targetPort: http
      protocol: TCP
  selector:
    {{> selectorLabels}}
`,

  'templates/serviceaccount.yaml.hbs': `{{#if values.serviceAccount.create}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{include "serviceAccountName"}}
  labels:
    {{> labels}}
  annotations: {{optional values.serviceAccount.annotations}}
automountServiceAccountToken: {{values.serviceAccount.automount}}
{{/if}}
`,

  'templates/tests/connection.yaml.hbs': `apiVersion: v1
kind: Pod
metadata:
  name: {{include "fullname"}}-test-connection
  labels:
    # Not the selector's: the Service must not send anything here.
    app.kubernetes.io/component: test
    app.kubernetes.io/instance: {{release.name}}
    app.kubernetes.io/managed-by: {{release.service}}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  securityContext:
    runAsNonRoot: true
    runAsUser: 65534
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: wget
      image: busybox:1.37
      command: [wget, -q, -O, /dev/null]
      args: ["http://{{include "fullname"}}:{{values.service.port}}/"]
      resources:
        requests: {cpu: 10m, memory: 16Mi}
        limits: {cpu: 100m, memory: 32Mi}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
`,

  'templates/NOTES.txt.hbs': `{{#if values.ingress.enabled}}
{{release.name}} answers at:
{{#each values.ingress.hosts}}
  http{{#if values.ingress.tls}}s{{/if}}://{{this.host}}
{{/each}}
{{else}}
Reach {{release.name}} from your machine:

  kubectl --namespace {{release.namespace}} port-forward service/{{include "fullname"}} 8080:{{values.service.port}}

and open http://127.0.0.1:8080
{{/if}}
`,
};
