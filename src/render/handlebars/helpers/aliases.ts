/** Names that helpers have in other template languages, in helper libraries of Handlebars and in JavaScript. */
import { isHelperName } from './index.ts';

const ALIASES: Readonly<Record<string, string>> = {
  upper: 'uppercase toUpperCase upcase ucase toUpper to_upper',
  lower: 'lowercase toLowerCase downcase lcase toLower to_lower',
  title: 'capitalize capitalise ucfirst titlecase startcase capitalizeFirst',
  len: 'length count size strlen',
  b64enc: 'base64 base64encode toBase64 btoa base64_encode b64encode',
  b64dec: 'base64decode fromBase64 atob base64_decode b64decode',
  printf: 'format sprintf',
  print: 'concatenate stringConcat println concatStrings strcat',
  toJson: 'json to_json jsonencode stringify JSONstringify jsonStringify toRawJson tojson json_encode jsonify',
  toPrettyJson: 'to_nice_json toPrettyRawJson',
  fromJson: 'from_json jsondecode parseJson JSONparse parse_json json_decode',
  toYaml: 'yaml to_yaml to_nice_yaml yamlencode toYamlPretty toyaml',
  fromYaml: 'from_yaml yamldecode parseYaml',
  contains: 'includes strContains inString',
  has: 'inArray in isIn',
  hasPrefix: 'startsWith startswith starts_with beginsWith',
  hasSuffix: 'endsWith endswith ends_with',
  trunc: 'truncate left',
  substr: 'substring',
  trim: 'strip trimSpace',
  splitList: 'splitToList explode',
  eq: 'equals equal ifEquals is isEqual compare',
  ne: 'isnt notEquals neq notEqual',
  gt: 'greaterThan',
  lt: 'lessThan',
  ge: 'gte',
  le: 'lte',
  add: 'plus sum',
  add1: 'increment inc',
  sub: 'minus subtract',
  mul: 'times multiply',
  div: 'divide dividedBy divided_by',
  mod: 'modulo remainder modulus',
  int: 'parseInt toInt tonumber toNumber integer number to_i toInteger',
  float64: 'parseFloat toFloat float',
  toString: 'string str tostring to_s toStr text',
  uniq: 'unique distinct',
  sortAlpha: 'sort sorted',
  list: 'array tuple arr',
  dict: 'object hash map_of',
  concat: 'flatten',
  first: 'head',
  rest: 'tail',
  until: 'range',
  keys: 'objectKeys',
  merge: 'assign extend combine mergeDeep',
  filter: 'where selectattr select',
  pluck: 'map mapattr',
  default: 'defaultTo ifEmpty fallback defaultValue or_else',
  ternary: 'iff cond choose iif conditional ifElse if_else',
  required: 'require mandatory',
  fail: 'error throw raise',
  regexReplaceAll: 'regex_replace regexReplace gsub',
  regexMatch: 'regex_match matches match test',
  regexFind: 'regex_search',
  sha256sum: 'sha256 hashSha256 hash256 checksum',
  sha1sum: 'sha1',
  randAlphaNum:
    'random randString randomString randAlphanumeric password random_string generatePassword randomPassword',
  uuidv4: 'uuid guid genUUID uuid4',
  date: 'strftime formatDate dateFormat moment timestamp',
  urlquery: 'urlencode encodeURIComponent',
  base: 'basename osBase',
  dir: 'dirname osDir',
  ext: 'osExt',
  kindOf: 'typeof type',
  append: 'push',
  'capabilities.has': 'hasApi apiVersions.has',
  ceil: 'ceiling',
  deepCopy: 'clone copy',
  empty: 'isEmpty is_empty blank',
  'files.asConfig': 'asConfig',
  'files.asSecrets': 'asSecrets',
  'files.get': 'file readFile getFile read_file includeFile',
  'files.glob': 'glob',
  include: 'render import includePartial template',
  join: 'implode',
  replace: 'replaceAll replace_all',
  reject: 'rejectattr',
  semverCompare: 'semver_compare versionCompare',
  tpl: 'eval evaluate interpolate',
};

/**
 * The helper, or the function of `files` or `capabilities`, that another language calls by this name; undefined for the
 * name of a helper.
 */
export function helperOfAlias(name: string): string | undefined {
  if (isHelperName(name)) return undefined;
  // Sprig has `mustX` beside `X`, which throws instead of giving nothing; here all helpers throw.
  if (/^must[A-Z]/.test(name)) {
    const plain = name.charAt(4).toLowerCase() + name.slice(5);
    return isHelperName(plain) ? plain : undefined;
  }
  const lower = name.toLowerCase();
  return Object.keys(ALIASES).find((helper) => ALIASES[helper]?.toLowerCase().split(' ').includes(lower));
}
