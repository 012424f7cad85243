/**
 * Finds the keys of random values: the fields of objects in which they stand, as `Secret/db:data.password`. Other
 * helpers and blocks may have changed a value, so it is looked for in all slots: as it is, in base64, or as the result
 * of an expression with it. Where the value is not visible, as in a checksum, its key is the field of the expression.
 */
import { charge } from '../functions/limits.ts';
import type { Slot, Slots } from './output.ts';
import { partsOf } from './random-calls.ts';
import type { MadeValue, RandomCalls } from './random-calls.ts';
import type { FieldKeys } from '../random-values.ts';
import { memberOf, NAMING, treeOf } from './slot-tree.ts';
import type { Leaf, SlottedDocument, Tree } from './slot-tree.ts';

/** A call and a field. `isSeen`: its value is visible there. `isOwn`: the expression of that field made it. */
type Sighting = { id: string; field: string; isSeen: boolean; isOwn: boolean };

/** Replaces a random value in the name of an object. */
const RANDOM = '*';
/** Shorter texts must be a whole value: in a longer one they may occur by chance. */
const MIN_LENGTH = 8;

/**
 * Finds keys.
 *
 * @param documents the documents of all objects, in the order of the render
 * @param namespace the namespace of the release, which objects may name or leave out
 * @returns the keys by the site of the call, those in Secrets first, and the calls whose values are visible
 */
export function findKeys(
  calls: RandomCalls,
  documents: readonly SlottedDocument[],
  slots: Slots,
  single: Parameters<typeof treeOf>[2],
  namespace: string,
): { keys: Map<string, FieldKeys>; seen: Set<string> } {
  const finder = new KeyFinder(calls, namespace);
  for (const document of documents) finder.document(treeOf(document, slots, single));
  return finder.finish();
}

/** Notes the path of each random call in a document inside `{{#yaml}}`, whose text is the value of a field. */
export function labelCalls(
  calls: RandomCalls,
  document: SlottedDocument,
  slots: Slots,
  single: Parameters<typeof treeOf>[2],
): void {
  const matcher = new Matcher(calls);
  const labelled = new Set<Slot>();
  visit(treeOf(document, slots, single), '', matcher, (_leaf, path, pieces) => {
    for (const { slot } of pieces) {
      if (labelled.has(slot)) continue;
      labelled.add(slot);
      for (const run of slot.random ?? []) run.path = `|${path}${run.path}`;
    }
  });
}

class KeyFinder {
  readonly #calls: RandomCalls;
  readonly #namespace: string;
  readonly #matcher: Matcher;
  readonly #sightings: Sighting[] = [];
  /** How often each object occurred: the second `Job/x` is `Job/x~2`. */
  readonly #objects = new Map<string, number>();

  constructor(calls: RandomCalls, namespace: string) {
    this.#calls = calls;
    this.#namespace = namespace;
    this.#matcher = new Matcher(calls);
  }

  document(tree: Tree): void {
    const kind = this.#stable(tree, 'kind');
    const items = memberOf(tree, 'items');
    const inner = tree.type === 'list' ? tree : kind.endsWith('List') && items?.type === 'list' ? items : undefined;
    if (inner !== undefined) {
      for (const item of inner.items) this.document(item);
      return;
    }
    const prefix = this.#objectOf(kind, memberOf(tree, 'metadata'));
    const seen = new Map<Slot, { first: string; ids: Set<string> }>();
    visit(tree, '', this.#matcher, (_leaf, path, pieces) => {
      // The API server stores stringData as data.
      const field = prefix + (kind === 'Secret' ? path.replace(/^stringData\b/, 'data') : path);
      for (const { slot, text } of pieces) {
        let known = seen.get(slot);
        if (known === undefined) seen.set(slot, (known = { first: field, ids: new Set() }));
        this.#piece(slot, text, field, known.ids);
      }
    });
    for (const [{ random = [] }, { first, ids }] of seen) {
      for (const { id, path } of random) {
        if (!ids.has(id)) this.#sightings.push({ id, field: first + path, isSeen: false, isOwn: true });
      }
    }
  }

  /**
   * The beginning of the keys in an object: `Secret/db:`, or `Secret/NAMESPACE/db:` outside the release's namespace.
   */
  #objectOf(kind: string, metadata: Tree | undefined): string {
    const namespace = this.#stable(metadata, 'namespace');
    const own = namespace === '' || namespace === this.#namespace ? [] : [namespace];
    const object = [kind, ...own, this.#stable(metadata, 'name')].join('/');
    const count = (this.#objects.get(object) ?? 0) + 1;
    this.#objects.set(object, count);
    return `${object}${count === 1 ? '' : `~${count}`}:`;
  }

  /** Notes the calls whose values a text holds; `seen` collects those of the slot's own expression. */
  #piece(slot: Slot, text: string, field: string, seen: Set<string>): void {
    const found = this.#matcher.find(text);
    const isText = typeof slot.value === 'string';
    for (const { id, path } of slot.random ?? []) {
      const isFound = found.delete(id);
      if (!isFound && !this.#matcher.isIn(id, text)) continue;
      seen.add(id);
      this.#sightings.push({ id, field: isText ? field + path : field, isSeen: true, isOwn: true });
    }
    for (const id of found) this.#sightings.push({ id, field, isSeen: true, isOwn: false });
  }

  /** The text of a field without its random parts; empty where there is none. */
  #stable(tree: Tree | undefined, name: string): string {
    const member = tree && memberOf(tree, name);
    return member?.type === 'leaf' ? this.#matcher.stable(member) : '';
  }

  finish(): ReturnType<typeof findKeys> {
    const owned = new Set(this.#sightings.filter(({ isOwn }) => isOwn).map(({ id }) => id));
    const shown = new Set(this.#sightings.filter(({ isOwn, isSeen }) => isOwn && isSeen).map(({ id }) => id));
    /** The calls of one function in a field, which are told apart by their order; those of hashes by their passwords. */
    const inField = new Map<string, string[]>();
    const placeOf = (id: string, field: string): string => {
      const { call = '', args = '', takesTexts = false } = this.#calls.values.get(id) ?? {};
      return `${field} ${call}${takesTexts ? `(${args})` : ''}`;
    };
    const fields = new Map<string, Set<string>>();
    const add = (id: string, field: string): void => {
      const name = placeOf(id, field);
      const ids = inField.get(name);
      if (ids === undefined) inField.set(name, [id]);
      else if (!ids.includes(id)) ids.push(id);
      fields.set(id, (fields.get(id) ?? new Set()).add(field));
    };
    for (const { id, field, isSeen, isOwn } of this.#sightings) {
      if (isSeen && isOwn === owned.has(id)) add(id, field);
    }
    for (const { id, field, isSeen } of this.#sightings) if (!isSeen && !shown.has(id)) add(id, field);
    const found = new Map<string, { keys: Set<string>; also: Set<string> }>();
    const settle = (id: string, { site, ownKey }: MadeValue): void => {
      const alone: string[] = [];
      const shared: string[] = [];
      for (const field of fields.get(id) ?? []) {
        const ids = inField.get(placeOf(id, field)) ?? [];
        const number = ids.indexOf(id) + 1;
        if (ids.length === 1) alone.push(field);
        else shared.push(number === 1 ? field : `${field}#${number}`);
      }
      // A number depends on the values before it in the field: it identifies a value only if nothing else does.
      const isKnown = ownKey !== undefined || alone.length > 0;
      const { keys, also } = found.get(site) ?? { keys: new Set(), also: new Set() };
      for (const key of isKnown ? alone : shared) keys.add(key);
      for (const key of isKnown ? shared : []) also.add(key);
      found.set(site, { keys, also });
    };
    for (const [id, value] of this.#calls.values) if (fields.has(id)) settle(id, value);
    // A call that is an argument of another gets the key of that one, as `FIELD<genCA`. The other was made after it,
    // so in reverse order its keys are known.
    for (const [id, value] of [...this.#calls.values].reverse()) {
      if (fields.has(id) || value.ownKey !== undefined) continue;
      const taker = this.#calls.values.get(this.#calls.takenBy.get(id) ?? '');
      const key = taker && (taker.ownKey ?? sorted(found.get(taker.site)?.keys ?? [])[0]);
      if (key === undefined) found.set(value.site, { keys: new Set([value.site]), also: new Set() });
      else {
        add(id, `${key}<${value.call}`);
        settle(id, value);
      }
    }
    const seen = new Set(this.#sightings.filter(({ isSeen }) => isSeen).map(({ id }) => id));
    const keys = new Map([...found].map(([site, one]) => [site, { keys: sorted(one.keys), also: sorted(one.also) }]));
    return { keys, seen };
  }
}

/** Sorts keys, those in Secrets first: the fields of other objects are copies of them. */
function sorted(keys: Iterable<string>): string[] {
  const rank = (key: string): string => (key.startsWith('Secret/') ? '0' : '1') + key;
  return [...keys].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** Finds the values of random calls, and the texts made of them, in other texts. */
class Matcher {
  readonly #calls: RandomCalls;
  readonly #whole = new Map<string, string[]>();
  /** Texts of at least {@link MIN_LENGTH} characters, by their first ones. */
  readonly #beginnings = new Map<string, { text: string; ids: string[] }[]>();

  constructor(calls: RandomCalls) {
    this.#calls = calls;
    for (const [id, { value }] of calls.values) for (const part of partsOf(value)) this.#add(part, [id]);
    for (const [text, ids] of calls.aliases) this.#add(text, ids);
  }

  #add(text: string, ids: string[]): void {
    for (const form of [text, Buffer.from(text).toString('base64')]) {
      if (form === '') continue;
      this.#whole.set(form, [...(this.#whole.get(form) ?? []), ...ids]);
      if (form.length < MIN_LENGTH) continue;
      const beginning = form.slice(0, MIN_LENGTH);
      const known = this.#beginnings.get(beginning);
      if (known === undefined) this.#beginnings.set(beginning, [{ text: form, ids }]);
      else known.push({ text: form, ids });
    }
  }

  /** The calls whose values stand in a text, in their order there. */
  find(text: string): Set<string> {
    const found = new Set(this.#whole.get(text));
    this.#each(text, ({ ids }) => ids.forEach((id) => found.add(id)));
    return found;
  }

  #each(text: string, found: (match: { text: string; ids: string[] }, at: number) => void): void {
    if (this.#beginnings.size === 0) return;
    charge(text.length);
    for (let at = 0; at + MIN_LENGTH <= text.length; at++) {
      for (const match of this.#beginnings.get(text.slice(at, at + MIN_LENGTH)) ?? []) {
        if (text.startsWith(match.text, at)) found(match, at);
      }
    }
  }

  /** Is the value of a call part of a text? Asked for calls of the text's own expression, so short values count too. */
  isIn(id: string, text: string): boolean {
    charge(text.length >> 3);
    return partsOf(this.#calls.values.get(id)?.value ?? '').some((part) => part !== '' && text.includes(part));
  }

  /** A text as part of a key, with {@link RANDOM} for what is random in it. */
  stable({ pieces }: Leaf): string {
    return pieces.map((piece) => (typeof piece === 'string' ? piece : this.#stablePiece(piece))).join('');
  }

  #stablePiece({ slot, text }: { slot: Slot; text: string }): string {
    if ((slot.random?.length ?? 0) > 0 || this.#whole.has(text)) return RANDOM;
    let result = '';
    let end = 0;
    this.#each(text, (match, at) => {
      if (at < end) return;
      result += text.slice(end, at) + RANDOM;
      end = at + match.text.length;
    });
    return result + text.slice(end);
  }
}

type Visitor = (leaf: Leaf, path: string, pieces: { slot: Slot; text: string }[]) => void;

/** Calls `found` for all texts with slots in them, also for keys of maps, with the path of the field. */
function visit(tree: Tree, path: string, matcher: Matcher, found: Visitor): void {
  const leaf = (one: Leaf, at: string): void => {
    const pieces = one.pieces.filter((piece) => typeof piece === 'object');
    if (pieces.length > 0) found(one, at, pieces);
  };
  if (tree.type === 'leaf') leaf(tree, path);
  else if (tree.type === 'map') {
    for (const { key, value } of tree.entries) {
      const at = path + keyLabel(matcher.stable(key), path === '');
      leaf(key, `${at}?`);
      visit(value, at, matcher, found);
    }
  } else {
    const counts = new Map<string, number>();
    for (const [index, item] of tree.items.entries()) {
      const label = itemLabel(item, matcher) ?? String(index);
      const count = (counts.get(label) ?? 0) + 1;
      counts.set(label, count);
      visit(item, `${path}[${label}${count === 1 ? '' : `~${count}`}]`, matcher, found);
    }
  }
}

function keyLabel(key: string, isFirst: boolean): string {
  if (/^[\w*-]+$/.test(key)) return isFirst ? key : `.${key}`;
  return `[${JSON.stringify(key)}]`;
}

/** The label `name=web` of an item with a name; its index would change when items are added before it. */
function itemLabel(item: Tree, matcher: Matcher): string | undefined {
  for (const name of NAMING) {
    const member = memberOf(item, name);
    const text = member?.type === 'leaf' ? matcher.stable(member) : RANDOM;
    if (text !== '' && !text.includes(RANDOM))
      return `${name}=${/^[\w./-]+$/.test(text) ? text : JSON.stringify(text)}`;
  }
  return undefined;
}
