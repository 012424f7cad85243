/** Quantities as Kubernetes writes them (k8s.io/apimachinery, pkg/api/resource). */
import type { Value } from '../../../yaml/value.ts';

const QUANTITY = /^([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:([KMGTPE]i|[numkMGTPE])|[eE]([+-]?[0-9]{1,3}))?$/;

const SUFFIXES: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** Is this text a quantity? */
export function isQuantity(text: string): boolean {
  return QUANTITY.test(text);
}

/** How much a quantity is, and its suffix; undefined for what is not one. */
export function quantityOf(value: Value | undefined): { amount: number; suffix: string } | undefined {
  if (typeof value === 'number') return { amount: value, suffix: '' };
  const found = typeof value === 'string' ? QUANTITY.exec(value) : null;
  if (found === null) return undefined;
  const [, digits = '', suffix = '', exponent = '0'] = found;
  return { amount: Number(digits) * (SUFFIXES[suffix] ?? 1) * 10 ** Number(exponent), suffix };
}
