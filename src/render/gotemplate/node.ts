/** The syntax tree of Go templates, as Go's package text/template/parse builds it. It knows nothing of running one. */

/** Everything has a position: a byte of the text of its source. */
export type TextNode = { type: 'text'; pos: number; text: string };
/** A constant text in an action, as in {{ "{{" }}: charts escape with it what is for others to read. */
export type ConstantNode = { type: 'constant'; pos: number; quoted: string; text: string };
export type ActionNode = { type: 'action'; pos: number; pipe: Pipe };
export type BranchNode = { type: 'if' | 'with'; pos: number; pipe: Pipe; body: Block; otherwise: Block | undefined };
export type RangeNode = { type: 'range'; pos: number; pipe: Pipe; body: Block; otherwise: Block | undefined };
export type TemplateNode = { type: 'template'; pos: number; name: string; pipe: Pipe | undefined };
export type JumpNode = { type: 'break' | 'continue'; pos: number };

/** What a list of statements holds. */
export type Statement = TextNode | ConstantNode | ActionNode | BranchNode | RangeNode | TemplateNode | JumpNode;
export type List = readonly Statement[];
/**
 * What a branch or a template does. Where only its beginning is known, it is read when it runs.
 *
 * `start` is where it begins: 0 for the text itself, {@link WITHIN} for what stands between `else` and its `if`.
 */
export type Block = { start: number; list: List | undefined };
export const WITHIN = -1;

export const NO_NAMES: readonly string[] = [];

export type Pipe = {
  type: 'pipe';
  pos: number;
  /** Variables that are declared or assigned, with their `$`. */
  variables: readonly string[];
  isAssignment: boolean;
  commands: readonly Command[];
};
/** A function or a field with its arguments; a value alone has none. */
export type Command = { type: 'command'; pos: number; args: readonly Operand[] };

export type FieldNode = { type: 'field'; pos: number; names: readonly string[] };
export type VariableNode = { type: 'variable'; pos: number; name: string; names: readonly string[] };
export type ChainNode = { type: 'chain'; pos: number; of: Operand; names: readonly string[] };
export type IdentifierNode = { type: 'identifier'; pos: number; name: string };
export type StringNode = { type: 'string'; pos: number; quoted: string; value: string };
export type NumberNode = {
  type: 'number';
  pos: number;
  text: string;
  /** The constant as an integer, where it is one: `1e3` is, too. */
  integer: number | bigint | undefined;
  float: number | undefined;
  isComplex: boolean;
};
export type BoolNode = { type: 'bool'; pos: number; value: boolean };
export type DotNode = { type: 'dot'; pos: number };
export type NilNode = { type: 'nil'; pos: number };

/** What a command is made of. */
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

/** Any node that an error may point at. */
export type AstNode = Statement | Operand | Command;

/** Prints a node as Go's errors show it. */
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

/** Is there nothing in it but space? */
export function isEmptyList(list: List): boolean {
  return list.every((node) => node.type === 'text' && /^[\s\x85]*$/.test(node.text));
}
