/** Calls of functions: numbers and types of arguments, and Go's errors. */
import { test } from 'vitest';
import { expectSame } from './support.ts';

test('calls are refused as Go refuses them', () => {
  expectSame([
    '{{trunc 5 .Values.s}}',
    '{{trunc "a" "b"}}',
    '{{trunc 1}}',
    '{{trunc 1 2 3}}',
    '{{"a" | trunc}}',
    '{{.Values.x | trunc 1}}',
    '{{trunc 1.5 "a"}}',
    '{{trunc .Values.n "a"}}',
    '{{ternary 1 2 3}}',
    '{{ternary 1 2 nil}}',
    '{{ternary}}',
    '{{default}}',
    '{{nil}}',
    '{{nofunc}}',
    '{{indent -1 "x"}}',
    '{{list nil 1 | printf "%v|%T"}}',
    '{{contains .Values.n "x"}}',
    '{{contains .Values.nil "x"}}',
  ]);
});
