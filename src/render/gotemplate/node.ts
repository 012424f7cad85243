/** The syntax tree of Go templates, as Go's package text/template/parse builds it. It knows nothing of running one. */

// `pos` of each node is an offset in the text of its source, which has one byte a character.

/** Text outside of actions. */
export type TextNode = { type: 'text'; pos: number; text: string };
/** An action that prints a constant, as `{{ "{{" }}`: charts write so what other programs are to read as a template. */
export type ConstantNode = { type: 'constant'; pos: number; quoted: string; text: string };
/** `{{ pipeline }}`. */
export type ActionNode = { type: 'action'; pos: number; pipe: Pipe };
/** `if` or `with`, with the block of its `else`. */
export type BranchNode = { type: 'if' | 'with'; pos: number; pipe: Pipe; body: Block; otherwise: Block | undefined };
/** `range`, with the block of its `else`. */
export type RangeNode = { type: 'range'; pos: number; pipe: Pipe; body: Block; otherwise: Block | undefined };
/** `{{ template "name" pipeline }}`. */
export type TemplateNode = { type: 'template'; pos: number; name: string; pipe: Pipe | undefined };
/** `break` or `continue`. */
export type JumpNode = { type: 'break' | 'continue'; pos: number };

/** A part of a template. */
export type Statement = TextNode | ConstantNode | ActionNode | BranchNode | RangeNode | TemplateNode | JumpNode;
/** The statements of a block. */
export type List = readonly Statement[];
/**
 * A block: a template, or what a branch or a loop runs. Its statements are undefined while it is not parsed: with a block
 * index that happens when it first runs.
 *
 * `start` is the offset at which it begins: 0 for the text itself, {@link WITHIN} for the `if` of an `else if`.
 */
export type Block = { start: number; list: List | undefined };
/** The `start` of a block that has no offset of its own. */
export const WITHIN = -1;

/** An empty list of names, shared by all nodes without names. */
export const NO_NAMES: readonly string[] = [];

/** A pipeline: its commands, and the variables that it declares or sets. */
export type Pipe = {
  type: 'pipe';
  pos: number;
  /** The variables, with their `$`. */
  variables: readonly string[];
  isAssignment: boolean;
  commands: readonly Command[];
  /** The steps of running it (`functions/limits.ts`): one for each operand and each variable, with those of pipelines in it. */
  steps: number;
};
/** An operand with its arguments: a function, a method, or a value without arguments. */
export type Command = { type: 'command'; pos: number; args: readonly Operand[] };

/** Fields of `.`: `.Values.image`. */
export type FieldNode = { type: 'field'; pos: number; names: readonly string[] };
/** A variable and its fields: `$.Values.image`. */
export type VariableNode = { type: 'variable'; pos: number; name: string; names: readonly string[] };
/** Fields of another operand: `(index .list 0).name`. */
export type ChainNode = { type: 'chain'; pos: number; of: Operand; names: readonly string[] };
/** The name of a function. */
export type IdentifierNode = { type: 'identifier'; pos: number; name: string };
/** A quoted string, as it is written and as what it means. */
export type StringNode = { type: 'string'; pos: number; quoted: string; value: string };
/** A number or a character constant. */
export type NumberNode = {
  type: 'number';
  pos: number;
  text: string;
  /** The value if it is an integer, as that of `1e3` is. */
  integer: number | bigint | undefined;
  float: number | undefined;
  /** Real and imaginary part of a complex number, `1+2i`. One without an imaginary part may be an integer or a float too. */
  complex: readonly [number, number] | undefined;
};
/** `true` or `false`. */
export type BoolNode = { type: 'bool'; pos: number; value: boolean };
/** `.`. */
export type DotNode = { type: 'dot'; pos: number };
/** `nil`. */
export type NilNode = { type: 'nil'; pos: number };

/** A part of a command. */
export type Operand =
  | FieldNode
  | VariableNode
  | ChainNode
  | IdentifierNode
  | StringNode
  | NumberNode
  | BoolNode
  | DotNode
  | NilNode
  | Pipe;

/** Any node that an error may refer to. */
export type AstNode = Statement | Operand | Command;

/** The source of a node as Go's errors show it (`Node.String()` in text/template/parse). */
export function printNode(node: AstNode): string {
  switch (node.type) {
    case 'pipe': {
      const declared =
        node.variables.length === 0 ? '' : `${node.variables.join(', ')} ${node.isAssignment ? '=' : ':='} `;
      return declared + node.commands.map((command) => printNode(command)).join(' | ');
    }
    case 'command':
      return node.args.map((arg) => (arg.type === 'pipe' ? `(${printNode(arg)})` : printNode(arg))).join(' ');
    case 'field':
      return dotted(node.names);
    case 'variable':
      return node.name + dotted(node.names);
    case 'chain':
      return (node.of.type === 'pipe' ? `(${printNode(node.of)})` : printNode(node.of)) + dotted(node.names);
    case 'identifier':
      return node.name;
    case 'string':
      return node.quoted;
    case 'number':
      return node.text;
    case 'bool':
      return String(node.value);
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'text':
    case 'constant':
      return node.text;
    case 'action':
      return `{{${printNode(node.pipe)}}}`;
    case 'template':
      return `{{template ${JSON.stringify(node.name)}${node.pipe === undefined ? '' : ` ${printNode(node.pipe)}`}}}`;
    case 'if':
    case 'with':
    case 'range':
      return `{{${node.type} ${printNode(node.pipe)}}}`;
    default:
      return `{{${node.type}}}`;
  }
}

function dotted(names: readonly string[]): string {
  return names.map((name) => `.${name}`).join('');
}

/** Whether a list of statements is nothing but white space. */
export function isEmptyList(list: List): boolean {
  return list.every((node) => node.type === 'text' && /^[\s\x85]*$/.test(node.text));
}
