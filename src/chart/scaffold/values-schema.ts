/** The schema of a new chart's values. */
import type { Json, JsonObject } from '../../yaml/value.ts';

const string: Json = { type: 'string' };
const boolean: Json = { type: 'boolean' };
const map: Json = { type: 'object' };
const list: Json = { type: 'array' };
const strings: Json = { type: 'object', additionalProperties: { type: 'string' } };
const port: Json = { type: 'integer', minimum: 1, maximum: 65535 };
const count: Json = { type: 'integer', minimum: 0 };

/** A map that allows only these keys, so that a misspelt one is an error. */
function closed(properties: JsonObject, required: string[] = []): JsonObject {
  return { type: 'object', additionalProperties: false, ...(required.length > 0 && { required }), properties };
}

const probe: Json = { type: ['object', 'null'] };
const quantities: Json = { type: 'object', additionalProperties: { type: ['string', 'number'] } };

/** `values.schema.json` of a new chart, as data. */
export const valuesSchema: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...closed(
    {
      global: map,
      replicaCount: count,
      image: closed(
        {
          repository: { type: 'string', minLength: 1 },
          tag: string,
          pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] },
        },
        ['repository'],
      ),
      imagePullSecrets: list,
      nameOverride: string,
      fullnameOverride: string,
      serviceAccount: closed({ create: boolean, name: string, annotations: strings, automount: boolean }, ['create']),
      podAnnotations: strings,
      podLabels: strings,
      podSecurityContext: map,
      securityContext: map,
      containerPort: port,
      env: {
        type: 'array',
        items: { type: 'object', required: ['name'], properties: { name: string, value: string, valueFrom: map } },
      },
      service: closed({ type: { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] }, port }, ['port']),
      ingress: closed({
        enabled: boolean,
        className: string,
        annotations: strings,
        hosts: {
          type: 'array',
          items: closed(
            {
              host: string,
              paths: {
                type: 'array',
                minItems: 1,
                items: closed(
                  {
                    path: { type: 'string', pattern: '^/' },
                    pathType: { enum: ['Exact', 'Prefix', 'ImplementationSpecific'] },
                  },
                  ['path'],
                ),
              },
            },
            ['host', 'paths'],
          ),
        },
        tls: list,
      }),
      resources: closed({ requests: quantities, limits: quantities, claims: list }),
      startupProbe: probe,
      livenessProbe: probe,
      readinessProbe: probe,
      autoscaling: closed({
        enabled: boolean,
        minReplicas: { type: 'integer', minimum: 1 },
        maxReplicas: { type: 'integer', minimum: 1 },
        targetCPUUtilizationPercentage: { type: 'integer', minimum: 1 },
      }),
      podDisruptionBudget: closed({
        enabled: boolean,
        maxUnavailable: { anyOf: [count, { type: 'string', pattern: '^[0-9]+%$' }] },
      }),
      volumes: list,
      volumeMounts: list,
      nodeSelector: strings,
      tolerations: list,
      affinity: map,
    },
    ['replicaCount', 'image', 'service'],
  ),
};
