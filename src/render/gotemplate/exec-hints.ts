/** Hints at values of another type than a template takes them for. */
import type { ExecError } from './exec-errors.ts';
import { printNode } from './node.ts';
import type { AstNode, Operand } from './node.ts';
import { decodeText, entriesOf } from './value.ts';
import type { GoValue, OptionalValue } from './value.ts';
import { calledWith, kindInWords } from './wrong-values.ts';

/**
 * The value that has no field of the name that was asked for: its expression, and what it is. Undefined for another error.
 */
export function notAMap({ node, field }: ExecError): { expression: string; kind: string } | undefined {
  const kind = field && kindInWords(field.of);
  if (field === undefined || kind === undefined || (node.type !== 'field' && node.type !== 'variable'))
    return undefined;
  const at = node.names.lastIndexOf(field.name);
  if (at === -1) return undefined;
  const names = node.names.slice(0, at).map((name) => `.${name}`);
  const expression = `${node.type === 'variable' ? node.name : ''}${names.join('')}`;
  return { expression: expression === '' ? '"."' : decodeText(expression), kind };
}

/** The path below `.Values` of the value that {@link notAMap} describes, where the expression begins at the root. */
export function pathOfNotAMap({ node, field, dollar }: ExecError, values: GoValue): string[] | undefined {
  if (field === undefined || (node.type !== 'field' && node.type !== 'variable')) return undefined;
  const [root, ...names] = node.names;
  if (root !== 'Values' || (node.type === 'variable' && node.name !== '$')) return undefined;
  const path = names.slice(0, names.lastIndexOf(field.name));
  let value: OptionalValue = entriesOf(dollar)?.has('Values') === true ? values : undefined;
  for (const name of path) value = entriesOf(value)?.get(name);
  return value === field.of && path.length > 0 ? path.map(decodeText) : undefined;
}

/** Functions of texts that are useful with a whole map or list as YAML; `trunc`, which shortens names, is not one. */
const TAKES_YAML: ReadonlySet<string> = new Set([
  'tpl',
  'indent',
  'nindent',
  'fromYaml',
  'b64enc',
  'sha1sum',
  'sha256sum',
  'sha512sum',
  'adler32sum',
]);

/** A hint for a call with values of the wrong types or number; undefined where nothing useful can be said. */
export function callHint(error: ExecError, message: string): string | undefined {
  const { node, template } = error;
  if (/^wrong number of args for include: want 2 got 1$/.test(message)) return includeHint(error);
  if (/^\w+ is not a method but has arguments$/.test(message)) {
    const [, name, right] =
      /^[$.][\w.$]*\s+(and|or|eq|ne|lt|le|gt|ge|default|contains)\s+([\w.$"]+)/.exec(
        template.source.text.slice(node.pos),
      ) ?? [];
    return name === undefined || right === undefined
      ? 'a function comes before its arguments, or after "|"'
      : `a function comes before its arguments: ${name} ${shown(node)} ${decodeText(right)}`;
  }
  if (message.startsWith('error calling ')) return comparisonHint(node, message);
  const [, type, text] = /^expected (bool|integer); found "([^"]*)"$/.exec(message) ?? [];
  if (type === 'integer' && /^-?\d+$/.test(text ?? '')) return `write ${text} without quotes`;
  if (type === 'bool' && calledWith(node, template) === 'ternary') {
    return 'the condition comes last: ternary "if it is true" "if it is false" CONDITION';
  }
  const [, wanted, given] = /^wrong type for value; expected (\S+); got (.+)$/.exec(message) ?? [];
  if (wanted === undefined || given === undefined) return undefined;
  const by =
    wanted === 'string' && /^(?:float64|int|int64|bool)$/.test(given)
      ? 'toString'
      : wanted === 'string' && /^(?:map|\[\])/.test(given)
        ? TAKES_YAML.has(calledWith(node, template) ?? '')
          ? 'toYaml'
          : undefined
        : /^int(?:64)?$/.test(wanted) && /^(?:float64|string)$/.test(given)
          ? 'int'
          : undefined;
  if (by === undefined) return undefined;
  // The node is the call itself where the value comes through a pipe.
  return `convert it by ${by}: ${node.type === 'command' ? `… | ${by} | ${shown(node)}` : `${by} ${shown(node)}`}`;
}

function includeHint({ node, template }: ExecError): string | undefined {
  const [, name] = /^include\s+("[^"]*")/.exec(template.source.text.slice(node.pos)) ?? [];
  return name === undefined ? undefined : `give it the values too: include ${decodeText(name)} .`;
}

/** A hint for `eq` and its like, whose operands Go does not convert. */
function comparisonHint(node: AstNode, message: string): string | undefined {
  const [, one, other] = /incompatible types for comparison: (\S+) and (\S+)$/.exec(message) ?? [];
  if (one === undefined || other === undefined || node.type !== 'command') return undefined;
  const [name, ...operands] = node.args;
  if (name === undefined || operands.length !== 2) return undefined;
  const isFloat = (operand: Operand): boolean => operand.type === 'field' || operand.type === 'variable';
  const given = operands.find(isFloat);
  if (given === undefined) return undefined;
  const called = decodeText(printNode(name));
  const convert = (by: string): string =>
    operands.map((operand) => (operand === given ? `(${by} ${shown(operand)})` : shown(operand))).join(' ');
  const types = new Set([one, other]);
  if (types.has('float64') && types.has('int')) {
    return `a number of the values is a float, and one without a point in a template an int: ${called} ${convert('int')}`;
  }
  if (types.has('string') && (types.has('float64') || types.has('int') || types.has('int64') || types.has('bool'))) {
    const isText = one === 'string' ? operands[0] === given : operands[1] === given;
    return isText ? undefined : `one of them is a text: ${called} ${convert('toString')}`;
  }
  return undefined;
}

function shown(node: AstNode): string {
  const text = decodeText(printNode(node));
  return node.type === 'pipe' ? `(${text})` : text;
}
