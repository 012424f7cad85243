/** Why a text is no YAML, before anybody knows which file it is in. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
  /** Where it is in the text. */
  readonly at: number;
  /** As Helm words it, after `error converting YAML to JSON: `. */
  readonly helm: string;
  /** Too deep or too large, rather than wrong. */
  readonly tooComplex: boolean;

  /** @param helm what Helm says, where that is something else than `yaml: ` and the problem */
  constructor(problem: string, at: number, helm = `yaml: ${problem}`, tooComplex = false) {
    super(problem);
    this.at = at;
    this.helm = helm;
    this.tooComplex = tooComplex;
  }
}

/** A problem that go-yaml finds in the syntax, at a line; 0 for none. */
export function syntaxError(problem: string, at: number, line: number): YamlError {
  return new YamlError(`this is not YAML: ${problem}`, at, `yaml: ${line === 0 ? '' : `line ${line}: `}${problem}`);
}
