/**
 * The order in which go-yaml prints the keys of a map (`keyList.Less` in its sorter.go): letters come after all other
 * characters, and numbers within keys are compared by their value, so that `a2` comes before `a10`.
 */

const LETTER_FIRST = /^[A-Za-z]+$/;

/** Compares two keys of ASCII, as a function for `sort` does. `version` is that of go-yaml: 2 and 3 differ. */
export function compareKeys(a: string, b: string, version: 2 | 3): number {
  if (a === b) return 0;
  const shortest = Math.min(a.length, b.length);
  let at = 0;
  while (at < shortest && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === shortest) return a.length - b.length;
  const first = a[at] ?? '';
  const second = b[at] ?? '';
  if (LETTER_FIRST.test(first) && LETTER_FIRST.test(second)) return first < second ? -1 : 1;
  return compareFrom([...a], [...b], at, version);
}

/** As {@link compareKeys}, for keys of any characters. */
export function compareRunes(a: readonly string[], b: readonly string[], version: 2 | 3): number {
  const shortest = Math.min(a.length, b.length);
  let at = 0;
  while (at < shortest && a[at] === b[at]) at++;
  return at === shortest ? a.length - b.length : compareFrom(a, b, at, version);
}

// Compiling a pattern with a Unicode class takes 0.1 ms (Node 26), and nearly all keys are ASCII: made on first use.
let wideLetter: RegExp | undefined;
let wideDigit: RegExp | undefined;

function isLetter(character: string): boolean {
  if (character < '\x80') return LETTER_FIRST.test(character);
  return (wideLetter ??= /^\p{L}$/u).test(character);
}

function isDigit(character: string): boolean {
  if (character < '\x80') return character >= '0' && character <= '9';
  return (wideDigit ??= /^\p{Nd}$/u).test(character);
}

/** Compares two keys that differ from the index `at` on. */
function compareFrom(a: readonly string[], b: readonly string[], at: number, version: 2 | 3): number {
  const [first, second] = [a[at] ?? '', b[at] ?? ''];
  const [letterA, letterB] = [isLetter(first), isLetter(second)];
  if (letterA && letterB) return codeOf(first) - codeOf(second);
  if (letterA || letterB) {
    const afterDigit = version === 3 && at > 0 && isDigit(a[at - 1] ?? '');
    return (afterDigit ? letterA : letterB) ? -1 : 1;
  }
  let [numberA, numberB] = [0n, 0n];
  if (first === '0' || second === '0') {
    for (let back = at - 1; back >= 0 && isDigit(a[back] ?? ''); back--) {
      if (a[back] !== '0') {
        numberA = numberB = 1n;
        break;
      }
    }
  }
  const [restA, restB] = [digitsFrom(a, at), digitsFrom(b, at)];
  numberA = valueOf(numberA, restA);
  numberB = valueOf(numberB, restB);
  if (numberA !== numberB) return numberA < numberB ? -1 : 1;
  return restA.length - restB.length || codeOf(first) - codeOf(second);
}

function digitsFrom(text: readonly string[], at: number): readonly string[] {
  let end = at;
  while (end < text.length && isDigit(text[end] ?? '')) end++;
  return text.slice(at, end);
}

/** The number that the digits make, as int64, which wraps around in Go. */
function valueOf(start: bigint, digits: readonly string[]): bigint {
  return digits.reduce((sum, digit) => BigInt.asIntN(64, sum * 10n + BigInt(codeOf(digit) - 48)), start);
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
