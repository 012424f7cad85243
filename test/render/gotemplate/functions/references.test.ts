/** Which functions copy maps and lists, and which share them: each is changed afterwards. */
import fc from 'fast-check';
import { test } from 'vitest';
import { expectSame } from './support.ts';
import { RUNS, SEED } from '../../../support/generation.ts';

const leaf = fc.constantFrom(
  '1',
  '0',
  '"x"',
  '""',
  'nil',
  'true',
  'false',
  '1.5',
  '(list)',
  '(list 1 2)',
  '(list (dict "p" 1))',
  '(split "," "x,y")',
  '(dict)',
  '(splitList "," "b,a")',
  '(until 2)',
  '(rest (list))',
);
const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc
    .array(
      fc.tuple(
        fc.constantFrom('p', 'q', 'r', '_0'),
        fc.oneof({ maxDepth: 2 }, { weight: 2, arbitrary: leaf }, { weight: 1, arbitrary: tie('tree') }),
      ),
      { maxLength: 4 },
    )
    .map((entries) => `(dict ${entries.map(([key, value]) => `"${key}" ${value}`).join(' ')})`),
}));

const operation = fc.constantFrom(
  'merge $a $b',
  'merge $a $b $c',
  'mergeOverwrite $a $b',
  'mergeOverwrite $a $b $c',
  'mustMerge $a $b $c',
  'mustMergeOverwrite $a $b $c',
  'merge (dict) $a $b',
  'mergeOverwrite (dict) $a $b',
  'merge (dict "p" (dict)) $a $b',
  'merge (deepCopy $a) $b',
  'mergeOverwrite (deepCopy $a) (deepCopy $b)',
  'merge nil $a $b',
  'set $a "q" $b',
  'set (pick $a "p" "q") "r" $b',
  'set (omit $a "p") "q" $b',
  'unset $a "p"',
  'merge $a $a',
  'set $a "list" (append (list $b) $c)',
  'set $a "pluck" (pluck "p" $a $b $c)',
  'dict "p" (get $a "p") "q" (dig "q" "r" $c $b)',
  'dict "p" (first (list $a.p $b)) "q" (last (concat (list $a) (list $b)))',
);
const change = fc.constantFrom(
  '{{$_ := set $r "new" 1}}',
  '{{if kindIs "map" $r.p}}{{$_ := set $r.p "new" 2}}{{end}}',
  '{{if kindIs "map" $r.q}}{{$_ := set $r.q "new" 3}}{{end}}',
  '{{if kindIs "map" $a.p}}{{$_ := set $a.p "new" 4}}{{end}}',
  '{{if kindIs "map" $b.q}}{{$_ := unset $b.q "p"}}{{end}}',
  '{{range $k, $v := $r}}{{if typeIs "map[string]interface {}" $v}}{{$_ := set $v "seen" $k}}{{end}}{{end}}',
  '{{range $k, $v := $b}}{{if typeIs "[]string" $v}}{{$_ := sortAlpha $v}}{{end}}{{end}}',
  '{{range $k, $v := $r}}{{$_ := set $r (print $k "x") $k}}{{end}}',
);

test('maps are references, and only deepCopy copies them', { timeout: 600_000 }, () => {
  const show = '{{printf "%#v %#v %#v %#v" $r $a $b $c}}';
  const templates = fc.sample(
    fc
      .tuple(tree, tree, tree, operation, fc.array(change, { minLength: 1, maxLength: 3 }))
      .map(
        ([a, b, c, changed, changes]) =>
          `{{$a := ${a}}}{{$b := ${b}}}{{$c := ${c}}}{{$r := ${changed}}}${show}${changes.join('')}|${show}`,
      ),
    { numRuns: 400 * RUNS, seed: SEED },
  );
  // Which of several keys is refused first is chance in Go.
  expectSame([...new Set(templates)], { sameErrors: false });
});
