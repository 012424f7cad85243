/** Compiles the syntax tree of a template to closures, which print what it prints. */
import { statementsOf } from './block-trees.ts';
import { compilePipe, compileResult } from './expression.ts';
import { GoInt, int } from './int.ts';
import type { Block, BranchNode, List, Operand, Pipe, RangeNode, Statement, TemplateNode } from './node.ts';
import type { Eval, Exec, Runtime, Template } from './template.ts';
import { ExecError } from './exec-errors.ts';
import { sprintValue } from './sprint.ts';
import { entriesOf, isTrue, itemsOf, kindOf, sortedKeys, TypedList, TypedMap } from './value.ts';
import type { GoValue, OptionalValue } from './value.ts';
import { assignVariable } from './variables.ts';

/** How a statement ended: the next one follows, or the loop around it is left (`break`) or begins its next turn (`continue`). */
const [NORMAL, BREAK, CONTINUE] = [0, 1, 2];

/** A compiled list of statements, and the steps (`functions/limits.ts`) that each run of it costs. */
type Code = { run: Exec; steps: number };

/** Compiles a template. Its blocks are compiled when they first run: conditions leave out much of a chart. */
export function compileTemplate(template: Template): Exec {
  const body = compileBody(template.body, template, true).run;
  return template.source.trace?.template(body, template) ?? body;
}

/**
 * Compiles a block.
 *
 * @param isCounted the code counts its own steps, since it may run any number of times; else the caller counts them
 * @param loop the `range` of which it is the body
 */
function compileBody(body: Block, template: Template, isCounted: boolean, loop?: RangeNode): Code {
  const list = statementsOf(body, template.source);
  const first = list[0] ?? loop;
  if (first === undefined) return { run: () => NORMAL, steps: 0 };
  const steps = stepsOfList(list);
  const statements = compileStatements(list, template);
  // Without a closure around the only statement: the stack has to hold a thousand templates that include each other.
  if (!isCounted && statements.length === 1) return { run: statements[0] as Exec, steps };
  const run: Exec = (machine, dot) => {
    if (isCounted) machine.step(template, first, steps);
    for (let index = 0; index < statements.length; index++) {
      const ending = (statements[index] as Exec)(machine, dot);
      if (ending !== NORMAL) return ending;
    }
    return NORMAL;
  };
  return { run, steps };
}

/** The steps of a list: one for each node that is evaluated when it runs, without the blocks in it. */
function stepsOfList(list: List): number {
  let steps = 1;
  for (let index = 0; index < list.length; index++) {
    const node = list[index] as Statement;
    // V8 keeps a text that grows by `+=` as a tree of pieces of 32 bytes, until the template ends.
    steps += 3;
    if ('pipe' in node && node.pipe !== undefined) steps += node.pipe.steps;
  }
  return steps;
}

/** Compiles statements; texts that follow each other become one. */
function compileStatements(list: List, template: Template): Exec[] {
  const { trace } = template.source;
  if (trace !== undefined) return list.map((node) => trace.statement(compileAny(node, template), node, template));
  const statements: Exec[] = [];
  for (let index = 0; index < list.length; index++) {
    let node = list[index] as Statement;
    if (node.type !== 'text' && node.type !== 'constant') {
      statements.push(compileStatement(node, template));
      continue;
    }
    let { text } = node;
    for (; index + 1 < list.length; index++) {
      node = list[index + 1] as Statement;
      if (node.type !== 'text' && node.type !== 'constant') break;
      text += node.text;
    }
    statements.push(print(text));
  }
  return statements;
}

function compileAny(node: Statement, template: Template): Exec {
  return node.type === 'text' || node.type === 'constant' ? print(node.text) : compileStatement(node, template);
}

function print(text: string): Exec {
  return (machine) => {
    machine.out += text;
    return NORMAL;
  };
}

function compileStatement(node: Exclude<Statement, { type: 'text' | 'constant' }>, template: Template): Exec {
  switch (node.type) {
    case 'action':
      return node.pipe.variables.length > 0
        ? evaluate(compilePipe(node.pipe, template))
        : printValue(compileResult(node.pipe, template), node, template);
    case 'if':
    case 'with':
      return compileBranch(node, template);
    case 'range':
      return compileRange(node, template);
    case 'template':
      return compileCall(node, template);
    case 'break':
      return () => BREAK;
    case 'continue':
      return () => CONTINUE;
  }
}

function evaluate(pipe: Eval): Exec {
  return (machine, dot) => {
    pipe(machine, dot);
    return NORMAL;
  };
}

function printValue(pipe: Eval, node: Statement, template: Template): Exec {
  return (machine, dot) => {
    const value = pipe(machine, dot);
    machine.out += typeof value === 'string' ? value : printed(machine, value, node, template);
    return NORMAL;
  };
}

function compileBranch(node: BranchNode, template: Template): Exec {
  const pipe = compileResult(node.pipe, template);
  const isWith = node.type === 'with';
  // Compiled when they first run.
  let list: Code | undefined;
  let otherwise: Code | undefined;
  return (machine, dot) => {
    const mark = machine.names.length;
    const value = pipe(machine, dot);
    let ending = NORMAL;
    if (isTrue(value)) {
      list ??= compileBody(node.body, template, false);
      machine.step(template, node, list.steps);
      ending = list.run(machine, isWith ? value : dot);
    } else if (node.otherwise !== undefined) {
      otherwise ??= compileBody(node.otherwise, template, false);
      machine.step(template, node, otherwise.steps);
      ending = otherwise.run(machine, dot);
    }
    if (machine.names.length !== mark) pop(machine, mark);
    return ending;
  };
}

function compileCall(node: TemplateNode, template: Template): Exec {
  const { name } = node;
  const pipe = node.pipe === undefined ? undefined : compilePipe(node.pipe, template);
  return (machine, dot) => {
    const called = machine.find(name);
    if (called === undefined) throw new ExecError(`template ${JSON.stringify(name)} not defined`, template, node);
    const data = pipe?.(machine, dot);
    try {
      machine.call(called, data);
    } catch (error) {
      const known = machine.failed(error, '', template, node);
      if (known instanceof ExecError) {
        known.dollar ??= data;
        known.frames.push({ how: 'template', name, template, node });
      }
      throw known;
    }
    return NORMAL;
  };
}

function pop(machine: Runtime, mark: number): void {
  machine.names.length = mark;
  machine.values.length = mark;
}

function printed(machine: Runtime, value: OptionalValue, node: Statement, template: Template): string {
  if (value === undefined || value === null) return '<no value>';
  if (typeof value !== 'object') return sprintValue(value);
  try {
    return printedObject(value, node, template);
  } catch (error) {
    throw machine.failed(error, 'print', template, node);
  }
}

function printedObject(value: GoValue & object, node: Statement, template: Template): string {
  if ('addressedText' in value) {
    if (value.text === undefined && value.addressedText !== undefined) return value.addressedText();
    const shown = sprintValue(value);
    // `&{…}`: an action prints a pointer as what it points to.
    return value.pointer && value.text === undefined ? shown.slice(1) : shown;
  }
  if (kindOf(value) === 'func') throw new ExecError("can't print a function", template, node);
  return sprintValue(value);
}

/** A `range` that is compiled. */
type Loop = { node: RangeNode; template: Template; body: Exec | undefined };

function compileRange(node: RangeNode, template: Template): Exec {
  const pipe = compilePipe({ ...node.pipe, variables: [] }, template);
  const loop: Loop = { node, template, body: undefined };
  const { variables, isAssignment } = node.pipe;
  let otherwise: Code | undefined;
  return (machine, dot) => {
    const outer = machine.names.length;
    const value = pipe(machine, dot);
    if (isAssignment) for (const name of variables) assignVariable(machine, name, value, node, template);
    else {
      for (const name of variables) {
        machine.names.push(name);
        machine.values.push(value);
      }
    }
    let ran: boolean;
    try {
      ran = runLoop(loop, machine, value);
    } catch (error) {
      if (error instanceof ExecError && holdsInterfaces(value)) nameInterface(error, node, template);
      throw error;
    }
    let ending = NORMAL;
    if (!ran && node.otherwise !== undefined) {
      otherwise ??= compileBody(node.otherwise, template, false);
      machine.step(template, node, otherwise.steps);
      ending = otherwise.run(machine, dot);
    }
    if (machine.names.length !== outer) pop(machine, outer);
    return ending;
  };
}

/** Runs the body for each element of a value. @returns false if there is none, so that `else` runs */
function runLoop(loop: Loop, machine: Runtime, value: OptionalValue): boolean {
  const { pipe } = loop.node;
  const count = pipe.variables.length;
  const items = itemsOf(value ?? null);
  if (items !== undefined) {
    const { length } = items;
    for (let index = 0; index < length; index++) {
      if (runTurn(loop, machine, count > 1 ? int(index) : undefined, items[index]) === BREAK) break;
    }
    return length > 0;
  }
  const entries = entriesOf(value ?? null);
  if (entries !== undefined) {
    // The body may change the map; as in Go, the loop goes over the entries that it had before the first turn.
    const keys = sortedKeys(entries);
    const values = keys.map((key) => entries.get(key));
    for (let index = 0; index < keys.length; index++) {
      if (runTurn(loop, machine, keys[index], values[index]) === BREAK) break;
    }
    return keys.length > 0;
  }
  if (value === undefined || value === null) return false;
  if (!(value instanceof GoInt)) {
    throw new ExecError(`range can't iterate over ${sprintValue(value)}`, loop.template, pipe, {
      wrong: { value, wanted: 'loop' },
    });
  }
  if (count > 1) {
    const message = `can't use ${sprintValue(value)} to iterate over more than one variable`;
    throw new ExecError(message, loop.template, pipe);
  }
  const { kind, value: end } = value;
  for (let at = 0; at < end; at++) {
    if (runTurn(loop, machine, undefined, kind === 'int' ? int(at) : new GoInt(kind, at)) === BREAK) break;
  }
  return end > 0;
}

/** Runs the body for one element. @returns how it ended: `BREAK` ends the loop */
function runTurn(loop: Loop, machine: Runtime, index: OptionalValue, element: OptionalValue): number {
  const { node, template } = loop;
  const { variables, isAssignment } = node.pipe;
  const count = variables.length;
  const mark = machine.names.length;
  if (count > 0) {
    if (isAssignment) {
      assignVariable(machine, variables[0] as string, count > 1 ? index : element, node, template);
      if (count > 1) assignVariable(machine, variables[1] as string, element, node, template);
    } else {
      machine.values[mark - 1] = element;
      if (count > 1) machine.values[mark - 2] = index;
    }
  }
  const ending = (loop.body ??= compileBody(node.body, template, true, node).run)(machine, element);
  if (machine.names.length !== mark) pop(machine, mark);
  return ending;
}

/** Whether Go's type of the elements is `interface {}`. */
function holdsInterfaces(value: OptionalValue): boolean {
  if (value instanceof TypedMap || value instanceof TypedList) return value.elem === 'interface {}';
  return Array.isArray(value) || value instanceof Map;
}

/**
 * Corrects the type that an error about a missing field names. To Go an element of a `[]interface {}` is an `interface {}`
 * where it is `.` or the variable of the loop, and has its own type only in what it is passed to.
 */
function nameInterface(error: ExecError, loop: RangeNode, template: Template): void {
  const { field, node } = error;
  if (field === undefined || error.template !== template) return;
  const isVariable = node.type === 'variable' && node.name === loop.pipe.variables.at(-1);
  const isDot = node.type === 'field' && isDotOf(statementsOf(loop.body, template.source), node.pos, template);
  if ((isVariable || isDot) && node.names[0] === field.name) {
    error.message = `can't evaluate field ${field.name} in type interface {}`;
  }
}

/** Whether the field at an offset is one of the `.` that these statements have: not in a `with` or `range` within them. */
function isDotOf(list: List, pos: number, template: Template): boolean {
  return list.some((node) => {
    if (!('pipe' in node) || node.pipe === undefined) return false;
    if (hasFieldAt(node.pipe, pos)) return true;
    const bodies = node.type === 'if' ? [node.body, node.otherwise] : 'otherwise' in node ? [node.otherwise] : [];
    return bodies.some((body) => body !== undefined && isDotOf(statementsOf(body, template.source), pos, template));
  });
}

function hasFieldAt({ commands }: Pipe, pos: number): boolean {
  const isAt = (operand: Operand): boolean =>
    operand.type === 'pipe'
      ? hasFieldAt(operand, pos)
      : operand.type === 'chain'
        ? isAt(operand.of)
        : operand.type === 'field' && operand.pos === pos;
  return commands.some(({ args }) => args.some(isAt));
}
