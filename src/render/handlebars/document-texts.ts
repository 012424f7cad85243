/**
 * Numbers and booleans in fields that are texts in Kubernetes, as the port of an environment variable: those that are
 * written as they are read become texts, and for `1.10` or `yes` there is an error.
 */
import { ValueError } from '../../chart/value-error.ts';
import { PkgError } from '../../errors.ts';
import type { Position } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../yaml/value.ts';
import type { FieldType, KindTypes } from '../field-types.ts';
import { kindOf, memberOf, objectWithTexts } from '../text-fields.ts';
import type { Wanted } from '../text-fields.ts';
import { inTopValues } from './template-error.ts';
import type { Filler } from './fill.ts';
import { checkLiterals } from './layout.ts';
import type { LiteralErrors, TextRules } from './layout.ts';
import type { Slot } from './output.ts';
import type { DocumentStructure } from './document-structure.ts';
import type { ObjectHead } from './layout-codec.ts';
import type { Node } from './structure.ts';
import type { SlottedDocument } from './slot-tree.ts';
import type { TracedField, Tracer } from './trace.ts';

/** A number or a boolean that became the text of a field. */
export type TextMade = {
  value: number | bigint | boolean;
  field: string;
  at: () => Position;
  /** Its path in the values of the top chart, if it comes from there. */
  valuePath: () => readonly string[] | undefined;
  /** It is part of a Secret, so that no message may show it. */
  isSecret: boolean;
};

/** Numbers that became texts beyond this are not noted. */
const MAX_TEXTS = 10_000;

/** Makes and checks the texts in the documents of one render. */
export class DocumentTexts {
  readonly #changed: TextMade[] = [];
  readonly #types: KindTypes | undefined;
  readonly #filler: Filler;
  readonly #tracer: Tracer;
  readonly #heads = new Map<DocumentStructure, { type: FieldType | undefined; isSecret: boolean }>();
  /** Is the document that is being read a Secret? */
  #isSecret = false;
  /** The path in the top chart's values at which the values of the chart stand whose documents are read. */
  at: readonly string[] = [];

  readonly #single: (slot: Slot) => SlottedDocument | undefined;

  /** @param single reads the document of a partial that is a value */
  constructor(
    types: KindTypes | undefined,
    filler: Filler,
    tracer: Tracer,
    single: (slot: Slot) => SlottedDocument | undefined,
  ) {
    this.#single = single;
    this.#types = types;
    this.#filler = filler;
    this.#tracer = tracer;
  }

  /** Begins with the document that the filler has begun, and gives its type. */
  begin(structure: DocumentStructure): FieldType | undefined {
    let head = this.#heads.get(structure);
    if (head === undefined) {
      // All documents of this structure have the same type, unless their kind is a value.
      const constant = structure.cachedHead ?? constantHead(structure.node);
      if (constant === undefined) {
        const { node } = structure;
        head = { type: this.#typeOf(node), isSecret: this.#textAt(node, 'kind') === 'Secret' };
      } else {
        const { apiVersion, kind } = constant;
        head = { type: this.#types?.of(apiVersion, kind), isSecret: kind === 'Secret' };
        this.#heads.set(structure, head);
      }
    }
    this.#isSecret = head.isSecret;
    return head.type;
  }

  /** The numbers and booleans that became the texts of fields. */
  get made(): readonly TextMade[] {
    return this.#changed;
  }

  /** The type of an object of the document that the filler has begun; undefined for what is not written as a map. */
  #typeOf(node: Node, apiVersion = '', kind = ''): FieldType | undefined {
    if (node.type !== 'map' && !(node.type === 'const' && isMap(node.value))) return undefined;
    return this.#types?.of(this.#textAt(node, 'apiVersion') ?? apiVersion, this.#textAt(node, 'kind') ?? kind);
  }

  #textAt(node: Node, name: string): string | undefined {
    if (node.type === 'const') {
      const field = isMap(node.value) ? node.value.get(name) : undefined;
      return typeof field === 'string' ? field : undefined;
    }
    const entry = node.type === 'map' ? node.entries.find((one) => one.type === 'pair' && one.key === name) : undefined;
    const value = entry?.type === 'pair' ? this.#filler.valueOf(entry.value) : undefined;
    return typeof value === 'string' ? value : undefined;
  }

  /** Checks the values that are written in a structure, and not given by mustaches: see {@link checkLiterals}. */
  checkLiterals(node: Node, type: FieldType | undefined, trace: (path: ValuePath) => TracedField): void {
    const errors = this.#literalErrors(trace);
    checkLiterals(node, type, [], errors);
    const kind = this.#textAt(node, 'kind') ?? '';
    if (node.type !== 'map' || !kind.endsWith('List')) return;
    const items = node.entries.find((entry) => entry.type === 'pair' && entry.key === 'items');
    if (items?.type !== 'pair' || items.value.type !== 'list') return;
    for (const [index, item] of items.value.items.entries()) {
      if (item.type === 'spread') continue;
      const itemType = this.#typeOf(item, this.#textAt(node, 'apiVersion'), kind.slice(0, -'List'.length));
      checkLiterals(item, itemType, ['items', index], errors);
    }
  }

  /** Throws the errors that {@link checkLiterals} finds. */
  #literalErrors(trace: (path: ValuePath) => TracedField): LiteralErrors {
    const isSecret = this.#isSecret;
    return {
      literal: (written, path) => {
        const what = isSecret ? 'what is written' : printable(written);
        const message = `${printable(path.join('.'))} is a string in Kubernetes, and ${what} is not`;
        const hints = [isSecret ? 'put quotes around it' : `put quotes around it: "${what}"`];
        throw new PkgError('PKG_OBJECT_INVALID', message, {
          at: { ...trace(path).at, ...(isSecret && { isSecret }) },
          hints,
        });
      },
      misplaced: (found, path, wanted) => {
        throw misplacedError(found, wanted, path, trace(path), isSecret);
      },
    };
  }

  /** Checks the values written in the documents of partials that are values: `metadata: {{> metadata}}`. */
  #checkPartials(
    { node, base }: SlottedDocument,
    type: FieldType | undefined,
    path: ValuePath,
    trace: (path: ValuePath) => TracedField,
  ): void {
    const visit = (one: Node, inner: FieldType | undefined, at: ValuePath): void => {
      if (inner === undefined) return;
      if (one.type === 'hole') {
        if (one.hole.kind !== 'p') return;
        this.#filler.begin(base);
        const partial = this.#single(this.#filler.slot(one.hole));
        if (partial === undefined) return;
        checkLiterals(partial.node, inner, at, this.#literalErrors(trace));
        this.#checkPartials(partial, inner, at, trace);
      } else if (one.type === 'list' && inner.holds === 'list') {
        for (const [index, item] of one.items.entries())
          if (item.type !== 'spread') visit(item, inner.of, [...at, index]);
      } else if (one.type === 'map') {
        for (const entry of one.entries) {
          if (entry.type !== 'pair' || typeof entry.key !== 'string') continue;
          visit(entry.value, memberOf(inner, entry.key), [...at, entry.key]);
        }
      }
    };
    visit(node, type, path);
  }

  /** What happens to values of mustaches that do not fit to their fields. */
  rules(document: SlottedDocument, trace: (path: ValuePath) => TracedField): TextRules {
    const isSecret = this.#isSecret;
    return {
      refuse: (value, path, wanted) => {
        const { at, valuePath } = trace(path);
        if (wanted !== 'text' || typeof value === 'object')
          throw misplacedError(kindOf(value), wanted, path, { at, valuePath }, isSecret);
        const message = `${printable(path.join('.'))} is a text in Kubernetes, and this is a number with a fraction: 1.10 is 1.1 already`;
        const error = new ValueError('PKG_OBJECT_INVALID', message, {
          at: { ...at, ...(isSecret && { isSecret }) },
          hints: valuePath === undefined ? ['make it a text: {{toString x}}'] : [],
        });
        error.valuePath = valuePath;
        error.isUnquoted = true;
        throw error;
      },
      changed: (value, path) => {
        const { at } = this;
        const valuePath = (): readonly string[] | undefined =>
          inTopValues(this.#tracer.valuePath(document.node, document.base, path), at);
        const { length } = this.#changed;
        if (length >= MAX_TEXTS) return;
        this.#changed.push({ value, field: path.join('.'), at: () => trace(path).at, valuePath, isSecret });
      },
    };
  }

  /** An object whose numbers and booleans became texts where texts belong. */
  of(object: ValueMap, node: Node, base: number, trace: (path: ValuePath) => TracedField): ValueMap {
    if (this.#types === undefined) return object;
    this.#checkPartials({ node, base }, this.#typeOf(node), [], trace);
    const { refuse, changed } = this.rules({ node, base }, trace);
    return objectWithTexts(object, this.#types, refuse, changed);
  }
}

/** The error for a text, a list or a map where something else belongs, and for a text that is not base64. */
function misplacedError(
  found: string,
  wanted: Wanted,
  path: ValuePath,
  { at, valuePath }: TracedField,
  isSecret: boolean,
): ValueError {
  const message = `${printable(path.join('.'))} is a ${wanted} in Kubernetes, and this is ${wanted === 'text in base64' && found === 'a text' ? 'none' : found}`;
  const error = new ValueError('PKG_OBJECT_INVALID', message, {
    at: { ...at, ...(isSecret && { isSecret }) },
    hints: [hintFor(found, wanted, path)],
  });
  error.valuePath = valuePath;
  return error;
}

function hintFor(found: string, wanted: Wanted, path: ValuePath): string {
  const [holder, key] = path.slice(-2);
  if (wanted === 'text' && found === 'a map') {
    if (key === 'matchLabels') return `this ${String(holder)} is a plain map: write the labels themselves below it`;
    if (typeof holder === 'string' && MAPS_OF_TEXTS.has(holder))
      return `${holder} has texts only: {{spread x}} on a line of its own adds the keys of a map, and {{toJson x}} is its text`;
  }
  if (wanted === 'text' && found === 'a list' && typeof key === 'number')
    return '{{spread x}} instead of {{x}} adds the items of the list to the list around it';
  return HINTS[wanted][found] ?? OTHERWISE[wanted];
}

/** Maps whose values are short texts. */
const MAPS_OF_TEXTS: ReadonlySet<string> = new Set([
  'labels',
  'annotations',
  'matchLabels',
  'selector',
  'nodeSelector',
]);

/** The hints, by what the field holds in Kubernetes and by what stands there. */
const HINTS: Readonly<Record<Wanted, Readonly<Record<string, string>>>> = {
  text: {},
  'text in base64': {},
  list: {
    'a map': 'write an item for each key: {{#each x}}, and in it - name: {{@key}} with what else an item has',
  },
  map: {
    'a text':
      'a text stays one: give {{x}} a map among the values, or write {{> name}} for what a partial prints, or key: value',
    'a list': 'keys have no dashes: write key: value, or {{#each x}} with a key for each item',
  },
};

const OTHERWISE: Readonly<Record<Wanted, string>> = {
  text: 'write {{toYaml x}} or {{toJson x}} for its text, or put what is written behind |',
  'text in base64': 'write {{b64enc x}}, or put the key under stringData, where texts are themselves',
  list: 'write it as an item of a list: - {{x}}',
  map: 'write key: value, or {{x}} for a map among the values',
};

/** What the documents of a structure say they are; undefined where that is a value. */
export function constantHead(node: Node): ObjectHead | undefined {
  const textOf = (name: string): string | undefined => {
    const value = constantAt(node, name);
    return typeof value === 'string' ? value : undefined;
  };
  const [apiVersion, kind] = [textOf('apiVersion'), textOf('kind')];
  return apiVersion === undefined || kind === undefined ? undefined : { apiVersion, kind };
}

function constantAt(node: Node, name: string): Value | undefined {
  if (node.type === 'const') return isMap(node.value) ? node.value.get(name) : undefined;
  const entry = node.type === 'map' ? node.entries.find((one) => one.type === 'pair' && one.key === name) : undefined;
  return entry?.type === 'pair' && entry.value.type === 'const' ? entry.value.value : undefined;
}
