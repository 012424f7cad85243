/** Unquoted keys that YAML 1.1 reads as booleans, and so Helm: `on:` is the key `true`. */

const WORDS: Readonly<Record<'true' | 'false', RegExp>> = {
  true: /^(?:y|Y|yes|Yes|YES|on|On|ON)$/,
  false: /^(?:n|N|no|No|NO|off|Off|OFF)$/,
};

/** The boolean that an unquoted key is read as; undefined for a key that stays text. */
export function booleanKey(written: string): 'true' | 'false' | undefined {
  return WORDS.true.test(written) ? 'true' : WORDS.false.test(written) ? 'false' : undefined;
}

/**
 * The hint for a name that is missing because its unquoted key was read as a boolean: `on` became the key `true`.
 *
 * @param beside the keys that exist in the same map
 */
export function booleanKeyHint(name: string, beside: { has: (key: string) => boolean }): string | undefined {
  const key = booleanKey(name);
  if (key === undefined || !beside.has(key)) return undefined;
  return `put quotes around the key ${name}: without them YAML reads it as ${key}`;
}
