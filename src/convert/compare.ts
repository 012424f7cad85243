/** Compares an object of a native template with that of the Go template. */
import { PkgError } from '../errors.ts';
import { parseYaml } from '../yaml/read.ts';
import { equalJson, isMap, toPlain } from '../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../yaml/value.ts';

/** The first field that differs. */
export type Difference = { path: ValuePath; go: Value | undefined; native: Value | undefined };

/**
 * Checksums of templates (`include … | sha256sum`) that were seen, native to Go. Both engines print other text, so the
 * sums differ; but two renders with the same native sum must have the same Go sum.
 */
export type Checksums = Map<string, string>;

/** What differences are no faults. */
export type Options = {
  /**
   * Texts that YAML reads as something else without quotes are among the values: where the Go template pasted one without
   * quotes, the native one keeps it a text.
   */
  isAwkward: boolean;
  /** A port among the values is the key of a map, and so a text, which it must not be where it is printed. */
  hasPorts: boolean;
  /**
   * The values are not the chart's own: a key whose loop prints nothing is null in Go, and left out in native templates.
   * The API server takes a null out of a custom resource, unless its CRD says nullable. And a list that Go prints as
   * `[a b]` is a list of two, and not of one.
   */
  isVaried: boolean;
  checksums: Checksums;
};

/** Compares two objects. */
export function findDifference(go: ValueMap, native: ValueMap, options: Options): Difference | undefined {
  return new Comparison(options, isBuiltIn(go)).values(go, native, []);
}

class Comparison {
  readonly #options: Options;
  readonly #nullIsAbsent: boolean;

  constructor(options: Options, isBuiltIn: boolean) {
    this.#options = options;
    this.#nullIsAbsent = isBuiltIn || options.isVaried;
  }

  values(go: Value, native: Value, path: ValuePath): Difference | undefined {
    if (isMap(go) && isMap(native)) return this.#maps(go, native, path);
    if (Array.isArray(go) && Array.isArray(native) && go.length === native.length) {
      for (const [index, item] of go.entries()) {
        const found = this.values(item, native[index] ?? null, [...path, index]);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    if (equalJson(toPlain(go), toPlain(native)) || this.#isChecksum(go, native, path)) return undefined;
    if (this.#options.isVaried && isListAsText(go, native)) return undefined;
    if (typeof go === 'string' && typeof native === 'string' && isOtherOrder(go, native)) return undefined;
    const { isAwkward, hasPorts } = this.#options;
    const isText = isAwkward && typeof native === 'string' && readsAs(native, go);
    if (isText && !(hasPorts && isPort(path))) return undefined;
    return { path, go, native };
  }

  #maps(go: ValueMap, native: ValueMap, path: ValuePath): Difference | undefined {
    for (const key of new Set([...go.keys(), ...native.keys()])) {
      const [mine, other] = [go.get(key), native.get(key)];
      const inside = [...path, key];
      if (mine === undefined || other === undefined) {
        const given = mine === undefined ? other : mine;
        const isNothing = given === null && this.#nullIsAbsent && !isMapOfTexts(path);
        if (!isNothing) return { path: inside, go: mine, native: other };
        continue;
      }
      const found = this.values(mine, other, inside);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #isChecksum(go: Value, native: Value, path: ValuePath): boolean {
    if (path.at(-2) !== 'annotations' || !isHash(go) || !isHash(native)) return false;
    const key = `${path.join('.')} ${native}`;
    const { checksums } = this.#options;
    const known = checksums.get(key);
    if (known === undefined) checksums.set(key, go);
    return known === undefined || known === go;
  }
}

/** Is the field one of a port by its name? */
function isPort(path: ValuePath): boolean {
  return /port$|^number$/i.test(String(path.at(-1)));
}

function isHash(value: Value): value is string {
  return typeof value === 'string' && /^[0-9a-f]{40,128}$/.test(value);
}

/** Does YAML read the text as this value where it stands without quotes? */
function readsAs(text: string, value: Value): boolean {
  const read = readYaml(text);
  return read !== undefined && equalJson(toPlain(read), toPlain(value));
}

function readYaml(text: string): Value | undefined {
  try {
    return parseYaml(text, '');
  } catch (error) {
    if (error instanceof PkgError) return undefined;
    throw error;
  }
}

/** Did Go print a list of texts as `[a b]`, which YAML reads as a list of one text? */
function isListAsText(go: Value, native: Value): boolean {
  if (!Array.isArray(go) || !Array.isArray(native) || go.length !== 1 || native.length < 2) return false;
  return native.every((item) => typeof item === 'string') && go[0] === native.join(' ');
}

/** Are both the same YAML or JSON, with its keys in another order? Go sorts them, native templates keep the order. */
function isOtherOrder(go: string, native: string): boolean {
  const isJson = /^\s*[{[]/.test(go);
  if (go.length !== native.length || (!isJson && !equalJson(sortedLines(go), sortedLines(native)))) return false;
  const read = readYaml(go);
  return typeof read === 'object' && readsAs(native, read);
}

/** The lines without dashes and indentation, so that those of an item are the same in any order. */
function sortedLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/^(?: |- )*/, ''))
    .sort();
}

/** Is it of a kind of Kubernetes itself? For these a null field is the same as none; a CRD may tell them apart. */
function isBuiltIn(object: ValueMap): boolean {
  const version = object.get('apiVersion');
  return (
    typeof version === 'string' &&
    /^(?:(?:apps|batch|autoscaling|policy|extensions|[a-z.]+\.k8s\.io)\/)?v\d/.test(version)
  );
}

const MAPS_OF_TEXTS: ReadonlySet<string | number> = new Set(
  'labels annotations matchLabels nodeSelector data stringData binaryData parameters selector'.split(' '),
);

/** Is it a map of texts, such as labels? There an API server reads null as an empty text. */
function isMapOfTexts(path: ValuePath): boolean {
  return MAPS_OF_TEXTS.has(path.at(-1) ?? '');
}
