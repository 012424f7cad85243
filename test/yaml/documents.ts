/** YAML texts of every kind: what people write, what they get wrong, and what nobody writes. */
import fc from 'fast-check';

const FRAGMENTS = [
  ...[
    'a',
    'b',
    'key',
    '- ',
    '-',
    '  ',
    '    ',
    ' ',
    '\n',
    '\n\n',
    '\n  ',
    '\n- ',
    '\n  - ',
    ': ',
    ':',
    ':\n  ',
    '? ',
    '?',
  ],
  ...[
    '[',
    ']',
    '{',
    '}',
    ', ',
    ',',
    '#',
    ' # c',
    '\n# c\n',
    '"x"',
    '"',
    "'",
    "'y'",
    '|',
    '|\n',
    '|-\n  t\n',
    '>\n  ',
    '>-\n',
  ],
  ...[
    '|+\n',
    '|2\n',
    '|\n      \n',
    '\u00a0',
    '&a ',
    '&a\n  ',
    '<<: *a\n',
    '*a',
    '*b',
    '!!str ',
    '!!int ',
    '!!float ',
    '!!null ',
    '!!bool ',
    '!!binary ',
    '!!timestamp ',
  ],
  ...[
    '!x ',
    '! ',
    '!<tag:yaml.org,2002:int> ',
    '---',
    '---\n',
    '--- ',
    '...',
    '...\n',
    '%YAML 1.1\n',
    '%TAG ! tag:x,1:\n',
  ],
  ...[
    '1',
    '0x1f',
    '010',
    '08',
    '1.5',
    '1e3',
    'yes',
    'null',
    '~',
    '<<',
    '<<: ',
    '\t',
    '\r\n',
    '\r',
    '\\n',
    '\\',
    '\\x41',
    '\\u00e9',
  ],
  ...[
    '\\\n',
    'é',
    '😀',
    '\u0085',
    '\u2028',
    '\x01',
    'aGVsbG8=',
    '2020-01-01',
    '.inf',
    '@',
    '`',
    '%',
    'a: 1',
    'b: 2',
    'c: [1, 2]',
  ],
  ...[
    'd: {e: f}',
    '- a\n- b',
    'long text\n  continued',
    'x'.repeat(1100),
    'k: |\n  a\n   b\n\n  c\n',
    'true',
    '-1',
    '0b-1',
    '.5_0',
  ],
  ...['{}: x', '[]', '{ }'],
];

const soup = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 12 }).map((parts) => parts.join(''));

/** `@` stands for the indentation of a continued line. */
const scalar = fc.constantFrom(
  ...[
    'a',
    '1',
    '"q: x"',
    "'s''t'",
    'true',
    '~',
    '',
    '|\n@lit\n@  more\n@',
    '>-\n@fold\n@ed',
    'plain multi\n@more text',
  ],
  ...[
    '[1, a, "b"]',
    '{a: 1, b: [x]}',
    '"multi\n@line"',
    '{}',
    '[]',
    '-5',
    '1e3',
    'text # comment',
    'url://x:1/#f',
    '&x v',
    '&x',
    '&x {a: 1}',
    '*x',
    '\n@<<: *x\n@a: 2',
    '\n@a: 2\n@<<: *x',
    '|\n  \n@',
    '|-\n@  \n',
    'a\u00a0: b\u00a0',
  ],
  ...['!!str 5', '"a\\tb"', '|+\n@a\n\n', '>\n@a\n\n@b\n@  c\n', "'a\n\n@b'", '[a,\n@b]', '{ a: 1 }', 'a: b'],
);
const key = fc.constantFrom('a', 'b', 'c', '"d"', '1', 'yes', 'x y', '<<', '? e', "'f'", 'é', 'app.kubernetes.io/name');
type Layout = (indent: string) => string;
const { layout } = fc.letrec<{ layout: Layout }>((tie) => ({
  layout: fc.oneof(
    { depthSize: 'small' },
    scalar.map(
      (text): Layout =>
        (indent) =>
          ` ${text.replaceAll('@', `${indent}  `)}`,
    ),
    fc.array(fc.tuple(key, tie('layout')), { minLength: 1, maxLength: 4 }).map(
      (entries): Layout =>
        (indent) =>
          `\n${entries.map(([name, value]) => `${indent}${name}:${value(`${indent}  `)}`).join('\n')}`,
    ),
    fc.array(tie('layout'), { minLength: 1, maxLength: 4 }).map(
      (items): Layout =>
        (indent) =>
          `\n${items.map((item) => `${indent}-${item(`${indent}  `)}`).join('\n')}`,
    ),
    fc.array(fc.tuple(key, tie('layout')), { minLength: 1, maxLength: 3 }).map(
      (entries): Layout =>
        (indent) =>
          ` ${entries.map(([name, value], index) => `${index === 0 ? '' : indent}${name}:${value(`${indent}  `)}`).join('\n')}`,
    ),
  ),
}));
const structured = layout.map((make) => make('').slice(1));

/** With something to which their aliases lead. */
const named = fc
  .tuple(fc.constantFrom('v: &x 1', 'v: &x', 'v: &x {a: 1}', 'k: &x'), structured)
  .map(([first, text]) => `${first}${first === 'k: &x' ? '\n  a: 1\n  b:\n  - c' : ''}\n${text}`);

const edit = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.constantFrom(...FRAGMENTS));
const edited = fc.tuple(fc.oneof(structured, named), fc.array(edit, { maxLength: 3 })).map(([text, edits]) =>
  edits.reduce((current, [place, kind, fragment]) => {
    const at = place % Math.max(current.length, 1);
    if (kind === 0) return current.slice(0, at) + current.slice(at + 1);
    if (kind === 1) return current.slice(0, at) + fragment + current.slice(at);
    if (kind === 2) return current.slice(0, at) + fragment + current.slice(at + fragment.length);
    const lines = current.split('\n');
    return lines.filter((_, index) => index !== place % lines.length).join('\n');
  }, text),
);

/** Any text, some of them YAML. */
export const yamlText: fc.Arbitrary<string> = fc.oneof(soup, structured, named, edited);
