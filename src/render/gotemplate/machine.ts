/** Runs compiled templates: holds what was printed, the variables, and the steps that are left. */
import { PkgError } from '../../errors.ts';
import { FunctionFailure } from '../functions/failure.ts';
import { LimitReached, charge, outOfSteps, rangeMessage } from '../functions/limits.ts';
import type { Meter } from '../functions/limits.ts';
import type { RenderLimits } from '../render.ts';
import { compileTemplate } from './compile.ts';
import { ChartMessage, ExecError, TplSyntaxError } from './exec-errors.ts';
import { GoError } from './functions/signature.ts';
import type { AstNode } from './node.ts';
import type { Exec, FunctionHost, Parsed, Runtime, Template } from './template.ts';
import { quoteGo } from '../functions/quote.ts';
import { encodeText } from './value.ts';
import type { OptionalValue } from './value.ts';

/** Templates by name. */
export type Namespace = Map<string, Template>;

/** What a machine is made with. */
export type MachineOptions = {
  limits: RenderLimits;
  lookup: FunctionHost['lookup'];
  now: Date;
  lint: boolean;
  enableDns: boolean;
  /** Parses a text of `tpl`. */
  parse: (text: string) => Parsed;
  /** Finds what includes of a name print that no Go template has: see {@link NativeIncludes}. */
  findNative?: (name: string, from: Template | undefined) => Template | undefined;
};

/** The state of one render. */
export class Machine implements Runtime {
  out = '';
  namespace: Namespace;
  readonly names: string[] = [];
  readonly values: OptionalValue[] = [];
  base = 0;
  readonly host: FunctionHost;
  readonly meter: Meter;
  readonly #options: MachineOptions;
  /** The innermost template that is running. */
  #running: Template | undefined;
  /** How often each name is on the stack of `include` calls. */
  readonly #nested: Map<string | undefined, number> = new Map();
  /** The parsed texts of `tpl`, by the text. */
  readonly #texts: Map<string, Parsed> = new Map();
  #textsLength = 0;
  /** The number of characters that the templates outside of the innermost `include` printed so far. */
  #outerLength = 0;

  constructor(namespace: Namespace, options: MachineOptions) {
    this.namespace = namespace;
    this.#options = options;
    this.meter = { taken: 0, most: options.limits.steps };
    this.host = {
      included: (name) => this.#included(name),
      // Bound rather than called by an arrow function, which would add a frame to each of a thousand nested calls.
      execute: this.execute.bind(this),
      tpl: this.#tpl.bind(this),
      lookup: options.lookup,
      now: () => options.now,
      lint: options.lint,
      enableDns: options.enableDns,
      charge: (characters) => {
        if (characters > options.limits.outputLength) throw new LimitReached(tooLong(options.limits));
      },
    };
  }

  /**
   * Runs a template.
   *
   * @param name by which `include` called it, if it did
   * @returns what it prints
   */
  execute(template: Template, data: OptionalValue, name?: string): string {
    const { out, base } = this;
    const running = this.#running;
    const mark = this.names.length;
    const times = this.#nested.get(name) ?? 0;
    this.#nested.set(name, times + 1);
    this.#outerLength += out.length;
    this.out = '';
    this.#running = template;
    this.base = mark;
    this.names.push('$');
    this.values.push(data);
    try {
      codeOf(template)(this, data);
      return this.out;
    } catch (error) {
      if (error instanceof ExecError) error.dollar ??= data;
      throw error;
    } finally {
      this.#nested.set(name, times);
      this.out = out;
      this.#running = running;
      this.base = base;
      this.#outerLength -= out.length;
      this.names.length = mark;
      this.values.length = mark;
    }
  }

  call(template: Template, data: OptionalValue): void {
    const { base } = this;
    const running = this.#running;
    const mark = this.names.length;
    this.#running = template;
    this.base = mark;
    this.names.push('$');
    this.values.push(data);
    codeOf(template)(this, data);
    this.#running = running;
    this.base = base;
    this.names.length = mark;
    this.values.length = mark;
  }

  step(template: Template, node: AstNode, steps: number): void {
    const { limits } = this.#options;
    if ((this.meter.taken += steps) > this.meter.most) {
      throw new ExecError(outOfSteps(this.meter).message, template, node, { isLimit: true });
    }
    if (this.out.length + this.#outerLength > limits.outputLength) {
      throw new ExecError(tooLong(limits), template, node, { isLimit: true });
    }
  }

  failed(error: unknown, name: string, template: Template, node: AstNode): unknown {
    if (error instanceof ExecError) {
      if (name === 'include' || name === 'tpl') error.frames.push({ how: name, name: '', template, node });
      return error;
    }
    if (error instanceof GoError || error instanceof FunctionFailure) {
      return new ExecError(`error calling ${name}: ${error.message}`, template, node, { cause: error });
    }
    if (error instanceof ChartMessage) return new ExecError(error.message, template, node, { cause: error });
    if (error instanceof LimitReached) return new ExecError(error.message, template, node, { isLimit: true });
    if (error instanceof RangeError) {
      const message = error.message.startsWith('Invalid string length')
        ? tooLong(this.#options.limits)
        : rangeMessage(error);
      return new ExecError(message, template, node, { isLimit: true, cause: error });
    }
    return error;
  }

  find(name: string): Template | undefined {
    return this.namespace.get(name) ?? this.#options.findNative?.(name, this.#running);
  }

  #included(name: string): Template {
    if ((this.#nested.get(name) ?? 0) > this.#options.limits.depth) {
      const why = `rendering template has a nested reference name: ${name}: unable to execute template`;
      throw new LimitReached(`error calling include: ${why}`);
    }
    const template = this.find(name);
    if (template === undefined)
      throw new GoError(`template: no template ${quoteGo(name)} associated with template "gotpl"`);
    return template;
  }

  #tpl(text: string, data: OptionalValue): string {
    // Most texts of values have no actions.
    if (!text.includes('{{')) return text.replaceAll('<no value>', '');
    const parsed = this.#parse(text);
    const { namespace } = this;
    if (parsed.templates.length > 1) {
      this.namespace = new Map(namespace);
      defineAll(this.namespace, parsed.templates);
    }
    try {
      const main = parsed.templates.at(-1);
      const printed = main === undefined ? '' : this.execute(main, data);
      return printed.includes('<no value>') ? printed.replaceAll('<no value>', '') : printed;
    } finally {
      this.namespace = namespace;
    }
  }

  /** Parses a text of `tpl`. Charts run a text several times: a configuration for itself, and again for each checksum of it. */
  #parse(text: string): Parsed {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    charge(TEMPLATE + CHARACTER * text.length);
    let parsed: Parsed;
    try {
      parsed = this.#options.parse(text);
    } catch (error) {
      if (!(error instanceof PkgError)) throw error;
      const { line = 1 } = error.at ?? {};
      const why = `template: gotpl:${line}: ${encodeText(error.message)}`;
      throw new TplSyntaxError(`cannot parse template ${quoteGo(text)}: ${why}`, text, error);
    }
    const size = text.length + TEMPLATE;
    this.#textsLength += size;
    if (this.#textsLength > MAX_TEXT) {
      this.#texts.clear();
      this.#textsLength = size;
    }
    this.#texts.set(text, parsed);
    return parsed;
  }
}

/** The steps of parsing a text, and of each of its characters. */
const TEMPLATE = 200;
const CHARACTER = 20;

/** Parsed texts are kept up to so many characters. */
const MAX_TEXT = 1 << 19;

/** Adds templates to a namespace. One replaces an earlier one of its name, unless it is empty. */
export function defineAll(namespace: Namespace, templates: readonly Template[]): void {
  for (const template of templates) {
    if (template.isEmpty && namespace.has(template.name)) continue;
    namespace.set(template.name, template);
  }
}

function codeOf(template: Template): Exec {
  return (template.code ??= compileTemplate(template));
}

function tooLong(limits: RenderLimits): string {
  return `the templates print more than ${limits.outputLength} characters`;
}
