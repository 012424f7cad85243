/** Plain keys that YAML 1.1, which Helm reads, takes for booleans: `on:` is the key `true`. */

const WORDS: Readonly<Record<'true' | 'false', RegExp>> = {
  true: /^(?:y|Y|yes|Yes|YES|on|On|ON)$/,
  false: /^(?:n|N|no|No|NO|off|Off|OFF)$/,
};

/** The key that a plain key is read as; undefined for what is read as it is written. */
export function booleanKey(written: string): 'true' | 'false' | undefined {
  return WORDS.true.test(written) ? 'true' : WORDS.false.test(written) ? 'false' : undefined;
}

/**
 * Says why a name is not there, if it is one of those.
 *
 * @param beside the names that are there
 */
export function booleanKeyHint(name: string, beside: { has: (key: string) => boolean }): string | undefined {
  const key = booleanKey(name);
  if (key === undefined || !beside.has(key)) return undefined;
  return `there is a key ${key} beside it, which is what YAML reads in a plain ${name}: write it as "${name}":`;
}
