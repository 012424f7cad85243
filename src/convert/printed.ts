/** What an action of a Go template prints: lines of their own, a value, or text with values in it. */
import type { CannotConvert } from './cannot.ts';
import { call, isCall, withoutElse } from './expression.ts';
import type { Expression } from './expression.ts';
import type { Content, Piece } from './pieces.ts';

/** Functions that only remove something at the ends of a text: they do not change what structure it is. */
const TRIMS: ReadonlySet<string> = new Set(['trim', 'trimSuffix', 'trimPrefix', 'trimAll']);

/**
 * The pieces that print a value.
 *
 * @param pos where it stands in the Go template
 * @param startsLine does a definition begin with a line break?
 * @throws {CannotConvert} what `fail` makes
 */
export function printed(
  value: Expression,
  pos: number,
  startsLine: (name: string) => boolean,
  fail: (why: string) => CannotConvert,
): Piece[] {
  for (const name of ['nindent', 'indent']) {
    if (!isCall(value, name)) continue;
    const [width, inner] = value.args;
    if (width?.type !== 'literal' || typeof width.value !== 'number' || inner === undefined) {
      throw fail(`${name} takes a number that is known`);
    }
    return [{ type: 'block', content: contentOf(inner), indent: width.value, isNewLine: name === 'nindent', pos }];
  }
  const inner = withoutTrims(value);
  if (isCall(inner, 'include') || isCall(inner, 'toYaml') || isCall(inner, 'goTpl')) {
    const [name] = value === inner && isCall(inner, 'include') ? inner.args : [];
    const isNewLine = name?.type === 'literal' && startsLine(String(name.value));
    return [{ type: 'block', content: contentOf(value), indent: undefined, isNewLine, pos }];
  }
  return partsOf(value, pos);
}

/** A value as it is printed: `{{ printf "%s-x" .Release.Name }}` is a value with text behind it. */
function partsOf(value: Expression, pos: number): Piece[] {
  if (value.type === 'literal' && typeof value.value === 'string') {
    const { value: text } = value;
    if (PLAIN.test(text) || /^[A-Za-z][\w.-]*: ""$/.test(text)) return [{ type: 'text', text }];
  }
  if (!isCall(value, 'printf')) return [{ type: 'value', value, pos }];
  const [format, ...args] = value.args;
  const texts = format?.type === 'literal' ? String(format.value).split(/%[sdv]/) : [];
  // `printf "storageClassName: %s" .Values.class` is a key with its value.
  const isPlain = (text: string, at: number): boolean =>
    text === '' || PLAIN.test(text) || (at === 0 && args.length === 1 && /^[A-Za-z][\w.-]*: $/.test(text));
  if (texts.length !== args.length + 1 || !texts.every(isPlain)) {
    return [{ type: 'value', value, pos }];
  }
  return texts.flatMap((text, at): Piece[] => {
    const arg = args[at];
    const parts: Piece[] = text === '' ? [] : [{ type: 'text', text }];
    return arg === undefined ? parts : [...parts, ...partsOf(arg, pos)];
  });
}

/** Text that means the same in a template as in a call. */
const PLAIN = /^[\w./:@=+-]*[\w./@=+-]$/;

/** What a text of several lines is as structure. */
export function contentOf(text: Expression): Content {
  const inner = withoutTrims(text);
  if (isCall(inner, 'include')) {
    const [name, context] = inner.args;
    if (name?.type === 'literal') return { structure: { partial: String(name.value), context }, text };
  }
  const [only] = isCall(inner, 'toYaml') ? inner.args : [];
  if (only !== undefined && isCall(only, 'partial')) {
    const [name, context] = only.args;
    if (name?.type === 'literal') return { structure: { partial: String(name.value), context }, text };
  }
  if (isCall(inner, 'toYaml') && inner.args[0] !== undefined)
    return { structure: { value: withoutElse(inner.args[0]) }, text };
  if (isCall(inner, 'goTpl')) {
    const [of, ...rest] = inner.args;
    if (of !== undefined && isCall(of, 'toYaml')) {
      return { structure: { value: call('goTpl', ...of.args.map(withoutElse), ...rest) }, text };
    }
  }
  return { structure: { value: call('fromYaml', inner) }, text };
}

function withoutTrims(value: Expression): Expression {
  const inner = value.type === 'call' && TRIMS.has(value.name) ? value.args.at(-1) : undefined;
  if (inner === undefined) return value;
  // Behind `- `, (toYaml x | nindent 8 | trim) is x: the first line stands behind the dash.
  const isIndented = isCall(inner, 'nindent') || isCall(inner, 'indent');
  return withoutTrims((isIndented ? inner.args[1] : undefined) ?? inner);
}
