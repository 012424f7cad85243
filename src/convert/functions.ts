/** Functions of Go templates as helpers of native ones. */
import { helperNames } from '../render/handlebars/helpers/index.ts';
import { asRandom } from './cannot.ts';
import type { CannotConvert } from './cannot.ts';
import { call, isCall, literal, orElse } from './expression.ts';
import type { Expression, Literal, Path } from './expression.ts';
import { expressionOf, memberOf, valueOf } from './meaning.ts';
import type { Meaning } from './meaning.ts';

/** Functions whose result differs in each render, so that nothing can be compared. */
const RANDOM: ReadonlySet<string> = new Set(
  (
    'randAlphaNum randAlpha randNumeric randAscii randBytes randInt shuffle uuidv4 bcrypt htpasswd genPrivateKey genCA ' +
    'genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey encryptAES now ago ' +
    'date dateInZone htmlDate htmlDateInZone'
  ).split(' '),
);

/** Go functions whose native helper has another name. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['tuple', 'list'],
  ['toRawJson', 'toJson'],
]);

/** Native helpers that accept a missing value as an argument. */
const TAKES_ABSENT: ReadonlySet<string> = new Set(
  (
    'eq ne and or not all any empty default coalesce ternary required deepEqual hasKey has index dict dig kindOf ' +
    'kindIs typeOf typeIs typeIsLike include'
  ).split(' '),
);

/** Go functions that have a result for nil; the others fail, or print `<nil>`. */
const GIVES_NULL: ReadonlySet<string> = new Set(['quote', 'squote', 'toYaml', 'toJson', 'toPrettyJson', 'list']);

/**
 * A call of a function.
 *
 * @param isAbsent tells whether a path has no value by default
 * @throws {CannotConvert} what `fail` makes
 */
export function callHelper(
  name: string,
  args: readonly Meaning[],
  isAbsent: (path: Path) => boolean,
  fail: (why: string) => CannotConvert,
): Meaning {
  const helper = NAMES.get(name) ?? (/^must[A-Z]/.test(name) ? name[4]?.toLowerCase() + name.slice(5) : name);
  if (RANDOM.has(helper)) throw asRandom(fail(`${name} gives something else each time`));
  if (helper === 'set' || helper === 'unset') throw fail(`${name} changes a map, and native helpers change none`);
  if (helper === 'tpl') return template(args, fail);
  if (helper === 'dict') {
    const made = fields(args);
    if (made !== undefined) return made;
  }
  const values = args.map((arg) => {
    const value = expressionOf(arg);
    if (value === undefined) throw fail(`${name} is given the root, which native helpers cannot take`);
    return value;
  });
  if (helper === 'index') return valueOf(index(values));
  const [first, second] = values;
  // `default .Values.x ""`: the arguments have changed places, so that the first counts only if the second is empty.
  if (helper === 'default' && first !== undefined && second?.type === 'literal')
    return valueOf(isEmptyLiteral(second) ? first : second);
  // `list.0` may be missing, (first list) fails for an empty list: `and .list (first .list).name` asks for neither in Go.
  if (helper === 'first' && values.length === 1) return valueOf(index([...values, literal(0)]));
  if (helper !== 'lookup' && !known().has(helper)) throw fail(`there is no native helper ${name}`);
  if (TAKES_ABSENT.has(helper)) return valueOf(call(helper, ...values));
  const otherwise = GIVES_NULL.has(helper) ? null : '';
  const given = values.map((value) => (value.type === 'path' && isAbsent(value) ? orElse(value, otherwise) : value));
  return valueOf(call(helper, ...given));
}

function isEmptyLiteral({ value }: Literal): boolean {
  return value === null || value === '' || value === false || Number(value) === 0;
}

let helpers: ReadonlySet<string> | undefined;

function known(): ReadonlySet<string> {
  return (helpers ??= new Set(helperNames()));
}

/** The map of a `dict` whose keys are all literals; undefined for another one. */
function fields(args: readonly Meaning[]): Meaning | undefined {
  const made = new Map<string, Meaning>();
  for (let at = 0; at + 1 < args.length; at += 2) {
    const key = args[at];
    const field = args[at + 1];
    const isText = key?.kind === 'value' && key.value.type === 'literal' && typeof key.value.value === 'string';
    if (!isText || field === undefined) return undefined;
    made.set((key.value as { value: string }).value, field);
  }
  return args.length % 2 === 0 ? { kind: 'fields', fields: made } : undefined;
}

/** `index map "a" "b"` is a path, where its keys are known. */
function index([of, ...keys]: readonly Expression[]): Expression {
  let found = of ?? literal(null);
  for (const key of keys) {
    const isName = key.type === 'literal' && (typeof key.value === 'string' || typeof key.value === 'number');
    const item = isCall(found, 'list') && key.type === 'literal' ? found.args[Number(key.value)] : undefined;
    if (item !== undefined) found = item;
    else if (isName && found.type === 'path') found = memberOf(found, String(key.value));
    else if (found.type === 'call' && found.name === 'index') found = call('index', ...found.args, key);
    else found = call('index', found, key);
  }
  return found;
}

/** `tpl` with the root becomes goTpl. */
function template([given, data]: readonly Meaning[], fail: (why: string) => CannotConvert): Meaning {
  const value = given && expressionOf(given);
  if (value === undefined || data?.kind !== 'root') throw fail('tpl with another context than the root');
  // `tpl (toYaml . | nindent 4) $` is a structure: the text is indented afterwards.
  if (isCall(value, 'nindent') || isCall(value, 'indent')) {
    const [width, text] = value.args;
    if (width?.type === 'literal' && text !== undefined) return valueOf(call(value.name, width, call('goTpl', text)));
  }
  return valueOf(call('goTpl', value));
}

/**
 * A call as a person would write it.
 *
 * @param isNative tells whether a definition becomes a native partial
 */
export function simplified(value: Expression, isNative: (name: string) => boolean): Expression {
  if (value.type !== 'call') return value;
  const [first, second] = value.args;
  // `partial` gives the structure itself. Read from text, a value with a line break could add keys.
  if (value.name === 'fromYaml' && first !== undefined && isCall(first, 'include')) {
    const [name] = first.args;
    const isPartial = name?.type === 'literal' && isNative(String(name.value));
    return isPartial ? call('partial', ...first.args) : value;
  }
  if (first?.type !== 'literal' || typeof first.value !== 'string') return value;
  if (value.name === 'print' && second === undefined) return first;
  if (value.name !== 'printf') return value;
  if (second === undefined && !first.value.includes('%')) return first;
  return first.value === '%s' && second !== undefined && isCall(second, 'include') ? second : value;
}
