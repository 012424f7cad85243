/** The Go templates of a chart tree, parsed: its files, and what they define. */
import type { Chart } from '../chart/chart.ts';
import { isGuard } from '../chart/guard.ts';
import type { Position } from '../errors.ts';
import { isNativeTemplate } from '../render/engines.ts';
import { isKnownFunction } from '../render/gotemplate/known-functions.ts';
import { isPartial, positionOf } from '../render/gotemplate/template.ts';
import type { List, Operand, Pipe } from '../render/gotemplate/node.ts';
import type { Source } from '../render/gotemplate/template.ts';
import type { Template } from '../render/gotemplate/template.ts';
import { parseTemplate } from '../render/gotemplate/parse.ts';
import { decodeText } from '../render/gotemplate/value.ts';
import { partKey } from './prove.ts';

/** A `define`d template. `file` is empty for those of subcharts. */
export type Definition = { name: string; file: string; template: Template };

/** Go templates as they were parsed. */
export class Sources {
  readonly definitions: Map<string, Definition> = new Map();
  /** What stands in the chart's own files beside definitions, by their names: `templates/service.yaml`. */
  readonly files: Map<string, Template> = new Map();
  /** Does any template call `tpl`? The values may then include any definition. */
  hasTpl = false;
  readonly #sources = new Map<string, Source>();

  /** @throws {PkgError} for a template that cannot be parsed */
  constructor(chart: Chart) {
    this.#add(chart, true, chart.metadata.name);
  }

  #add(chart: Chart, isOwn: boolean, at: string): void {
    for (const { name, data } of chart.templates) {
      if (isNativeTemplate(name) || isGuard(name)) continue;
      const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
      const source = { name: `${at}/${name}`, file: `${chart.location}/${name}`, text };
      this.#sources.set(source.name, source);
      const { templates, functions } = parseTemplate(source, isKnownFunction);
      this.hasTpl ||= functions.has('tpl');
      for (const template of templates) {
        if (template.name !== source.name) {
          const defined = decodeText(template.name);
          if (!isOwn && this.definitions.has(defined)) continue;
          this.definitions.set(defined, { name: defined, file: isOwn ? name : '', template });
        } else if (isOwn && !isPartial(name)) this.files.set(name, template);
      }
    }
    for (const child of chart.dependencies) this.#add(child, false, `${at}/charts/${child.metadata.name}`);
  }

  /** Where a part of a source stands. */
  positionOf(source: string, pos: number): Position | undefined {
    const known = this.#sources.get(source);
    return known && positionOf(known, pos);
  }

  /**
   * Files whose text Go templates may use: (print .Template.BasePath "/config.yaml"). A native template prints another
   * text. That does no harm where only a checksum is made of it, which changes once.
   *
   * @param gone files that are not Go templates any more, one of which is asked for
   */
  includedFiles(gone: ReadonlySet<string>): string[] {
    const texts = new Set<string>();
    for (const [name, template] of this.files) {
      if (!gone.has(name)) for (const text of textsIn(template.body.list ?? [], isUsedAsText)) texts.add(text);
    }
    for (const { template } of this.definitions.values()) {
      for (const text of textsIn(template.body.list ?? [], isUsedAsText)) texts.add(text);
    }
    const ends = [...texts].map((text) => `/${text.replace(/^\//, '')}`).filter((text) => text.includes('.'));
    return [...gone].filter((name) => ends.some((end) => `/${name}`.endsWith(end)));
  }

  /**
   * The definitions that are needed by Go templates: by files, and by what these include.
   *
   * @param gone files that are not Go templates any more
   * @param kept definitions that native templates include as Go templates
   */
  needed(gone: ReadonlySet<string>, kept: Iterable<string>): Set<string> {
    const needed = new Set<string>();
    const addName = (name: string): void => {
      const definition = this.definitions.get(name);
      if (definition === undefined || needed.has(name)) return;
      needed.add(name);
      for (const text of textsIn(definition.template.body.list ?? [])) addName(text);
    };
    for (const [name, template] of this.files) {
      if (!gone.has(name)) for (const text of textsIn(template.body.list ?? [])) addName(text);
    }
    for (const name of kept) addName(name);
    return needed;
  }
}

/**
 * Adds the statements of a template that print something, by {@link partKey}, with file and line for messages.
 *
 * @param hasChecks leave out calls of `fail`: a definition may check arguments that all calls in the chart give rightly
 */
export function addParts(parts: Map<string, string>, { source, body }: Template, hasChecks = false): void {
  const visit = (list: List): void => {
    for (const node of list) {
      switch (node.type) {
        case 'text':
          if (node.text.trim() === '') break;
          parts.set(
            partKey(source.name, node.pos),
            lineOf(source, node.pos + node.text.length - node.text.trimStart().length),
          );
          break;
        case 'action':
          if (node.pipe.variables.length > 0 || (hasChecks && isFailure(node.pipe))) break;
          parts.set(partKey(source.name, node.pos), lineOf(source, node.pos));
          break;
        case 'if':
        case 'with':
        case 'range':
          visit(node.body.list ?? []);
          visit(node.otherwise?.list ?? []);
          break;
        default:
          parts.set(partKey(source.name, node.pos), lineOf(source, node.pos));
      }
    }
  };
  visit(body.list ?? []);
}

/** Is it a call of `fail`, and nothing else? */
function isFailure({ commands }: Pipe): boolean {
  const last = commands.at(-1)?.args[0];
  return last?.type === 'identifier' && last.name === 'fail';
}

function lineOf(source: Source, pos: number): string {
  const { file: name, line } = positionOf(source, pos);
  return `${name}:${line}`;
}

/** All string literals of a template, without those in pipes that do not count. */
function* textsIn(list: List, counts: (pipe: Pipe) => boolean = () => true): Generator<string> {
  for (const node of list) {
    if (node.type === 'template') yield decodeText(node.name);
    if ('pipe' in node && node.pipe !== undefined) yield* textsInPipe(node.pipe, counts);
    if ('body' in node) yield* textsIn(node.body.list ?? [], counts);
    if ('otherwise' in node) yield* textsIn(node.otherwise?.list ?? [], counts);
  }
}

function* textsInPipe(pipe: Pipe, counts: (pipe: Pipe) => boolean): Generator<string> {
  if (!counts(pipe)) return;
  for (const { args } of pipe.commands) for (const arg of args) yield* textsInOperand(arg, counts);
}

function* textsInOperand(operand: Operand, counts: (pipe: Pipe) => boolean): Generator<string> {
  if (operand.type === 'string') yield decodeText(operand.value);
  else if (operand.type === 'pipe') yield* textsInPipe(operand, counts);
  else if (operand.type === 'chain') yield* textsInOperand(operand.of, counts);
}

/** Whether the text matters itself: false in a pipe that gives only its hash, `include (print …) . | sha256sum`. */
function isUsedAsText({ variables, commands }: Pipe): boolean {
  const last = commands.at(-1)?.args[0];
  return variables.length > 0 || last?.type !== 'identifier' || !HASHES.has(last.name);
}

const HASHES: ReadonlySet<string> = new Set(['sha1sum', 'sha256sum', 'sha512sum']);
