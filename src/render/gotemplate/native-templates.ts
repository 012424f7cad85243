/** Native templates as Go templates include them, by `include` or `template`: each stands for a Go template of its name. */
import type { Chart } from '../../chart/chart.ts';
import { PkgError } from '../../errors.ts';
import type { Value } from '../../yaml/value.ts';
import { chargeVisit } from '../functions/limits.ts';
import type { NativePrinter, NativeTemplates } from '../render.ts';
import { ExecError } from './exec-errors.ts';
import { GoInt } from './int.ts';
import { TPL_FILE } from './known-functions.ts';
import type { AstNode } from './node.ts';
import type { ChartScope } from './scope.ts';
import type { Template } from './template.ts';
import { ByteList, decodeText, encodeText, entriesOf, GoObject, itemsOf, TypedMap } from './value.ts';
import type { GoMap, OptionalValue } from './value.ts';

/** The file that is rendered, or the native template that includes a Go template. */
export type RenderedFile = {
  scope: ChartScope;
  /** As `.Template.Name` has it. */
  name: string;
  /** Names this run of it among all of the render. */
  identity: string;
  /** How often it has included each native partial. */
  counts: Map<string, number>;
};

/** Stands for the node of a native template, which has no node in a Go template. */
const NOWHERE: AstNode = { type: 'text', pos: 0, text: '' };

/** Finds native templates for the Go templates of a render. */
export class NativeIncludes {
  /** What is rendered. */
  file: RenderedFile | undefined;
  readonly #natives: NativeTemplates;
  readonly #scopes: readonly ChartScope[];

  constructor(natives: NativeTemplates, scopes: readonly ChartScope[]) {
    this.#natives = natives;
    this.#scopes = scopes;
  }

  /** The names that templates of the file may include. */
  names(): readonly string[] {
    return this.file === undefined ? [] : this.#natives.names(this.file.scope.chart).map(encodeText);
  }

  /**
   * A Go template that prints a native one; undefined where there is none.
   *
   * @param from the template that includes it
   */
  find(name: string, from: Template | undefined): Template | undefined {
    const { file } = this;
    if (file === undefined) return undefined;
    // A text of `tpl` is the file's.
    const isText = from === undefined || from.source.file === TPL_FILE;
    const asker = { chart: file.scope.chart, file: decodeText(file.name) };
    const template = isText ? asker.file : decodeText(from.source.name);
    const print = this.#natives.find(decodeText(name), { ...asker, template });
    return print && this.#templateOf(name, print, file);
  }

  #templateOf(name: string, print: NativePrinter, file: RenderedFile): Template {
    const template: Template = {
      name,
      source: { name, file: decodeText(name), text: '' },
      body: { start: 0, list: [] },
      isEmpty: false,
      code: (machine, dot) => {
        try {
          machine.out += encodeText(
            print(
              (rootOf) => this.#toNative(dot, rootOf),
              () => identify(name, file),
            ),
          );
        } catch (error) {
          throw error instanceof PkgError ? new ExecError(error.message, template, NOWHERE, { cause: error }) : error;
        }
        return 0;
      },
    };
    return template;
  }

  /** A value of Go templates as native ones know it. */
  #toNative(value: OptionalValue, rootOf: (chart: Chart) => Value): Value {
    if (value === undefined || value === null) return null;
    if (typeof value === 'string') return decodeText(value);
    if (typeof value !== 'object') return value;
    if (value instanceof GoInt) return value.value;
    const entries = entriesOf(value);
    if (entries !== undefined) {
      const chart = this.#chartOf(entries);
      if (chart !== undefined) return rootOf(chart);
      chargeVisit(entries.size);
      return new Map([...entries].map(([key, item]) => [decodeText(key), this.#toNative(item, rootOf)]));
    }
    if (value instanceof ByteList) return decodeText(value.bytes);
    const items = itemsOf(value);
    if (items !== undefined) {
      chargeVisit(items.length);
      return items.map((item) => this.#toNative(item, rootOf));
    }
    if (!(value instanceof GoObject)) return null;
    if (value.json !== undefined) return this.#toNative(value.json(), rootOf);
    return this.#toNative(new TypedMap('interface {}', new Map(Object.entries(value.fields))), rootOf);
  }

  /** The chart whose root these entries are. */
  #chartOf(entries: GoMap): Chart | undefined {
    return this.#scopes.find((scope) => scope.entries === entries)?.chart;
  }
}

/** Names the n-th call of a name in a file. */
function identify(name: string, { identity, counts }: RenderedFile): string {
  const count = counts.get(name) ?? 0;
  counts.set(name, count + 1);
  return `${identity}>include ${decodeText(name)}${count === 0 ? '' : `#${count}`}`;
}
