/**
 * The one error class of the project, and the codes it can carry.
 *
 * Every failure that a person can meet is a {@link PkgError}: what went wrong, where, and what to do next. Anything
 * else that reaches the top is a defect of pkg and is reported as one.
 */

/**
 * A position in a file. Lines and columns count from 1; `file` is the name that the user gave. `isSecret` means that the
 * lines around it may hold values of a Secret, so they are not printed with the error.
 */
export type Position = { file: string; line?: number; column?: number; isSecret?: boolean };

/**
 * Stable error codes. A code never changes its meaning; `pkg docs CODE` explains it (the texts are in
 * `src/terminal/error-docs/`, and the type checker requires one for each code).
 */
export const ERROR_CODES = [
  // what the user typed
  'PKG_USAGE',
  'PKG_SET_SYNTAX',
  'PKG_FILE_UNREADABLE',
  'PKG_FILE_UNWRITABLE',
  'PKG_RELEASE_NAME_INVALID',
  'PKG_NAMESPACE_INVALID',
  'PKG_LABELS_INVALID',
  'PKG_INTERRUPTED',
  // charts and values
  'PKG_CHART_NOT_FOUND',
  'PKG_CHART_INVALID',
  'PKG_CHART_UNSAFE',
  'PKG_CHART_TOO_LARGE',
  'PKG_CHART_DEPENDENCY_MISSING',
  'PKG_CHART_IS_LIBRARY',
  'PKG_KUBE_VERSION_UNSUPPORTED',
  'PKG_YAML_SYNTAX',
  'PKG_YAML_TOO_COMPLEX',
  'PKG_VALUES_INVALID',
  'PKG_SCHEMA_INVALID',
  'PKG_SCHEMA_REMOTE',
  'PKG_SCHEMA_VIOLATION',
  'PKG_LINT_FAILED',
  // where charts come from
  'PKG_REPOSITORY_UNKNOWN',
  'PKG_REPOSITORY_INVALID',
  'PKG_REPOSITORY_UNREACHABLE',
  'PKG_REPOSITORY_UNAUTHORIZED',
  'PKG_CHART_VERSION_NOT_FOUND',
  'PKG_DIGEST_MISMATCH',
  'PKG_REPOSITORY_EXISTS',
  'PKG_CHART_AMBIGUOUS',
  'PKG_LOCK_OUTDATED',
  'PKG_OFFLINE',
  'PKG_VERSION_PUBLISHED',
  'PKG_LISTEN_FAILED',
  'PKG_SIGNATURE_INVALID',
  'PKG_KEYRING_INVALID',
  'PKG_KEY_INVALID',
  'PKG_TRUST_POLICY_INVALID',
  'PKG_CHART_UNTRUSTED',
  'PKG_IMAGE_NOT_FOUND',
  'PKG_IMAGE_INVALID',
  'PKG_BUNDLE_INVALID',
  // templates
  'PKG_TEMPLATE_SYNTAX',
  'PKG_TEMPLATE_NAME_MISSING',
  'PKG_TEMPLATE_HELPER',
  'PKG_TEMPLATE_SLOT',
  'PKG_TEMPLATE_YAML',
  'PKG_TEMPLATE_LIMIT',
  'PKG_TEMPLATE_FAILED',
  'PKG_OBJECT_INVALID',
  // releases
  'PKG_RELEASE_EXISTS',
  'PKG_RELEASE_NOT_FOUND',
  'PKG_REVISION_NOT_FOUND',
  'PKG_RELEASE_PENDING',
  'PKG_RELEASE_HELD',
  'PKG_RELEASE_TAKEN_OVER',
  'PKG_RECORD_CORRUPT',
  'PKG_RECORD_TOO_LARGE',
  'PKG_OBJECT_OWNED',
  'PKG_OBJECT_CONFLICT',
  'PKG_APPLY_FAILED',
  'PKG_PLAN_HAS_CHANGES',
  // where objects live
  'PKG_HOOK_FAILED',
  'PKG_NOT_READY',
  'PKG_TIMEOUT',
  'PKG_TARGET_MISSING',
  'PKG_TARGET_INVALID',
  'PKG_TARGET_UNWRITABLE',
  'PKG_TARGET_FULL',
  'PKG_TARGET_CORRUPT',
  'PKG_NAMESPACE_NOT_FOUND',
  'PKG_NAMESPACE_TERMINATING',
  'PKG_KUBECONFIG_INVALID',
  'PKG_CREDENTIALS_FAILED',
  'PKG_CLUSTER_UNREACHABLE',
  'PKG_CLUSTER_UNAUTHORIZED',
  'PKG_CLUSTER_FORBIDDEN',
  'PKG_CLUSTER_FAILED',
  'PKG_KIND_UNKNOWN',
  // ours
  'PKG_COMMAND_FAILED',
  'PKG_INTERNAL',
] as const;

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * Lines of a text that is in no file: the output of a template, or the text that `tpl` ran. Whoever creates one takes a
 * few lines around the error and leaves out those of Secrets.
 */
export type Excerpt = {
  /** What the text is: `what templates/a.yaml prints`. */
  title: string;
  /** The number of the first of the lines. */
  first: number;
  lines: readonly string[];
  /** The line of the error. Lines and columns count from 1. */
  line: number;
  column?: number;
};

/** What an error may carry beside its code and message. */
export type ErrorDetails = {
  /** Where it happened. */
  at?: Position;
  /** What the user can do next, one sentence each, no full stop; the most useful first. */
  hints?: readonly string[];
  /** Further places or facts, one line each: the chain of partials, the origin of a value, … */
  notes?: readonly string[];
  /** Lines of texts that are in no file. */
  excerpts?: readonly Excerpt[];
  /** The process's exit status: 1, or 2 for "there are changes" under `--exit-code`. */
  exitCode?: number;
  /** Errors found together: a command reports all of them at once. */
  errors?: readonly PkgError[];
  /** What caused it, for `--debug`. */
  cause?: unknown;
};

/** A failure that a user can understand and act on. Messages are one sentence without a full stop. */
export class PkgError extends Error {
  override readonly name = 'PkgError';
  readonly code: ErrorCode;
  readonly at: Position | undefined;
  readonly hints: readonly string[];
  readonly notes: readonly string[];
  readonly excerpts: readonly Excerpt[];
  readonly exitCode: number;
  readonly errors: readonly PkgError[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.at = details.at;
    this.hints = details.hints ?? [];
    this.notes = details.notes ?? [];
    this.excerpts = details.excerpts ?? [];
    this.exitCode = details.exitCode ?? 1;
    this.errors = details.errors ?? [];
  }
}

/**
 * The same error with other details, of which it becomes the cause: on its way up an error gets notes and hints.
 *
 * @param details replace those of the error; all others stay
 * @param message replaces its message
 */
export function withDetails(error: PkgError, details: ErrorDetails, message: string = error.message): PkgError {
  const { code, at, hints, notes, excerpts, exitCode, errors } = error;
  const kept = { ...(at && { at }), hints, notes, excerpts, exitCode, errors, cause: error };
  return new PkgError(code, message, { ...kept, ...details });
}

/** `file:line:column`, as far as it is known. */
export function formatPosition(at: Position): string {
  return [at.file, at.line, at.column].filter((part) => part !== undefined).join(':');
}

/**
 * Throws the errors that a validation found, all at once. For an empty list it does nothing.
 *
 * @param summary the message of the error that carries the others, given their number
 * @throws {PkgError} the only error of the list, or one that carries all of them
 */
export function throwTogether(errors: readonly PkgError[], summary: (count: number) => string): void {
  const [first] = errors;
  if (first === undefined) return;
  if (errors.length === 1) throw first;
  throw new PkgError(first.code, summary(errors.length), { errors });
}
