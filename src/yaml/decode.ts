/**
 * The values of YAML nodes, as Helm has them: go-yaml 2 decodes the nodes, and sigs.k8s.io/yaml converts the result to
 * JSON.
 */
import { printable } from '../errors-text.ts';
import { YamlError } from './yaml-error.ts';
import { goFloatKey, goFloatText } from './go-number.ts';
import type { YamlNode } from './nodes.ts';
import { isFloat, resolvePlainScalar } from './scalar.ts';
import { isTimestamp } from './timestamp.ts';
import { isMap } from './value.ts';
import type { Value, ValueMap } from './value.ts';

const YAML_TAGS = 'tag:yaml.org,2002:';
/** Tags of YAML that say the type of a scalar; any other tag is ignored, as by go-yaml. */
const RESOLVED: ReadonlySet<string> = new Set(['', 'str', 'bool', 'int', 'float', 'null', 'timestamp']);

/** The bound on the text of a YAML file: {@link MAX_TEXT_LENGTH} in `read.ts`. */
const MAX_ALIASED_TEXT = 1 << 24;

/** Decodes documents. */
export class Decoder {
  readonly #unique: boolean;
  readonly #textFloats: boolean;
  readonly #writtenKeys: boolean;
  /** The nodes that were decoded, and those of them that came from aliases, whose share go-yaml bounds. */
  #nodes = 0;
  #aliased = 0;
  #aliasDepth = 0;
  /**
   * Characters of scalars that came from aliases. go-yaml does not bound them: 100,000 aliases of a text of 1 MB are
   * 100 GB.
   */
  #aliasedText = 0;
  /** The targets of the aliases that are being decoded, to find one that contains itself. */
  readonly #open: Set<YamlNode> = new Set();
  /** Maps with a key that JSON cannot have, and the error about it. */
  #notJson: Map<ValueMap, YamlError> = new Map();
  /** The first infinity or not-a-number, for the position of the error. */
  #infinite: YamlNode | undefined;

  /**
   * @param unique a key that is written twice in a map is an error
   * @param textFloats floats become text, as sigs.k8s.io/yaml converts them for a field of type string
   * @param writtenKeys plain keys such as `on` and `no` are what is written, not `true` and `false`
   */
  constructor(unique: boolean, textFloats = false, writtenKeys = false) {
    this.#unique = unique;
    this.#writtenKeys = writtenKeys;
    this.#textFloats = textFloats;
  }

  /**
   * Decodes a document.
   *
   * @param beforeJson may change the value before infinity, not-a-number and keys that JSON cannot have are refused
   * @param others the number of nodes in other parts of the document
   * @throws {YamlError}
   */
  document(node: YamlNode, beforeJson?: (value: Value) => void, others = 0): Value {
    this.#nodes = 1 + others;
    this.#aliased = 0;
    this.#aliasedText = 0;
    this.#notJson = new Map();
    this.#infinite = undefined;
    const value = this.#value(node);
    if (this.#infinite !== undefined || this.#notJson.size > 0) {
      beforeJson?.(value);
      this.#checkJson(value);
    }
    return value;
  }

  /** How many values of the last document came from aliases, and the characters of these. */
  get aliased(): { values: number; text: number } {
    return { values: this.#aliased, text: this.#aliasedText };
  }

  /** Refuses what JSON cannot have. A value that a later key replaced is gone by now, and is not refused. */
  #checkJson(value: Value): void {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      const problem = 'infinity and not-a-number are not numbers in JSON, and so in Kubernetes';
      const name = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
      throw new YamlError(problem, this.#infinite?.at ?? 0, `json: unsupported value: ${name}`);
    }
    if (isMap(value)) {
      const error = this.#notJson.get(value);
      if (error !== undefined) throw error;
      for (const item of value.values()) this.#checkJson(item);
    } else if (Array.isArray(value)) {
      for (const item of value) this.#checkJson(item);
    }
  }

  #value(node: YamlNode): Value {
    this.#count(node);
    switch (node.kind) {
      case 'scalar': {
        const value = scalarValue(node);
        if (this.#textFloats && (typeof value === 'number' || typeof value === 'bigint') && isFloatNode(node, value)) {
          return goFloatText(Number(value));
        }
        if (typeof value === 'number' && !Number.isFinite(value)) this.#infinite ??= node;
        return value;
      }
      case 'list':
        return node.children.map((child) => this.#value(child));
      case 'map': {
        const map: ValueMap = new Map();
        this.#fill(map, node);
        return map;
      }
      default:
        return this.#alias(node, (target) => this.#value(target));
    }
  }

  /** Decodes the target of an alias. @throws {YamlError} if it contains the alias */
  #alias<T>(node: YamlNode, read: (target: YamlNode) => T): T {
    const target = node.target ?? node;
    if (this.#open.has(target)) {
      const name = `anchor '${node.value}'`;
      throw new YamlError(`the ${printable(name)} contains itself`, node.at, `yaml: ${name} value contains itself`);
    }
    this.#open.add(target);
    this.#aliasDepth++;
    const result = read(target);
    this.#aliasDepth--;
    this.#open.delete(target);
    return result;
  }

  /** Decodes the entries of a map into another one. */
  #fill(map: ValueMap, node: YamlNode): void {
    const seen = this.#unique ? new Set<string>() : undefined;
    const { children } = node;
    for (let index = 0; index + 1 < children.length; index += 2) {
      const [key, value] = [children[index] as YamlNode, children[index + 1] as YamlNode];
      if (isMerge(key)) {
        this.#merge(map, value);
        continue;
      }
      const name = this.#key(key, map, value);
      if (seen?.has(name)) {
        throw new YamlError(`the key '${printable(name)}' is written twice in this map`, key.at);
      }
      seen?.add(name);
      map.set(name, this.#value(value));
    }
  }

  /** The nodes of the values of a map by their keys, those of merged maps included. */
  entries(node: YamlNode): Map<string, YamlNode> {
    const entries = new Map<string, YamlNode>();
    const { children } = node;
    for (let index = 0; index + 1 < children.length; index += 2) {
      const [key, value] = [children[index] as YamlNode, children[index + 1] as YamlNode];
      if (!isMerge(key)) {
        entries.set(this.#key(key, new Map(), value), value);
        continue;
      }
      const merged = value.kind === 'alias' ? (value.target ?? value) : value;
      for (const item of merged.kind === 'list' ? merged.children.toReversed() : [merged]) {
        const map = item.kind === 'alias' ? (item.target ?? item) : item;
        for (const [name, child] of this.entries(map)) entries.set(name, child);
      }
    }
    return entries;
  }

  /** Decodes the value of `<<` into a map. */
  #merge(map: ValueMap, from: YamlNode): void {
    const resolved = from.kind === 'alias' ? from.target : from;
    if (resolved?.kind === 'map') {
      this.#count(from);
      if (from.kind === 'alias') {
        this.#alias(from, (target) => {
          this.#count(target);
          this.#fill(map, target);
        });
      } else {
        this.#fill(map, from);
      }
      return;
    }
    // Of several maps the first has priority, so it is merged last.
    for (const item of from.kind === 'list' ? from.children.toReversed() : [undefined]) {
      const target = item?.kind === 'alias' ? item.target : item;
      if (item === undefined || target?.kind !== 'map') {
        const helm = 'yaml: map merge requires map or sequence of maps as the value';
        throw new YamlError("'<<' takes a map or a list of maps", from.at, helm);
      }
      this.#merge(map, item);
    }
  }

  /** The text of a key. For a key that JSON cannot have the error is recorded, and the text is empty. */
  #key(node: YamlNode, map: ValueMap, value: YamlNode): string {
    this.#count(node);
    if (node.kind === 'alias') return this.#alias(node, (target) => this.#key(target, map, value));
    if (node.kind !== 'scalar') {
      this.#value(node);
      const problem = 'a map or a list cannot be the key of a map';
      throw new YamlError(problem, node.at, `yaml: invalid map key: ${this.#goSyntax(node)}`);
    }
    const key = scalarValue(node);
    if (typeof key === 'string') return key;
    if (this.#writtenKeys && typeof key === 'boolean' && node.tag === '' && !/^(?:true|false)$/i.test(node.value))
      return node.value;
    const tooLarge = typeof key === 'bigint' && key >= 2n ** 63n && !isFloat(node.value, key);
    if (typeof key === 'object' || tooLarge) {
      const problem = tooLarge ? 'this key is too large a number' : `a key cannot be null: write '""' or a name`;
      const what = tooLarge ? `uint64, key: 0x${key.toString(16)}` : '%!s(<nil>), key: <nil>';
      const helm = `unsupported map key of type: ${what}, value: ${this.#goSyntax(value)}`;
      this.#notJson.set(map, new YamlError(problem, node.at, helm));
      return '';
    }
    return scalarText(node, key);
  }

  /** A node as Go's `%#v` prints what go-yaml decodes it to: Helm's errors about keys have it. */
  #goSyntax(node: YamlNode): string {
    if (node.kind === 'alias') return this.#alias(node, (target) => this.#goSyntax(target));
    if (node.kind === 'list') {
      return `[]interface {}{${node.children.map((child) => this.#goSyntax(child)).join(', ')}}`;
    }
    if (node.kind === 'scalar') {
      const value = scalarValue(node);
      return value === null ? 'interface {}(nil)' : typeof value === 'string' ? JSON.stringify(value) : String(value);
    }
    const parts: string[] = [];
    for (let index = 0; index + 1 < node.children.length; index += 2) {
      parts.push(
        node.children
          .slice(index, index + 2)
          .map((child) => this.#goSyntax(child))
          .join(':'),
      );
    }
    return `map[interface {}]interface {}{${parts.join(', ')}}`;
  }

  /**
   * Counts a node, and refuses too many from aliases, with go-yaml's bound: they may make up nearly all of a small
   * document, and a tenth of a large one.
   *
   * @see https://github.com/yaml/go-yaml/blob/v2/decode.go, `allowedAliasRatio`
   */
  #count(node: YamlNode): void {
    this.#nodes++;
    if (this.#aliasDepth === 0) return;
    this.#aliased++;
    this.#aliasedText += node.value.length;
    if (this.#aliasedText > MAX_ALIASED_TEXT) {
      throw new YamlError('the aliases of this YAML unfold to too much text', node.at, undefined, { tooComplex: true });
    }
    if (this.#aliased <= 100 || this.#nodes <= 1000) return;
    const [low, high] = [400_000, 4_000_000];
    const allowed =
      this.#nodes <= low ? 0.99 : this.#nodes >= high ? 0.1 : 0.99 - (0.89 * (this.#nodes - low)) / (high - low);
    if (this.#aliased / this.#nodes > allowed) {
      const problem = 'the aliases of this YAML unfold to too many values';
      throw new YamlError(problem, node.at, 'yaml: document contains excessive aliasing', { tooComplex: true });
    }
  }
}

function isMerge(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === '<<' && (node.implicit || node.tag === `${YAML_TAGS}merge`);
}

/** The name of a tag of YAML itself, such as `int`; any other tag unchanged. */
function tagName(tag: string): string {
  return tag.startsWith(YAML_TAGS) ? tag.slice(YAML_TAGS.length) : tag;
}

/**
 * The value of a scalar; infinity and not-a-number are not refused.
 * @throws {YamlError} for one that does not fit its tag
 */
export function scalarValue(node: YamlNode): Value {
  if (node.tag === '') return node.implicit ? resolvePlainScalar(node.value) : node.value;
  const name = tagName(node.tag);
  const isYaml = name !== node.tag;
  if (isYaml && name === 'binary') return binaryValue(node);
  if (!isYaml || !RESOLVED.has(name) || name === 'str') return node.value;
  const value = resolvePlainScalar(node.value);
  const is = typeName(node.value, value, name);
  if (is === name || (name === 'float' && is === 'int')) return value;
  const shown = `'${printable(node.value)}' is not a value of the tag '!!${name}'`;
  throw new YamlError(shown, node.at, `yaml: cannot decode !!${is} \`${node.value}\` as a !!${name}`);
}

/** The type of a value as go-yaml names it. A timestamp is one only where the tag `!!timestamp` asks for it. */
function typeName(text: string, value: Value, wanted: string): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return wanted === 'timestamp' && isTimestamp(text) ? 'timestamp' : 'str';
  return isFloat(text, value as number | bigint) ? 'float' : 'int';
}

function binaryValue(node: YamlNode): string {
  const text = node.value.replace(/[\r\n]/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    const helm = 'yaml: !!binary value contains invalid base64 data';
    throw new YamlError("this '!!binary' value is not base64", node.at, helm);
  }
  return Buffer.from(text, 'base64').toString('utf8');
}

/** A number or boolean as sigs.k8s.io/yaml converts it to text, for a key or a field of type string. */
export function scalarText(node: YamlNode, value: boolean | number | bigint): string {
  if (typeof value === 'boolean') return String(value);
  return isFloatNode(node, value) ? goFloatKey(Number(value)) : String(value);
}

function isFloatNode(node: YamlNode, value: number | bigint): boolean {
  return isFloat(node.value, value) || tagName(node.tag) === 'float';
}
