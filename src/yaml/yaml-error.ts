/** The error for a text that is not YAML. Code that knows the file turns it into a `PkgError` with the position. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
  /** The offset of the problem in the text. */
  readonly at: number;
  /** The problem in Helm's words, which follow `error converting YAML to JSON: `. */
  readonly helm: string;
  /** The text may be YAML, but is nested too deeply or too large. */
  readonly tooComplex: boolean;

  /** @param helm the problem in Helm's words, where these are not `yaml: ` and the problem */
  constructor(
    problem: string,
    at: number,
    helm = `yaml: ${problem}`,
    { tooComplex = false }: { tooComplex?: boolean } = {},
  ) {
    super(problem);
    this.at = at;
    this.helm = helm;
    this.tooComplex = tooComplex;
  }
}

/** The error for a problem that go-yaml finds in the syntax; it names the line unless that is 0. */
export function syntaxError(problem: string, at: number, line: number): YamlError {
  return new YamlError(`this is not YAML: ${problem}`, at, `yaml: ${line === 0 ? '' : `line ${line}: `}${problem}`);
}
