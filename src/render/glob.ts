/**
 * Which file names match a glob? `*` and `?` stay within a folder, `**` does not, `[a-z]`, `[!a-z]`,
 * `{a,b}` and `\x` as in Helm's `.Files.Glob` (github.com/gobwas/glob with the separator `/`).
 * Takes time in proportion to pattern times name, whatever the pattern.
 */
export function globMatcher(pattern: string): (name: string) => boolean {
  const alternatives = expandBraces(pattern).map((plain) => {
    const tokens = tokenize(plain);
    const first = tokens.findIndex(({ type }) => type !== 'char');
    const literal = tokens.slice(0, first === -1 ? tokens.length : first);
    const prefix = literal.map((token) => (token.type === 'char' ? token.char : '')).join('');
    return { prefix, rest: tokens.slice(literal.length) };
  });
  // Most names of a chart fail at the folder that nearly every pattern begins with.
  return (name) =>
    alternatives.some(({ prefix, rest }) => name.startsWith(prefix) && matchTokens(rest, name.slice(prefix.length)));
}

type Token =
  | { type: 'char'; char: string }
  | { type: 'any' }
  | { type: 'star' }
  | { type: 'deep' }
  | { type: 'set'; has: (char: string) => boolean };

const MOST_ALTERNATIVES = 1000;

function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf('{');
  if (open < 0) return [pattern];
  let depth = 0;
  const commas: number[] = [];
  for (let at = open; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') at++;
    else if (char === '{') depth++;
    else if (char === ',' && depth === 1) commas.push(at);
    else if (char === '}' && --depth === 0) {
      const edges = [open, ...commas, at];
      const alternatives = edges.slice(1).map((end, index) => pattern.slice((edges[index] ?? 0) + 1, end));
      const expanded = alternatives.flatMap((text) =>
        expandBraces(pattern.slice(0, open) + text + pattern.slice(at + 1)),
      );
      return expanded.slice(0, MOST_ALTERNATIVES);
    }
  }
  return [pattern];
}

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? '';
    const close = char === '[' ? pattern.indexOf(']', at + 2) : -1;
    if (char === '\\') tokens.push({ type: 'char', char: pattern[++at] ?? '\\' });
    else if (char === '*' && pattern[at + 1] === '*') {
      tokens.push({ type: 'deep' });
      at++;
    } else if (char === '*') tokens.push({ type: 'star' });
    else if (char === '?') tokens.push({ type: 'any' });
    else if (close > 0) {
      tokens.push({ type: 'set', has: setOf(pattern.slice(at + 1, close)) });
      at = close;
    } else tokens.push({ type: 'char', char });
  }
  return tokens;
}

function setOf(text: string): (char: string) => boolean {
  const negated = text.startsWith('!') || text.startsWith('^');
  const body = negated ? text.slice(1) : text;
  return (char) => {
    let found = false;
    for (let at = 0; at < body.length; at++) {
      const isRange = body[at + 1] === '-' && at + 2 < body.length;
      const [low = '', high = ''] = isRange ? [body[at], body[at + 2]] : [body[at], body[at]];
      if (char >= low && char <= high) found = true;
      if (isRange) at += 2;
    }
    return found !== negated;
  };
}

function matchTokens(tokens: readonly Token[], name: string): boolean {
  // reached[i]: the tokens so far match the first i characters
  let reached = Array.from({ length: name.length + 1 }, (_, index) => index === 0);
  for (const token of tokens) {
    const next: boolean[] = Array.from({ length: name.length + 1 }, () => false);
    for (let at = 0; at <= name.length; at++) {
      const char = name[at - 1] ?? '';
      if (token.type === 'star' || token.type === 'deep') {
        const goesOn = at > 0 && next[at - 1] === true && (token.type === 'deep' || char !== '/');
        next[at] = reached[at] === true || goesOn;
      } else if (at > 0 && reached[at - 1] === true) {
        next[at] =
          token.type === 'char' ? char === token.char : char !== '/' && (token.type === 'any' || token.has(char));
      }
    }
    reached = next;
  }
  return reached[name.length] === true;
}
