/** The characters of a YAML text, with the line and column at which they stand. */
import { syntaxError } from './yaml-error.ts';

/** The offset from which a text cannot be read. go-yaml reports it after it has read the text before. */
export type ReadError = { at: number; problem: string };

/** The code of a tab. */
export const TAB = 9;
/** The code of a blank. */
export const SPACE = 32;
const [LF, CR, NEL, LS, PS] = [10, 13, 0x85, 0x2028, 0x2029];

/** Matches up to the end of a line. */
export const TO_BREAK: RegExp = /[^\n\r\x85\u2028\u2029]*/y;
/** Matches blanks and tabs. */
export const BLANKS: RegExp = /[ \t]*/y;

/** Whether a character is a line break of YAML 1.1: LF, CR, NEL, LS or PS. */
export function isBreak(code: number): boolean {
  return code === LF || code === CR || code === NEL || code === LS || code === PS;
}

/** Whether a character is a blank, a tab or a line break, or the text ends (0). */
export function isBlankOrEnd(code: number): boolean {
  return code === SPACE || code === TAB || code === 0 || isBreak(code);
}

/** Reads a text from its start to its end. */
export class TextReader {
  readonly text: string;
  /** The offset that is read next. */
  at: number;
  /** Its line, from 0. */
  line = 0;
  #lineStart: number;
  readonly #readError: ReadError | undefined;

  /** @param readError the text ends there, and reading further throws it */
  constructor(text: string, readError: ReadError | undefined) {
    this.text = readError === undefined ? text : text.slice(0, readError.at);
    this.#readError = readError;
    // A byte order mark is skipped.
    this.at = text.startsWith('\ufeff') ? 1 : 0;
    this.#lineStart = this.at;
  }

  /** The column of {@link at}, from 0. */
  get column(): number {
    return this.at - this.#lineStart;
  }

  /**
   * The code of the character so many characters ahead; 0 at the end of the text.
   *
   * @throws {YamlError} at the end, if the text cannot be read further
   */
  code(ahead = 0): number {
    const at = this.at + ahead;
    if (at < this.text.length) return this.text.charCodeAt(at);
    if (this.#readError !== undefined) throw syntaxError(this.#readError.problem, this.#readError.at, 0);
    return 0;
  }

  /** Reads what a sticky pattern matches here; empty where it does not match. */
  run(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const run = pattern.exec(this.text)?.[0] ?? '';
    this.at += run.length;
    return run;
  }

  /** @throws {YamlError} with go-yaml's words; go-yaml names no line for the first one */
  fail(problem: string): never {
    throw syntaxError(problem, this.at, this.line === 0 ? 0 : this.line + 1);
  }

  /** Reads a line break, given by its code. */
  skipBreak(code: number): void {
    this.at += code === CR && this.code(1) === LF ? 2 : 1;
    this.line++;
    this.#lineStart = this.at;
  }

  /** Reads a line break and returns what it is in the value of a scalar: LS and PS stay, the others become LF. */
  readBreak(): string {
    const code = this.code();
    if (!isBreak(code)) return '';
    this.skipBreak(code);
    return code === LS ? '\u2028' : code === PS ? '\u2029' : '\n';
  }

  /** Ends the last line of a text that has no line break at its end. */
  protected endLine(): void {
    if (this.column === 0) return;
    this.line++;
    this.#lineStart = this.at;
  }

  /** Whether `---` or `...`, followed by a blank, a line break or the end, stands here. */
  isDocumentMark(): boolean {
    const { text } = this;
    if (!text.startsWith('---', this.at) && !text.startsWith('...', this.at)) return false;
    return isBlankOrEnd(this.code(3));
  }

  /** Reads blanks and a comment up to the next line. @throws {YamlError} for anything else in the line */
  restOfLine(): void {
    this.run(BLANKS);
    if (this.code() === 35) this.run(TO_BREAK);
    const code = this.code();
    if (isBreak(code)) this.skipBreak(code);
    else if (code !== 0) this.fail('did not find expected comment or line break');
  }
}
