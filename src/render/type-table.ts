/** Reads the table of types that `scripts/kubernetes-types.ts` writes; its head describes the format. */
import { KINDS, TYPES } from './kubernetes-fields.ts';

class TypeTable {
  readonly #types: string;
  readonly #kinds: string;
  #lines: readonly string[] | undefined;
  #numbers: ReadonlyMap<string, number> | undefined;

  /**
   * @param types a line for each type
   * @param kinds a line for each kind: the number of its type, a colon, its name
   */
  constructor(types: string, kinds: string) {
    this.#types = types;
    this.#kinds = kinds;
  }

  /** The names of the kinds, each as `apps/v1 Deployment`. */
  get kinds(): Iterable<string> {
    return this.#numberByKind.keys();
  }

  /** The number of the type of a kind; undefined for a kind that is not in the table. */
  numberOf(kind: string): number | undefined {
    return this.#numberByKind.get(kind);
  }

  /** Calls `use` for each group of fields of a type, with the code for what they hold, and their names. */
  eachGroup(number: number, use: (code: string, names: readonly string[]) => void): void {
    this.#lines ??= this.#types.slice(1, -1).split('\n');
    for (const group of (this.#lines[number] ?? '').split(' ')) {
      // Choices in a code may hold colons, names do not.
      const colon = group.lastIndexOf(':');
      use(group.slice(0, colon), group.slice(colon + 1).split(','));
    }
  }

  get #numberByKind(): ReadonlyMap<string, number> {
    this.#numbers ??= new Map(
      this.#kinds
        .trim()
        .split('\n')
        .map((line) => [line.slice(line.indexOf(':') + 1), Number.parseInt(line, 10)]),
    );
    return this.#numbers;
  }
}

/** The types of Kubernetes' own kinds. */
export const KUBERNETES_TYPES: TypeTable = new TypeTable(TYPES, KINDS);
