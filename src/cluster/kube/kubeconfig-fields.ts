/**
 * Reads typed fields of a kubeconfig file as strictly as client-go: a wrong type is an error, null is an empty value.
 */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { MAX_USER_FILE, readRegularFile } from '../../read-file.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../yaml/value.ts';

/** An error at a position in the file. */
class FieldError extends PkgError {
  readonly file: string;
  readonly keys: ValuePath;

  constructor(message: string, file: string, keys: ValuePath) {
    super('PKG_KUBECONFIG_INVALID', message, { at: { file } });
    this.file = file;
    this.keys = keys;
  }
}

/** Adds line and column to the error of a field; gives other errors back as they are. */
export async function locateField(error: unknown): Promise<unknown> {
  if (!(error instanceof FieldError)) return error;
  const { locateKeys } = await import('../../yaml/locate.ts');
  const { file, keys, message } = error;
  let place: { line: number; column: number } | undefined;
  try {
    if (keys.length > 0) place = locateKeys(readRegularFile(file, MAX_USER_FILE).toString('utf8'), keys);
  } catch {
    // The kubeconfig may be a pipe, which cannot be read twice, or have been removed.
  }
  return new PkgError('PKG_KUBECONFIG_INVALID', message, { at: { file, ...place }, cause: error });
}

/** A map in the file, and its position. Reading a value of another type throws `PKG_KUBECONFIG_INVALID`. */
export class Fields {
  readonly #map: ValueMap;
  readonly #file: string;
  readonly #keys: ValuePath;

  /** @throws {PkgError} `PKG_KUBECONFIG_INVALID` when the value is neither a map nor null */
  constructor(value: Value | undefined, file: string, keys: ValuePath) {
    this.#file = file;
    this.#keys = keys;
    if (value !== undefined && value !== null && !isMap(value)) throw this.invalid('a map is expected here');
    this.#map = isMap(value) ? value : new Map();
  }

  has(key: string): boolean {
    return (this.#map.get(key) ?? null) !== null;
  }

  keys(): string[] {
    return [...this.#map.keys()];
  }

  get(key: string): Value | undefined {
    return this.#map.get(key);
  }

  fields(key: string): Fields {
    return new Fields(this.#map.get(key), this.#file, [...this.#keys, key]);
  }

  /** The items of a list, which must be maps. */
  list(key: string): Fields[] {
    return this.#items(key).map((item, index) => new Fields(item, this.#file, [...this.#keys, key, index]));
  }

  strings(key: string): string[] {
    return this.#items(key).map((item) => {
      if (item === null) return '';
      if (typeof item !== 'string') throw this.invalid('a list of strings is expected', key);
      return item;
    });
  }

  string(key: string): string {
    const value = this.#map.get(key) ?? '';
    if (typeof value !== 'string') throw this.invalid('a string is expected', key);
    return value;
  }

  boolean(key: string): boolean {
    const value = this.#map.get(key) ?? false;
    if (typeof value !== 'boolean') throw this.invalid('true or false is expected', key);
    return value;
  }

  /** A text in base64, decoded. */
  base64(key: string): string {
    const text = this.string(key).replace(/[\r\n]/g, '');
    if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw this.invalid('this is not base64', key);
    return Buffer.from(text, 'base64').toString('utf8');
  }

  /** The error for a field of this map. It never shows the value, which may be a secret. */
  invalid(what: string, key?: string): PkgError {
    const keys = key === undefined ? this.#keys : [...this.#keys, key];
    const path = keys.map((one) => (typeof one === 'number' ? `[${one}]` : `.${one}`)).join('');
    const where = path === '' ? '' : ` at ${printable(path.slice(1))}`;
    return new FieldError(`the kubeconfig is not valid${where}: ${what}`, this.#file, keys);
  }

  #items(key: string): Value[] {
    const value = this.#map.get(key) ?? [];
    if (!Array.isArray(value)) throw this.invalid('a list is expected', key);
    return value;
  }
}
