/** Records the calls of random helpers in a render, in their order, with the value of each. */
import { isMap } from '../../yaml/value.ts';
import { charge, chargeRead } from '../functions/limits.ts';
import { callId, isKeyed, keyedSite, matchesKey } from '../random-values.ts';
import type { FieldKeys, RandomInput, RandomValue } from '../random-values.ts';
import { ABSENT } from './helpers/types.ts';
import type { Argument } from './helpers/types.ts';

/** A call as the evaluator sees it. */
export type RandomCall = {
  /** Tells the call from all others of the render, whatever its arguments are. */
  site: string;
  /** The identities that earlier versions of pkg gave it. */
  earlier: readonly string[];
  call: string;
  args: string;
  /** The texts among its arguments, which may be random values themselves. */
  texts: readonly string[];
  /** The key of `key="admin"`. */
  key: string | undefined;
  form: RegExp | undefined;
  written: RandomValue['written'];
};

/** Functions whose result does not show their arguments. */
const HASHES: ReadonlySet<string> = new Set(['bcrypt', 'htpasswd']);

/** The value of a call, the key of its `key="admin"`, and whether there are texts among its arguments. */
export type MadeValue = RandomValue & { ownKey: string | undefined; takesTexts: boolean };

/** One run of a call. `path` is that within a document inside `{{#yaml}}`. */
export type Occurrence = { id: string; path: string };

/** What the passes of a render share: the values made so far, the keys that the last pass found, and the sites of its keyed calls. */
export type PassState = {
  made: Map<string, string>;
  keys: ReadonlyMap<string, FieldKeys>;
  keyed: ReadonlySet<string>;
};

/** A call whose value is in no field. */
export const NO_KEYS: FieldKeys = { keys: [], also: [] };

/** The steps of a call: it is stored with its names, about two kilobytes, until the release is written. */
const CALL = 500;

/** Longer texts are not looked for, nor more texts of one result: they hold more than a random value. */
const MAX_ALIAS = 100_000;
const MAX_ALIASES = 1000;

/** The calls of one pass over the templates. */
export class RandomCalls {
  /** The values, by {@link callId}. */
  readonly values: Map<string, MadeValue> = new Map();
  /** The runs in their order, without those in templates that another one included. */
  readonly log: Occurrence[] = [];
  /** Texts made of random values, as by `(lower (randAlphaNum 16))`, with the calls whose values went into them. */
  readonly aliases: Map<string, string[]> = new Map();
  /** For each call whose value is an argument of another call, that other call. */
  readonly takenBy: Map<string, string> = new Map();
  readonly #input: RandomInput | undefined;
  readonly #state: PassState;
  readonly #byText = new Map<string, string>();
  readonly #byKey = new Map<string, string>();
  /** How often each call ran. */
  readonly #runs = new Map<string, number>();
  /** How many runs of a call are among the arguments of a hash. */
  readonly #hashed = new Map<string, number>();
  /** Calls that were given the stored value of a call with a key, which seemed to be gone. */
  readonly #fromOthers: { site: string; other: string }[] = [];

  constructor(input: RandomInput | undefined, state: PassState) {
    this.#input = input;
    this.#state = state;
  }

  /**
   * The value of a call.
   *
   * @param since the length of the log before the arguments were evaluated: the calls after it are among them
   * @returns undefined when another call has the same key
   */
  remember(call: RandomCall, since: number, make: () => string): string | undefined {
    charge(CALL);
    const site = call.key === undefined ? call.site : keyedSite(call.key, call.call);
    const id = callId({ site, args: call.args });
    const known = this.values.get(id);
    const value = known?.value ?? this.#value(call, site, id, make);
    if (value === undefined) return undefined;
    for (const { id: inner } of this.log.slice(since)) {
      this.#take(inner, id);
      if (HASHES.has(call.call)) this.#hashed.set(inner, (this.#hashed.get(inner) ?? 0) + 1);
    }
    for (const text of call.texts) this.#take(this.#byText.get(text), id);
    this.log.push({ id, path: '' });
    this.#runs.set(id, (this.#runs.get(id) ?? 0) + 1);
    return value;
  }

  /** The calls all of whose runs are among the arguments of hashes. */
  get hashed(): Set<string> {
    return new Set([...this.#hashed].flatMap(([id, count]) => (count === this.#runs.get(id) ? [id] : [])));
  }

  /** The sites of all calls with keys of their own. */
  get keyed(): Set<string> {
    return new Set([...this.values.values()].flatMap(({ site }) => (isKeyed(site) ? [site] : [])));
  }

  /** The sites of calls that were given a value which belongs to another call of this pass. */
  get conflicts(): string[] {
    const { keyed } = this;
    return this.#fromOthers.flatMap(({ site, other }) => (keyed.has(other) ? [site] : []));
  }

  #take(inner: string | undefined, id: string): void {
    if (inner !== undefined && inner !== id && !this.takenBy.has(inner)) this.takenBy.set(inner, id);
  }

  #value(
    { earlier, call, args, texts, key, form, written }: RandomCall,
    site: string,
    id: string,
    make: () => string,
  ): string | undefined {
    if (key !== undefined && (this.#byKey.get(key) ?? id) !== id) return undefined;
    if (key !== undefined) this.#byKey.set(key, id);
    const { stored, rotate = [], living } = this.#input ?? {};
    const { keys: fields, also } = this.#state.keys.get(site) ?? stored?.keysOf(site) ?? NO_KEYS;
    const keys = key === undefined ? fields : [key, ...fields.filter((field) => field !== key)];
    // A value with a key is another's; a call whose key was removed is found by its field, if the key is used no more.
    const isTaken = (other: string): boolean => {
      if (!isKeyed(other) || other === site) return false;
      if (key !== undefined || this.#state.keyed.has(other)) return true;
      this.#fromOthers.push({ site, other });
      return false;
    };
    const candidates = stored?.candidates({ keys, call, args, earlier }, isTaken) ?? [];
    const isRotated = matchesKey(rotate, [...keys, ...also]);
    const found = isRotated ? undefined : (living?.get(id) ?? candidates[0]);
    const value = found ?? this.#state.made.get(id) ?? make();
    if (found === undefined) this.#state.made.set(id, value);
    const missing = isRotated ? 'rotated' : (stored?.whyMissing(keys, call, isTaken) ?? 'missing');
    const reason = found === undefined ? missing : undefined;
    const takesTexts = texts.length > 0;
    this.values.set(id, {
      keys,
      also,
      call,
      args,
      site,
      value,
      candidates,
      reason,
      form,
      written,
      isLost: false,
      ownKey: key,
      takesTexts,
    });
    for (const text of partsOf(value)) if (!this.#byText.has(text)) this.#byText.set(text, id);
    return value;
  }

  /** Notes the result of an expression with random calls in it, as `(lower (randAlphaNum 16))`. */
  derived(since: number, result: unknown): void {
    const ids = [...new Set(this.log.slice(since).map(({ id }) => id))];
    let left = MAX_ALIASES;
    const visit = (value: unknown): void => {
      if (left-- <= 0) return;
      if (typeof value === 'string') {
        if (value === '' || value.length > MAX_ALIAS || this.#byText.has(value) || this.aliases.has(value)) return;
        chargeRead(value);
        this.aliases.set(value, ids);
      } else if (Array.isArray(value)) for (const item of value) visit(item);
      else if (isMap(value as Argument)) for (const item of (value as Map<string, unknown>).values()) visit(item);
    };
    charge(ids.length);
    visit(result);
  }
}

/** The texts of a random value: a certificate is a map of two, written as JSON. */
export function partsOf(value: string): string[] {
  if (!value.startsWith('{"')) return [value];
  try {
    return Object.values(JSON.parse(value) as Record<string, string>);
  } catch {
    // A random text may begin like JSON.
    return [value];
  }
}

/** The texts in arguments, however deep. */
export function textsOf(args: readonly Argument[]): string[] {
  return args.flatMap((arg): string[] => {
    if (typeof arg === 'string') return [arg];
    if (Array.isArray(arg)) return textsOf(arg);
    return arg !== ABSENT && isMap(arg) ? textsOf([...arg.values()]) : [];
  });
}
