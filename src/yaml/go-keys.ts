/** The order in which go-yaml prints the keys of a map: letters after all else, numbers within a key by their value. */

const LETTER_FIRST = /^[A-Za-z]+$/;

/** Compares two keys of ASCII. `version` is go-yaml's. */
export function compareKeys(a: string, b: string, version: 2 | 3): number {
  if (a === b) return 0;
  const shortest = Math.min(a.length, b.length);
  let at = 0;
  while (at < shortest && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === shortest) return a.length - b.length;
  const [first, second] = [a[at] ?? '', b[at] ?? ''];
  if (LETTER_FIRST.test(first) && LETTER_FIRST.test(second)) return first < second ? -1 : 1;
  return compareFrom([...a], [...b], at, version);
}

/** Compares two keys by their characters. */
export function compareRunes(a: readonly string[], b: readonly string[], version: 2 | 3): number {
  const shortest = Math.min(a.length, b.length);
  let at = 0;
  while (at < shortest && a[at] === b[at]) at++;
  return at === shortest ? a.length - b.length : compareFrom(a, b, at, version);
}

// Nearly all keys are ASCII, and expressions over Unicode's tables take time to make.
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

/** Compares from the first character that differs. */
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

/** Like Go's 64 bits it wraps around. */
function valueOf(start: bigint, digits: readonly string[]): bigint {
  return digits.reduce((sum, digit) => BigInt.asIntN(64, sum * 10n + BigInt(codeOf(digit) - 48)), start);
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
