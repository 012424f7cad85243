/**
 * Makes a test for file names by a glob, as Helm's `.Files.Glob` has them (github.com/gobwas/glob 0.2.3 with the
 * separator `/`): `*` and `?` match within a folder, `**` across folders; `[abc]`, `[a-z]`, `[!abc]`, `{a,b*}`, and
 * `\x` for `x`. A test takes time in proportion to the lengths of pattern and name, because alternatives are followed
 * side by side.
 */
export function globMatcher(pattern: string): (name: string) => boolean {
  const program = compile(pattern);
  // As in Helm, every name matches a malformed pattern.
  if (program === undefined) return () => true;
  const first = program.findIndex(({ type }) => type !== 'char');
  const prefix = literal(program.slice(0, first));
  const rest = program.slice(first + 1, -1);
  if (program[first]?.type === 'all' && rest.every(({ type }) => type === 'char')) {
    // As in Helm, prefix and suffix may overlap: `conf/**/x.yaml` matches conf/x.yaml too.
    const suffix = literal(rest);
    return (name) => name.startsWith(prefix) && name.endsWith(suffix);
  }
  // Most names of a chart fail at the folder that nearly every pattern begins with.
  return (name) => name.startsWith(prefix) && run(program, first, name.slice(prefix.length));
}

function literal(steps: readonly PatternStep[]): string {
  return steps.map((step) => (step.type === 'char' ? step.char : '')).join('');
}

/** A step of a compiled pattern: it consumes a character, or goes on to other steps without one. */
type PatternStep =
  | { type: 'char'; char: string }
  | { type: 'one' }
  | { type: 'many' }
  | { type: 'all' }
  | { type: 'set'; has: (char: string) => boolean }
  | { type: 'fork'; to: number[] }
  | { type: 'jump'; to: number }
  | { type: 'end' };

/** Open braces: the fork to their alternatives, and the jumps from the ends of the alternatives behind the braces. */
type Braces = { fork: number[]; jumps: { to: number }[] };

/** Compiles a pattern to steps; undefined for a malformed one. */
function compile(pattern: string): PatternStep[] | undefined {
  const characters = Array.from(pattern);
  // A pattern with bytes that are not UTF-8, which were read as U+FFFD, is malformed.
  if (characters.some((char) => char === '\ufffd' || !char.isWellFormed())) return undefined;
  const steps: PatternStep[] = [];
  const open: Braces[] = [];
  const leave = ({ jumps }: Braces): void => {
    for (const jump of jumps) jump.to = steps.length;
  };
  for (let at = 0; at < characters.length; at++) {
    const char = characters[at] as string;
    const braces = open.at(-1);
    if (char === '{') {
      const fork = [steps.length + 1];
      steps.push({ type: 'fork', to: fork });
      open.push({ fork, jumps: [] });
    } else if (char === ',' && braces !== undefined) {
      const jump = { type: 'jump' as const, to: 0 };
      steps.push(jump);
      braces.jumps.push(jump);
      braces.fork.push(steps.length);
    } else if (char === '}' && braces !== undefined) {
      leave(braces);
      open.pop();
    } else if (char === '[') {
      const set = readSet(characters, at + 1);
      if (set === undefined) return undefined;
      steps.push({ type: 'set', has: set.has });
      at = set.end;
    } else if (char === '?') {
      steps.push({ type: 'one' });
    } else if (char === '*') {
      const isDeep = characters[at + 1] === '*';
      if (isDeep) at++;
      steps.push({ type: isDeep ? 'all' : 'many' });
    } else if (char !== '\\') {
      steps.push({ type: 'char', char });
    } else {
      // As in Helm, a backslash at the end matches the empty text.
      const escaped = characters[++at];
      if (escaped !== undefined) steps.push({ type: 'char', char: escaped });
    }
  }
  // Braces that are not closed end with the pattern.
  for (const braces of open) leave(braces);
  steps.push({ type: 'end' });
  return steps;
}

type Set = { has: (char: string) => boolean; end: number };

/**
 * Reads a set from behind its bracket: one range, or characters, among which `-` has no special meaning. As in Helm, a
 * set may match the separator.
 */
function readSet(characters: readonly string[], from: number): Set | undefined {
  let at = from;
  const negated = characters[at] === '!';
  if (negated) at++;
  if (characters[at + 1] === '-') {
    const [low, , high, close] = characters.slice(at, at + 4);
    if (low === undefined || high === undefined || close !== ']') return undefined;
    const [least, most] = [codeOf(low), codeOf(high)];
    if (most < least) return undefined;
    return { has: (char) => (codeOf(char) >= least && codeOf(char) <= most) !== negated, end: at + 3 };
  }
  const members = new Set<string>();
  for (; characters[at] !== ']'; at++) {
    if (characters[at] === '\\') at++;
    const member = characters[at];
    if (member === undefined) return undefined;
    members.add(member);
  }
  return members.size === 0 ? undefined : { has: (char) => members.has(char) !== negated, end: at };
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}

/** Does the rest of a name match the steps from `first` on? All steps that can be reached are followed at once. */
function run(steps: readonly PatternStep[], first: number, name: string): boolean {
  let reached: number[] = [];
  const seen = new Uint32Array(steps.length);
  let round = 1;
  const reach = (step: number): void => {
    const todo = [step];
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      if (seen[at] === round) continue;
      seen[at] = round;
      const { type } = steps[at] as PatternStep;
      if (type === 'fork') todo.push(...(steps[at] as { to: number[] }).to);
      else if (type === 'jump') todo.push((steps[at] as { to: number }).to);
      else reached.push(at);
      // A star also matches the empty text.
      if (type === 'many' || type === 'all') todo.push(at + 1);
    }
  };
  reach(first);
  for (const char of name) {
    const before = reached;
    reached = [];
    round++;
    for (const at of before) {
      const step = steps[at] as PatternStep;
      if (step.type === 'all' || (step.type === 'many' && char !== '/')) reach(at);
      else if (takes(step, char)) reach(at + 1);
    }
    if (reached.length === 0) return false;
  }
  return reached.some((at) => steps[at]?.type === 'end');
}

/** Does a step consume this character? */
function takes(step: PatternStep, char: string): boolean {
  switch (step.type) {
    case 'char':
      return char === step.char;
    case 'one':
      return char !== '/';
    case 'set':
      return step.has(char);
    default:
      return false;
  }
}
