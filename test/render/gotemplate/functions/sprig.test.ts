/** Sprig's functions with generated arguments, compared with helm. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findFunction, functionNames, isFunction } from '../../../../src/render/gotemplate/functions/index.ts';
import { call, shown } from './expressions.ts';
import { expectSame } from './support.ts';
import { RUNS, SEED } from '../../../support/generation.ts';

const CALLS: Readonly<Record<string, readonly string[]>> = {
  strings: [
    'abbrev int string',
    'abbrevboth int int string',
    'cat any*',
    'contains string string',
    'hasPrefix string string',
    'hasSuffix string string',
    'hello',
    'indent int string',
    'initials string',
    'nindent int string',
    'nospace string',
    'plural string string int',
    'quote any*',
    'repeat int string',
    'replace string string string',
    'squote any*',
    'substr int int string',
    'trim string',
    'trimAll string string',
    'trimPrefix string string',
    'trimSuffix string string',
    'trimall string string',
    'trunc int string',
    'wrap int string',
    'wrapWith int string string',
  ],
  splitting: [
    'join string list',
    'sortAlpha list',
    'split string string',
    'splitList string string',
    'splitn string int string',
  ],
  cases: [
    'camelcase string',
    'kebabcase string',
    'lower string',
    'snakecase string',
    'swapcase string',
    'title string',
    'untitle string',
    'upper string',
  ],
  conversions: [
    'atoi string',
    'float64 number',
    'int number',
    'int64 number',
    'toDecimal number',
    'toString any',
    'toStrings list',
    'toStrings any',
  ],
  math: [
    'add number*',
    'add1 number',
    'add1f number',
    'addf number*',
    'biggest number number*',
    'ceil number',
    'div number number',
    'divf number number*',
    'floor number',
    'max number number*',
    'maxf number number*',
    'min number number*',
    'minf number number*',
    'mod number number',
    'mul number number*',
    'mulf number number*',
    'round number int',
    'round float int float',
    'sub number number',
    'subf number number*',
  ],
  sequences: ['seq int*', 'until int', 'untilStep int int int'],
  defaults: [
    'all any*',
    'any any*',
    'coalesce any*',
    'default any any',
    'default any any*',
    'empty any',
    'ternary any any bool',
  ],
  reflection: [
    'deepEqual any any',
    'deepEqual number number',
    'kindIs type any',
    'kindOf any',
    'typeIs type any',
    'typeIsLike type any',
    'typeOf any',
  ],
  copies: ['deepCopy any', 'mustDeepCopy list'],
  lists: [
    'append list any',
    'chunk int list',
    'compact list',
    'concat list*',
    'first list',
    'has any list',
    'initial list',
    'last list',
    'list any*',
    'mustAppend list any',
    'mustChunk int list',
    'mustCompact list',
    'mustFirst list',
    'mustHas any list',
    'mustInitial list',
    'mustLast list',
    'mustPrepend list any',
    'mustPush list any',
    'mustRest list',
    'mustReverse list',
    'mustSlice list int*',
    'mustUniq list',
    'mustWithout list any*',
    'prepend list any',
    'push list any',
    'rest list',
    'reverse list',
    'slice list int*',
    'slice list int int',
    'tuple any*',
    'uniq list',
    'without list any*',
  ],
  dicts: [
    'dict any*',
    'dict string any string any',
    'dig string any map',
    'dig string string any map',
    'dig any*',
    'get map string',
    'hasKey map string',
    'merge map map*',
    'mergeOverwrite map map*',
    'mustMerge map map*',
    'mustMergeOverwrite map map*',
    'omit map string*',
    'pick map string*',
    'pluck string map*',
    'set map string any',
    'unset map string',
  ],
};

describe('functions with generated arguments', () => {
  for (const [topic, signatures] of Object.entries(CALLS)) {
    // Writing a chart for each call takes a while on a busy machine.
    test(topic, { timeout: 600_000 }, () => {
      const perFunction = Math.ceil((12 + 120 / signatures.length) * RUNS);
      const templates = signatures.flatMap((signature, index) =>
        fc.sample(call(signature), { numRuns: perFunction, seed: SEED + index }).map(shown),
      );
      expectSame([...new Set(templates)]);
    });
  }
});

test('every name in the table has its function', () => {
  for (const name of functionNames()) expect([name, typeof findFunction(name)?.call]).toEqual([name, 'function']);
  expect(isFunction('env')).toBe(false);
});
