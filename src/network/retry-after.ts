/** The pause that a busy server asks for. */

/**
 * Milliseconds by the header `Retry-After`, which has seconds or a date (RFC 9110, section 10.2.3); undefined where it has
 * neither. A number that is too large for a clock is infinite.
 */
export function retryAfter(header: string | string[] | undefined): number | undefined {
  const text = (typeof header === 'string' ? header : (header?.[0] ?? '')).trim();
  const pause = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(pause) ? undefined : Math.max(pause, 0);
}
