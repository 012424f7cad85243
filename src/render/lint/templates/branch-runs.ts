/**
 * Runs a native template without values, with different branches, and checks the structure and the fields of what it
 * prints.
 */
import { PkgError } from '../../../errors.ts';
import type { Position } from '../../../errors.ts';
import type { Template } from '../../handlebars/ast.ts';
import { DocumentReader } from '../../handlebars/documents.ts';
import type { Node } from '../../handlebars/structure.ts';
import type { Slot } from '../../handlebars/output.ts';
import { Output, Slots } from '../../handlebars/output.ts';
import type { Budget } from '../../handlebars/output.ts';
import type { PartialIndex } from '../../handlebars/partials.ts';
import type { SingleDocument } from '../../handlebars/slot-tree.ts';
import type { ValueMap, ValuePath } from '../../../yaml/value.ts';
import { isPartialFile } from '../../handlebars/ast.ts';
import { deprecation } from '../objects/deprecations.ts';
import { annotationProblems } from '../objects/annotations.ts';
import { describe, textAt } from '../objects/fields.ts';
import { absentFields } from '../objects/missing-fields.ts';
import type { KindTypes } from '../../field-types.ts';
import { misplacedProblem, writtenObject } from './branch-objects.ts';
import type { SlotReader } from './branch-objects.ts';
import { BranchPrinter, branchOf, sourceOf } from './branch-printer.ts';
import type { Decisions, Others } from './branch-printer.ts';
import type { FieldProblem } from '../objects/object-fields.ts';
import { objectProblems } from '../objects/object-problems.ts';
import type { ChartKinds } from '../objects/object-schema.ts';
import { encodedSecrets } from './secret-calls.ts';
import { plainSecrets } from '../objects/secret-data.ts';

/** A finding on a field that a branch writes. */
export type BranchProblem = FieldProblem & { at: Position };

/** What a run of a template gives: its error, or the problems of its fields. */
export type Run = { error: PkgError } | { problems: ReadonlyMap<string, BranchProblem> };

/** What all templates of a chart are checked with: its partials and default values, and what objects hold. */
export type BranchContext = {
  partials: PartialIndex;
  values: ValueMap;
  kinds: ChartKinds;
  types: KindTypes;
  kubeVersion: string;
};

/** How many characters all runs of a template may print. */
const MAX_TEXT = 1 << 23;

/** Nothing is decided. */
export const NONE: Decisions = new Map();

/** Was nothing found in a run? */
export function isSound(run: Run): boolean {
  return 'problems' in run && run.problems.size === 0;
}

/** A document that was checked: the slots in it with their values, where it begins, and what is wrong with it. */
type Checked = { slots: readonly Slot[]; at: string; problems: ReadonlyMap<string, BranchProblem> };

/** A run, with the blocks with conditions that it came to. */
type FinishedRun = { run: Run; blocks: BranchPrinter['blocks'] };

/** Runs a template with different decisions. Most documents are the same in most runs, and are read and checked once. */
export class Runs {
  readonly #template: Template;
  readonly #context: BranchContext;
  readonly #slots = new Slots();
  readonly #budget: Budget = { left: MAX_TEXT };
  readonly #documents: DocumentReader;
  readonly #checked = new WeakMap<Node, Checked[]>();
  /** The runs in which nothing is decided. */
  readonly #plain = new Map<Others, FinishedRun>();

  constructor(template: Template, context: BranchContext) {
    this.#template = template;
    this.#context = context;
    this.#documents = new DocumentReader(this.#slots, this.#budget, { whole: true });
  }

  /** Runs the template and checks what it prints. What prints too much is not read. */
  run(decisions: Decisions, others: Others): Run {
    return this.known(decisions, others) ?? this.#run(decisions, others).run;
  }

  /** The run in which nothing is decided, if these decisions lead to the same branches. */
  known(decisions: Decisions, others: Others): Run | undefined {
    let plain = this.#plain.get(others);
    if (plain === undefined) this.#plain.set(others, (plain = this.#run(NONE, others)));
    for (const [block, condition] of plain.blocks) {
      if (branchOf(block, condition, decisions, others) !== branchOf(block, condition, NONE, others)) return undefined;
    }
    return plain.run;
  }

  #run(decisions: Decisions, others: Others): FinishedRun {
    const { partials, values } = this.#context;
    const printer = new BranchPrinter(partials, this.#slots, values, decisions, others);
    return { run: this.#read(printer), blocks: printer.blocks };
  }

  #read(printer: BranchPrinter): Run {
    const output = new Output(this.#slots, this.#budget);
    const problems = new Map<string, BranchProblem>();
    try {
      printer.run(this.#template, output);
      this.#documents.check(output, (document) => {
        for (const [key, problem] of this.#problemsOf(document))
          if (problem.rule !== 'object-required' || !printer.hasUnknownBlock) problems.set(key, problem);
      });
      for (const inner of printer.inner) this.#documents.check(inner);
      return { problems };
    } catch (error) {
      if (error instanceof PkgError && error.code !== 'PKG_TEMPLATE_LIMIT') return { error };
      if (error instanceof PkgError || error instanceof RangeError) return { problems: new Map() };
      throw error;
    }
  }

  /** The problems of a document, from an earlier run if it has the same structure and values. */
  #problemsOf(document: SingleDocument): ReadonlyMap<string, BranchProblem> {
    const { node, base, locate } = document;
    const slots = Array.from({ length: slotCount(node) }, (_, index) => this.#slots.at(base + index));
    const { line, column } = locate(node.offset);
    const at = `${line}:${column}`;
    const known = this.#checked.get(node) ?? [];
    this.#checked.set(node, known);
    const same = known.find((one) => one.at === at && one.slots.every((slot, index) => isSame(slot, slots[index])));
    if (same !== undefined) return same.problems;
    const problems = this.#check(document);
    // Of a document with many different values few are kept, since they are compared one by one.
    if (known.length < MAX_KEPT) known.push({ slots, at, problems });
    return problems;
  }

  #check(document: SingleDocument): Map<string, BranchProblem> {
    const { kinds, types, kubeVersion } = this.#context;
    const problems = new Map<string, BranchProblem>();
    const written = writtenObject(document, this.#reader);
    if (written === undefined) return problems;
    const add = (problem: FieldProblem): void => {
      const at = written.at(problem.keys);
      problems.set(`${at.file}:${at.line}:${at.column} ${problem.rule} ${problem.keys.at(-1)}`, { ...problem, at });
    };
    const head = { apiVersion: textAt(written.object, 'apiVersion'), kind: textAt(written.object, 'kind') };
    if (head.apiVersion === '' || head.kind === '') {
      const missing = ['apiVersion', 'kind'].find((name) => !written.object.has(name));
      // A partial prints parts of objects.
      const isPart = isPartialFile(this.#template.name) || written.object.size === 0 || written.isOpen([]);
      if (missing !== undefined && !isPart)
        add({ rule: 'template-invalid', keys: [], message: `an object needs ${missing}` });
      return problems;
    }
    const { object, problem: misplaced } = misplacedProblem(written.object, types);
    const found = [
      ...(misplaced === undefined ? [] : [misplaced]),
      ...objectProblems(object, kinds, false),
      ...plainSecrets(object),
    ];
    for (const problem of found) {
      // An item of a list may have its kind from a value.
      if (problem.rule !== 'object-incomplete') add(problem);
    }
    const annotations = ['metadata', 'annotations'];
    for (const { key, problem, isAlone } of annotationProblems(object))
      // A hook may come from a value.
      if (isAlone !== true || !written.isOpen(annotations))
        add({ rule: 'helm-annotation', keys: [...annotations, key], message: `of ${describe(object)}, ${problem}` });
    if (head.kind === 'Secret' && head.apiVersion === 'v1') {
      for (const { message, at, key } of encodedSecrets(document, this.#reader))
        problems.set(`${at.file}:${at.line}:${at.column} ${key}`, { rule: 'secret-text', keys: [], message, at });
    }
    const old = deprecation(head.apiVersion, head.kind, kubeVersion);
    // A template that asks for the cluster's versions, itself or by a partial, may have an object for older ones.
    const isForOlder = /capabilities|#(?:if|unless) \((?:include|partial) |(?:eq|ne) \((?:include|partial) /.test(
      this.#template.source,
    );
    if (old !== undefined && !isForOlder) add({ rule: 'api-deprecated', keys: ['apiVersion'], message: old.message });
    const isAbsent = (map: ValueMap, name: string, keys: ValuePath): boolean => !map.has(name) && !written.isOpen(keys);
    for (const problem of absentFields(object, kinds, isAbsent)) add(problem);
    return problems;
  }

  readonly #reader: SlotReader = {
    slot: ({ index }, base) => this.#slots.at(base + index),
    source: ({ node, origin }) => sourceOf(node, origin.template),
    single: ({ printed }) => {
      const found: SingleDocument[] = [];
      if (printed !== undefined) this.#documents.check(printed, (document) => found.push(document));
      return found.length === 1 ? found[0] : undefined;
    },
  };
}

/** How many different values of one structure are kept. */
const MAX_KEPT = 8;

/** Do two slots have the same value of the same mustache? Partials that are values may have printed something else. */
function isSame(one: Slot, other: Slot | undefined): boolean {
  return (
    one.node === other?.node && one.value === other.value && one.printed === undefined && other.printed === undefined
  );
}

/** The number of slots in a document. */
function slotCount(node: Node): number {
  switch (node.type) {
    case 'const':
      return 0;
    case 'hole':
      return node.hole.index + 1;
    case 'text':
      return Math.max(0, ...node.pieces.map((piece) => (typeof piece === 'string' ? 0 : piece.index + 1)));
    case 'list':
      return node.items.reduce(
        (most, item) => Math.max(most, item.type === 'spread' ? item.hole.index + 1 : slotCount(item)),
        0,
      );
    case 'map':
      return node.entries.reduce((most, entry) => {
        if (entry.type === 'spread') return Math.max(most, entry.hole.index + 1);
        const inKey = entry.type === 'pair' && typeof entry.key !== 'string' ? slotCount({ ...entry.key, size: 1 }) : 0;
        return Math.max(most, inKey, slotCount(entry.value));
      }, 0);
  }
}
