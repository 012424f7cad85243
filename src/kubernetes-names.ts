/** The patterns of Kubernetes' names (k8s.io/apimachinery, pkg/util/validation). Their lengths are limited besides. */

/** A DNS name of one or more labels; at most 253 characters. */
export const DNS_SUBDOMAIN: RegExp = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** A label of a DNS name; at most 63 characters. */
export const DNS_LABEL: RegExp = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

/** The key of a label without its prefix, or the value of a label; at most 63 characters. */
export const LABEL_TEXT: RegExp = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
