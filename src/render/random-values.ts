/**
 * Random values of native templates, and which of those that earlier revisions stored belongs to which call. A call is
 * known by its keys: the one that it names itself (`key="admin"`), and the fields of objects where its value stands
 * (`Secret/db:data.password`). docs/releases.md states the rule for users.
 */

import type { Position } from '../errors.ts';

/** A random value as a revision stores it. */
export type StoredValue = {
  /** The keys by which it is found. The first one is shown. */
  keys: readonly string[];
  /** Further fields with it, which hold other values of the function too: they are shown, and `--rotate` matches them. */
  also: readonly string[];
  /** The function that made it, and its arguments as a text, or a digest of it. */
  call: string;
  args: string;
  /** The call among all calls of the render: so the next render knows its keys before its documents are read. */
  site: string;
  value: string;
};

/** What one revision has stored. */
export type StoredRevision = {
  revision: number;
  values: readonly StoredValue[];
  /** Values that earlier versions of pkg stored, by the place of the call in the templates. */
  earlier: ReadonlyMap<string, string>;
};

/** Why a value is new: it was rotated, its arguments or its function changed, or none is stored for it. */
export type Reason = 'rotated' | 'arguments' | 'function' | 'missing';

/** A random value of a render. */
export type RandomValue = StoredValue & {
  /** The values that are stored for it, the newest first. */
  candidates: readonly string[];
  /** Undefined for a value that is not new. */
  reason: Reason | undefined;
  /** The template that makes the call, and where; undefined for a text of `tpl`. */
  written: { template: string; at: Position } | undefined;
  /** Is it only hashed, and in no field? Then nobody can know it. */
  isLost: boolean;
  /** A pattern for the values of such a call, if it distinguishes them from most texts. */
  form: RegExp | undefined;
};

/** The random values that a render starts with. */
export type RandomInput = {
  stored: StoredValues;
  /** Patterns of keys: values with a matching key are generated anew. */
  rotate?: readonly string[];
  /** Values that live in the cluster and are used instead of stored ones, by {@link callId}. */
  living?: ReadonlyMap<string, string>;
};

/** The fields that contain a value: those that identify it, and those that do not, see {@link StoredValue}. */
export type FieldKeys = Pick<StoredValue, 'keys' | 'also'>;

/** The site of a call with a key of its own: it identifies the call wherever that is written. */
export function keyedSite(key: string, call: string): string {
  return `key ${key} ${call}`;
}

/** Is it the site of a call with a key of its own? All others begin with the name of a template. */
export function isKeyed(site: string): boolean {
  return site.startsWith('key ');
}

/** Identifies a call with its arguments among all calls of a render. */
export function callId({ site, args }: Pick<StoredValue, 'site' | 'args'>): string {
  return `${site}(${args})`;
}

/** Looks up the values that revisions have stored. */
export class StoredValues {
  /** Newest first. */
  readonly #revisions: readonly StoredRevision[];
  readonly #byKey = new Map<string, { revision: number; value: StoredValue }[]>();
  readonly #values = new Set<string>();
  readonly #sites: ReadonlyMap<string, FieldKeys>;
  readonly #newestKeyed: number;

  constructor(revisions: readonly StoredRevision[] = []) {
    this.#revisions = revisions.toSorted((a, b) => b.revision - a.revision);
    const keyed = this.#revisions.filter(({ values }) => values.length > 0);
    for (const { revision, values } of keyed) {
      for (const value of values) {
        this.#values.add(value.value);
        for (const key of value.keys) {
          const known = this.#byKey.get(key);
          if (known === undefined) this.#byKey.set(key, [{ revision, value }]);
          else known.push({ revision, value });
        }
      }
    }
    this.#sites = new Map(keyed[0]?.values.map(({ site, keys, also }) => [site, { keys, also }]));
    this.#newestKeyed = keyed[0]?.revision ?? 0;
  }

  get isEmpty(): boolean {
    return this.#revisions.every(({ values, earlier }) => values.length === 0 && earlier.size === 0);
  }

  /** The newest revision that has stored any. */
  get newest(): number | undefined {
    return this.#revisions.find(({ values, earlier }) => values.length > 0 || earlier.size > 0)?.revision;
  }

  /** The keys of a call of the newest revision: a guess, for a template that was edited may have another call there. */
  keysOf(site: string): FieldKeys | undefined {
    return this.#sites.get(site);
  }

  /**
   * The values for a call, each once, the newest revision first; within one in the order of the keys.
   *
   * @param isTaken tells by its site whether a stored value belongs to another call of the render, which has its key
   * @param earlier what earlier versions of pkg named the call. Such a name may mean another call once a template is
   *   edited, so it counts only where no later revision has stored values by their keys.
   */
  candidates(
    { keys, call, args, earlier }: { keys: readonly string[]; call: string; args: string; earlier: readonly string[] },
    isTaken: (site: string) => boolean,
  ): string[] {
    const found = keys
      .flatMap((key) => this.#byKey.get(key) ?? [])
      .filter(({ value }) => value.call === call && !isTaken(value.site));
    const matching = found.filter(({ value }) => value.args === args);
    const all = matching.map(({ revision, value }) => ({ revision, value: value.value }));
    for (const revision of this.#revisions) {
      if (revision.revision <= this.#newestKeyed) break;
      const value = earlier.map((name) => revision.earlier.get(name)).find((one) => one !== undefined);
      if (value !== undefined) all.push({ revision: revision.revision, value });
    }
    return [...new Set(all.sort((a, b) => b.revision - a.revision).map(({ value }) => value))];
  }

  /** Is it a stored value of some call? */
  has(value: string): boolean {
    return this.#values.has(value);
  }

  /** Why none of the values that are stored for these keys is one of this call. */
  whyMissing(keys: readonly string[], call: string, isTaken: (site: string) => boolean): Reason {
    const found = keys.flatMap((key) => this.#byKey.get(key) ?? []).filter(({ value }) => !isTaken(value.site));
    if (found.length === 0) return 'missing';
    return found.some(({ value }) => value.call === call) ? 'arguments' : 'function';
  }
}

/** Does a pattern, in which `*` stands for any text and `?` for one character, match one of the keys? */
export function matchesKey(patterns: readonly string[], keys: readonly string[]): boolean {
  return patterns.some((pattern) => keys.some((key) => matches(pattern, key)));
}

/** Backtracks to the last `*` only, so that it takes at most the product of the lengths. */
function matches(pattern: string, text: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let from = 0;
  while (next < text.length) {
    if (pattern[at] === '*') {
      star = at++;
      from = next;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[next])) {
      at++;
      next++;
    } else if (star >= 0) {
      at = star + 1;
      next = ++from;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
