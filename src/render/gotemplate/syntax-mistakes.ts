/**
 * Mistakes in the syntax of templates that people bring from other languages, and what Go's templates have instead.
 * Each is recognized by the text at the error, so that a hint is given only where it holds.
 */

/** The keys of the root of a chart's templates. */
export const OF_ROOT: ReadonlySet<string> = new Set([
  'Values',
  'Release',
  'Chart',
  'Capabilities',
  'Files',
  'Template',
  'Subcharts',
]);

/** Words of other languages, and what is written for them. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  elseif: 'write {{ else if … }}',
  elsif: 'write {{ else if … }}',
  elif: 'write {{ else if … }}',
  endif: 'every block ends with {{ end }}',
  endwith: 'every block ends with {{ end }}',
  endrange: 'every block ends with {{ end }}',
  endfor: 'every block ends with {{ end }}',
  enddefine: 'every block ends with {{ end }}',
  fi: 'every block ends with {{ end }}',
  done: 'every block ends with {{ end }}',
  for: 'a loop is {{ range … }}',
  foreach: 'a loop is {{ range … }}',
  each: 'a loop is {{ range … }}',
  unless: 'write {{ if not … }}',
  as: 'a variable comes first: {{ with $x := … }}',
  in: 'a variable comes first: {{ range $x := … }}',
};

/** Operators of other languages, the longest first, and the functions of the same meaning. */
const OPERATORS: readonly (readonly [string, string])[] = [
  ['==', 'eq'],
  ['!=', 'ne'],
  ['<=', 'le'],
  ['>=', 'ge'],
  ['&&', 'and'],
  ['||', 'or'],
  ['<', 'lt'],
  ['>', 'gt'],
  ['+', 'add'],
  ['-', 'sub'],
  ['*', 'mul'],
  ['/', 'div'],
  ['%', 'mod'],
];

const OPERAND = String.raw`(?:[$.]?[\w.$]+|"[^"]*")`;
const LEFT = new RegExp(`(${OPERAND})\\s*$`);
const RIGHT = new RegExp(`^\\s*(${OPERAND})`);

/**
 * What is meant by a name that is not a function; undefined where nothing is known of it.
 *
 * @param before the line up to the name
 * @param rest the line from the name on
 */
export function otherWord(name: string, before: string, rest: string): string | undefined {
  if (/\binclude\s+$/.test(before)) {
    const [whole = name] = /^[\w.-]+/.exec(rest) ?? [];
    return `the name of a template is in quotes: include "${whole}"`;
  }
  if (OF_ROOT.has(name)) return `write .${name}`;
  const root = /^(?:values|release|chart|capabilities|files|template)$/.test(name)
    ? `${name.charAt(0).toUpperCase()}${name.slice(1)}`
    : undefined;
  // The name of a native template.
  if (root !== undefined && rest.startsWith(`${name}.`)) {
    const field = /^\w+\.(\w+)/.exec(rest)?.[1] ?? '';
    return root === 'Values'
      ? `write .Values.${field}`
      : `write .${root}.${field.charAt(0).toUpperCase()}${field.slice(1)}`;
  }
  if (/^\w+\s*:?=(?!=)/.test(rest)) return `a variable begins with $: $${name}`;
  return Object.hasOwn(OTHER_WORDS, name) ? OTHER_WORDS[name] : undefined;
}

/**
 * What is wrong at a place where the parser expected something else; undefined where nothing is known of it.
 *
 * @param before the line up to the error
 * @param rest the line from the error on
 */
export function otherSyntax(message: string, before: string, rest: string): string | undefined {
  const [, block] = /^[#/](if|each|with|unless)\b/.exec(rest) ?? [];
  if (block !== undefined && /\{\{-?\s*$/.test(before)) {
    const word = block === 'each' ? 'range' : block === 'unless' ? 'if not' : block;
    return `a block is {{ ${word} … }} … {{ end }}; {{#${block}}} is for native templates, whose names end in .hbs`;
  }
  if (/\{\{-?\s*$/.test(before) && /^(?:#[*>]|>)/.test(rest))
    return 'partials written so are for native templates, whose names end in .hbs; here it is {{ define "name" }} and {{ include "name" . }}';
  if (/\{\{-?\s*$/.test(before) && /^(?:#|\/|!--|<!--|%)/.test(rest)) {
    return 'a comment is {{/* … */}}, with nothing between it and the braces';
  }
  if (before.endsWith('{{') && /^-[^\s}]/.test(rest)) return 'leave a blank behind the dash: {{- …';
  if (!before.endsWith('{{') && /^[\w.$]*-\}\}/.test(rest)) return 'leave a blank before the dash: … -}}';
  if (/^[\u201c\u201d\u201e\u201f\u2018\u2019\xab\xbb]/.test(rest)) return 'texts are in straight double quotes: "…"';
  if (/^[\w.$]*\xa0/.test(rest)) return 'this is a no-break space: write a plain one';
  const [, inQuotes] = /^'([^'"\\]*)'/.exec(rest) ?? [];
  if (inQuotes !== undefined && inQuotes !== '') return `texts are in double quotes: "${inQuotes}"`;
  if (/^\}(?!\})/.test(rest) && message.startsWith('unexpected "}"')) return 'an action ends with }}';
  if (rest.startsWith('{')) {
    return before.endsWith('{{')
      ? 'an action begins with {{ and ends with }}'
      : 'a map is made by a function: dict "key" value';
  }
  const [, field, key] = /^([\w.$]*)\[([^\]]*)/.exec(rest) ?? [];
  if (key !== undefined) {
    const [, list] = LEFT.exec(`${before}${field}`) ?? [];
    return list === undefined ? 'a list is made by a function: list 1 2' : `get an item by index: index ${list} ${key}`;
  }
  if (/^\.\d/.test(rest)) {
    const [, list = 'LIST'] = LEFT.exec(before) ?? [];
    const [, at = '0'] = /^\.(\d+)/.exec(rest) ?? [];
    return `get an item by index: index ${list} ${at}`;
  }
  if (rest.startsWith('(')) {
    const [, name] = /([A-Za-z]\w*)$/.exec(before) ?? [];
    if (name !== undefined) return `what a function is given follows it after a blank: ${name} …`;
  }
  if (rest.startsWith(',')) return 'what a function is given is separated by blanks';
  const [, quoted] = /^\.?("[^"\\]*")/.exec(rest) ?? [];
  const [, map] = /([$.][\w.$]*?)\.?$/.exec(before) ?? [];
  if (map !== undefined && quoted !== undefined) return `get a name in quotes by index: index ${map} ${quoted}`;
  const escape = /^"(?:[^"\\]|\\[abfnrtv\\"'xuU0-7])*(\\[^abfnrtv\\"'xuU0-7])/.exec(rest)?.[1];
  if (escape !== undefined) {
    return `${escape} is not an escape sequence: write it as \\${escape}, or put the text between backquotes`;
  }
  return operatorHint(before, rest);
}

function operatorHint(before: string, rest: string): string | undefined {
  if (rest.startsWith('!') && !rest.startsWith('!=')) return '"!" is the function not: not VALUE';
  if (rest.startsWith('?')) return '"?" is the function ternary: ternary YES NO CONDITION';
  if (before.endsWith('|') && rest.startsWith('|')) return operatorHint(before.slice(0, -1), `|${rest}`);
  const found = OPERATORS.find(([operator]) => rest.startsWith(operator));
  if (found === undefined) return undefined;
  const [operator] = found;
  const [, left] = LEFT.exec(before) ?? [];
  const [, right = 'B'] = RIGHT.exec(rest.slice(operator.length)) ?? [];
  if (left === undefined) return undefined;
  const name = operator === '+' && `${left}${right}`.includes('"') ? 'print' : found[1];
  return `"${operator}" is the function ${name}: ${name} ${left} ${right}`;
}
