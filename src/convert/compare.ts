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

/**
 * Compares two objects.
 *
 * @param isAwkward texts that YAML reads as something else without quotes are among the values: where the Go template
 *   pasted one without quotes, the native one keeps it a text
 */
export function findDifference(
  go: ValueMap,
  native: ValueMap,
  options: { isAwkward: boolean; checksums: Checksums },
): Difference | undefined {
  return new Comparison(options.isAwkward, options.checksums, isBuiltIn(go)).values(go, native, []);
}

class Comparison {
  readonly #isAwkward: boolean;
  readonly #checksums: Checksums;
  readonly #nullIsAbsent: boolean;

  constructor(isAwkward: boolean, checksums: Checksums, nullIsAbsent: boolean) {
    this.#isAwkward = isAwkward;
    this.#checksums = checksums;
    this.#nullIsAbsent = nullIsAbsent;
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
    if (this.#isAwkward && typeof native === 'string' && readsAs(native, go)) return undefined;
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
    const known = this.#checksums.get(key);
    if (known === undefined) this.#checksums.set(key, go);
    return known === undefined || known === go;
  }
}

function isHash(value: Value): value is string {
  return typeof value === 'string' && /^[0-9a-f]{40,128}$/.test(value);
}

/** Does YAML read the text as this value where it stands without quotes? */
function readsAs(text: string, value: Value): boolean {
  try {
    return equalJson(toPlain(parseYaml(text, '')), toPlain(value));
  } catch (error) {
    if (error instanceof PkgError) return false;
    throw error;
  }
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
