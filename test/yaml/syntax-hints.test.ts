/** Hints at what people get wrong in YAML: what they say makes it YAML, and they repeat nothing of the text. */
import { expect, test } from 'vitest';
import { parseYaml } from '../../src/yaml/read.ts';
import { errorOf } from '../support/errors.ts';

const CASES: [text: string, hint: string | undefined, corrected: string][] = [
  ['a:\n\tsecret: 1\n', 'indent the line with spaces: YAML has no tabs', 'a:\n  secret: 1\n'],
  [
    'a:\n\u00a0\u00a0b: secret\n  c: 1\n',
    'indent the lines here with plain spaces: there is a no-break space',
    'a:\n  b: secret\n  c: 1\n',
  ],
  ['a: {{ .secret }}\n', '{{ … }} is run in templates only: put quotes around it', 'a: "{{ .secret }}"\n'],
  ['a: @secret\n', 'a text that begins with "@" needs quotes', 'a: "@secret"\n'],
  ['a: %secret\n', 'a text that begins with "%" needs quotes', 'a: "%secret"\n'],
  ['a: *secret\n', 'a text that begins with "*" needs quotes', 'a: "*secret"\n'],
  [
    'a: "C:\\secret"\n',
    'between double quotes "\\" begins an escape: write "\\\\", or use single quotes',
    "a: 'C:\\secret'\n",
  ],
  ['a: secret: x\n', 'a text with ": " in it needs quotes', 'a: "secret: x"\n'],
  [
    'a: "secret\nb: ""\nc: 1\n',
    'line 1 begins a text with ": is the closing one missing?',
    'a: "secret"\nb: ""\nc: 1\n',
  ],
  ['a:\n  b: secret\n   c: 1\n', undefined, 'a:\n  b: secret\n  c: 1\n'],
  ['a:\n  b: "x"\n   c: 1\n', 'it is indented more than line 2, which has a value already', 'a:\n  b: "x"\n  c: 1\n'],
  ['a: *.secret\n', 'a text that begins with "*" needs quotes', 'a: "*.secret"\n'],
  ['a: &.secret\n', 'a text that begins with "&" needs quotes', 'a: "&.secret"\n'],
  ['a:secret\nb: 1\n', 'line 1 needs a blank behind its ":"', 'a: secret\nb: 1\n'],
  ['a:\n   b: 1\n c: secret\n', 'its indentation matches no line before it', 'a:\n   b: 1\n   c: secret\n'],
  ['a: [1\nb: 2\n', undefined, 'a: [1]\nb: 2\n'],
];

test.each(CASES)('%j', async (text, hint, corrected) => {
  const error = await errorOf(() => parseYaml(text, 'values.yaml'));
  if (hint !== undefined) expect(error.hints).toEqual([hint]);
  expect(error.hints.join()).not.toContain('secret');
  parseYaml(corrected, 'values.yaml');
});
