/** Renders the native templates of a chart tree to documents. */
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../yaml/value.ts';
import { checkObject } from '../check-object.ts';
import type { Documents } from '../engines.ts';
import { asHook } from '../hooks.ts';
import type { RandomValue } from '../random-values.ts';
import type { GoTemplates, RenderedDocument, RenderInput } from '../render.ts';
import type { TextMade } from './document-texts.ts';
import type { ReadDocument } from './read-document.ts';
import { NativeRender } from './engine.ts';
import { inTopValues } from './template-error.ts';

/**
 * Parses and checks native templates at the first call, and gives the same render at each later one: Go templates are
 * rendered again to find out what printed a line. Its argument are the Go templates that native ones may include.
 *
 * @throws {PkgError} all errors at once
 */
export type NativeOpener = (goTemplates?: GoTemplates) => Promise<NativeRender>;

/** @param inputOf makes the input, with values that the render may change */
export function nativeOpener(inputOf: () => RenderInput): NativeOpener {
  let opened: NativeRender | undefined;
  return async (goTemplates) => {
    if (opened === undefined) {
      const input = inputOf();
      narrowIntegers(input.values);
      opened = await NativeRender.open(input, goTemplates);
    } else if (goTemplates !== undefined) opened.goTemplates = goTemplates;
    return opened;
  };
}

/** The documents of the native templates of a chart tree. */
export type NativeDocuments = Documents & {
  randomValues: readonly RandomValue[];
  /** The numbers and booleans that became the texts of fields. */
  textsMade: () => readonly TextMade[];
  /** The same render with other values, which it may change, and with the same random values. */
  withValues: (values: ValueMap) => NativeRender;
};

/**
 * The documents of the native templates of a chart tree. Each must be an object of Kubernetes.
 *
 * @throws {PkgError} for errors of templates and objects, at positions in the templates
 */
export function readNative(render: NativeRender): NativeDocuments {
  const { templates, notes, randomValues, textsMade, warnings } = render.finish();
  const documents: Documents = { objects: [], hooks: [], notes: notes.map(({ text }) => text), warnings };
  for (const { source, documents: found, at } of templates) {
    for (const read of found) {
      const { head } = read;
      const document = new LateDocument(source, at, read);
      const { kind, name } = checkObject(head, document);
      document.kind = kind;
      const hook = asHook(document, head, kind, name);
      if (hook === undefined) documents.objects.push(document);
      else documents.hooks.push(hook);
    }
  }
  const withValues = (values: ValueMap): NativeRender => {
    narrowIntegers(values);
    return render.with(values);
  };
  return { ...documents, randomValues, textsMade, withValues };
}

/** A document whose object is made when it is read: `template` only prints the text. */
class LateDocument implements RenderedDocument {
  readonly source: string;
  kind = '';
  readonly text: string;
  readonly #at: readonly string[];
  readonly #read: ReadDocument;

  constructor(source: string, at: readonly string[], read: ReadDocument) {
    this.source = source;
    this.text = read.text;
    this.#at = at;
    this.#read = read;
  }

  get object(): ValueMap {
    return this.#read.value;
  }

  trace(path: ValuePath): ReturnType<ReadDocument['trace']> {
    const { at, valuePath } = this.#read.trace(path);
    return { at, valuePath: inTopValues(valuePath, this.#at) };
  }
}

/** Makes integers of `--set` numbers where they fit: only Go templates tell integers and floats apart. */
function narrowIntegers(value: Value[] | ValueMap): void {
  for (const [key, item] of value.entries()) {
    if (typeof item === 'object' && item !== null) narrowIntegers(item);
    if (typeof item !== 'bigint' || !Number.isSafeInteger(Number(item))) continue;
    if (isMap(value)) value.set(key as string, Number(item));
    else value[key as number] = Number(item);
  }
}
