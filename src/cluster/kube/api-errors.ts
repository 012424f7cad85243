/** Turns error answers of an API server into errors with a hint. */
import { PkgError } from '../../errors.ts';
import type { ErrorCode, ErrorDetails } from '../../errors.ts';
import { printable, printableEnds } from '../../errors-text.ts';
import { getOwn, isJsonObject, textField } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';
import { describeAsked, describeRequest, resourceOf } from './asked.ts';
import type { Asked } from './asked.ts';

/** An error answer, with the details that callers decide by. */
export class ApiError extends PkgError {
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  /** The reason of the `Status` object: `AlreadyExists`, `Invalid`, …; empty without one. */
  readonly reason: string;
  /** The message of the server, unchanged; empty without one. */
  readonly text: string;
  /** The server may have done the write: its answer was lost. */
  readonly uncertain: boolean;
  /** The fields of the object that it is about, as the server names them: `spec.ports[0].port`. */
  readonly fields: readonly string[];

  constructor(
    code: ErrorCode,
    message: string,
    answer: { status: number; reason?: string; text?: string; uncertain?: boolean; fields?: readonly string[] },
    details: ErrorDetails = {},
  ) {
    super(code, message, details);
    this.status = answer.status;
    this.reason = answer.reason ?? '';
    this.text = answer.text ?? '';
    this.uncertain = answer.uncertain ?? false;
    this.fields = answer.fields ?? [];
  }
}

/**
 * The start of a message about fields that the kind does not have, or that have the wrong type, and about quantities that
 * cannot be read.
 */
const UNTYPED =
  /^failed to (?:create typed patch object \([^)]*\): |convert new object \([^)]*\) to proper version: unable to convert unstructured object to [^:]*: )/;

/** What an {@link ApiError} keeps of an answer. */
type Answer = { status: number; reason: string; text: string; uncertain: boolean; fields: readonly string[] };

/** Who asked, and where: for messages. */
export type Asker = { identity: string; cluster: string };

/**
 * Makes the error of an answer.
 *
 * @param body the `Status` object, or whatever came instead
 */
export function apiError(status: number, body: Json, asked: Asked, asker: Asker): ApiError {
  const text = textField(body, 'message');
  const reason = textField(body, 'reason');
  // The server answers an apply with an unknown field or a wrong quantity with status 500, but the mistake is in the object.
  const isInvalid = status === 422 || status === 400 || status === 413 || UNTYPED.test(text);
  const uncertain = status >= 500 && !isInvalid && !isWithoutWebhook(text);
  const answer: Answer = { status, reason, text, uncertain, fields: fieldsOf(body, text) };
  // The path of a create has no name, but the answer repeats it.
  const what = describeAsked(asked.verb === 'create' ? { ...asked, name: textField(detailsOf(body), 'name') } : asked);
  if (status === 401) {
    return new ApiError(
      'PKG_CLUSTER_UNAUTHORIZED',
      `${asker.cluster} does not accept the credentials of ${asker.identity}`,
      answer,
      { hints: ['the token or certificate may have expired: log in again, or check the user of the context'] },
    );
  }
  if (status === 403 && isTerminating(body, text)) {
    return new ApiError(
      'PKG_NAMESPACE_TERMINATING',
      `the namespace "${printable(asked.namespace)}" is being deleted, so nothing can be created in it`,
      answer,
      { hints: ['wait until it is gone, then run the command again with --create-namespace'] },
    );
  }
  if (status === 403) return forbidden(text, asked, asker, answer);
  if (status === 409) return conflict(body, text, what, answer);
  if (isInvalid) return invalid(body, asked, what, answer);
  return failed(body, asked, what, asker, answer);
}

/** The error for an answer that says nothing about the object or its fields: a wrong address, a server in trouble. */
function failed(body: Json, asked: Asked, what: string, { cluster }: Asker, answer: Answer): ApiError {
  const { status, text } = answer;
  const notes = text === '' ? [] : [`the server said: ${printableEnds(text, 1000)}`];
  const isHomeless = asked.resource !== 'namespaces' && textField(detailsOf(body), 'kind') === 'namespaces';
  if (status === 404 && isHomeless) {
    const message = `the namespace "${printable(asked.namespace)}" does not exist`;
    return new ApiError('PKG_NAMESPACE_NOT_FOUND', message, answer, {
      hints: ['use --create-namespace, or create the namespace first'],
    });
  }
  if (status === 404 || status === 410) {
    return new ApiError('PKG_CLUSTER_FAILED', `${cluster} has no ${what}`, answer, { notes });
  }
  if (status >= 300 && status < 400) {
    return new ApiError(
      'PKG_CLUSTER_FAILED',
      `${cluster} sends pkg elsewhere (status ${status}), which it does not follow, because its credentials are only for this server`,
      answer,
      { hints: ['check that the address is that of the API server: a login page or proxy may be in front of it'] },
    );
  }
  const isBusy = status === 429 || status === 503;
  const message = `${cluster} ${isBusy ? 'is too busy' : 'failed'} to ${asked.verb} ${what} (status ${status})`;
  const webhook = WEBHOOK.exec(text);
  return new ApiError('PKG_CLUSTER_FAILED', message, answer, {
    notes,
    hints: [webhook === null ? 'try again when the cluster works' : repairOf(webhook)],
  });
}

/**
 * How an API server says that a webhook does not answer: one that has to admit objects, by its name, or one that
 * converts the objects of a kind between versions, by the kind.
 */
const WEBHOOK = /failed calling webhook "([^"]*)"|conversion webhook for ([^\s,]+, Kind=\S+) failed/;

function repairOf([, admission, kind]: readonly (string | undefined)[]): string {
  if (admission === undefined) return `have the conversion webhook of the CRD of ${printable(kind ?? '')} repaired`;
  const list = 'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations';
  return `have the webhook ${printable(admission)} repaired, or removed when nothing runs it any more: ${list}`;
}

/**
 * Does an answer say that a webhook cannot work because its Service does not exist? A webhook whose pods start is back
 * soon, and worth another try. A Service that is not there is not made by waiting.
 */
export function isWithoutWebhook(text: string): boolean {
  return WEBHOOK.test(text) && /: service "[^"]*" not found/.test(text);
}

/** How admission policies and webhooks refuse an object. The mistake may be in the object or in the rule. */
const RULE = /\bValidatingAdmissionPolicy '[^']*' with binding |\badmission webhook "[^"]*" denied the request/;
const CHANGE_WHAT_IT_NAMES = 'change the object as the rule says, or ask the administrator of the cluster';

/** The words of kinds for a field that cannot be changed in an object that exists. */
const IMMUTABLE = new RegExp(
  [
    /\bimmutable\b/,
    /\b(?:can ?not|may not|must not) (?:be changed|change)\b/,
    /\bupdates to .* are forbidden\b/,
    /\bupdates may not change\b/,
    /\bless than (?:previous value|status\.capacity)\b/,
  ]
    .map(({ source }) => source)
    .join('|'),
  's',
);

/** A claim that cannot be changed is answered with a diff of its lines. */
function inOneLine(text: string): string {
  // Without `(?<!…)` a search starts at each blank of a long run, which takes quadratic time.
  return text.trim().replaceAll(/(?<!\s)\s*\n\s*/g, ' ');
}

/** The error for an object that the server does not take, or that a rule of the cluster keeps from being deleted. */
function invalid(body: Json, asked: Asked, what: string, answer: Answer): ApiError {
  const causes = causesOf(body).map(({ field, message }) => `${field === '' ? '' : `${field}: `}${inOneLine(message)}`);
  const { text } = answer;
  const isRule = RULE.test(text);
  const notes = causes.map((cause) => printableEnds(cause, 500));
  const short = causes.length > 0 ? '' : `: ${printableEnds(text.replace(UNTYPED, ''), 500)}`;
  if (asked.verb === 'delete') {
    const hints = isRule ? [CHANGE_WHAT_IT_NAMES] : [];
    const message = `the cluster does not let ${what} be deleted${short}`;
    return new ApiError('PKG_CLUSTER_FORBIDDEN', message, answer, { notes, hints });
  }
  const isImmutable = asked.verb !== 'create' && IMMUTABLE.test(causes.length > 0 ? causes.join('\n') : text);
  return new ApiError('PKG_OBJECT_INVALID', `the cluster does not accept ${what}${short}`, answer, {
    notes,
    hints: [
      ...(isRule ? [CHANGE_WHAT_IT_NAMES] : []),
      ...(isImmutable
        ? [
            'this change is not possible on an existing object: rename the object in the chart, or delete it first if its data may be lost',
          ]
        : []),
    ],
  });
}

/** Was it refused because its namespace is being deleted? Kubernetes names this cause since 1.16. */
function isTerminating(body: Json, text: string): boolean {
  if (causesOf(body).some(({ reason }) => reason === 'NamespaceTerminating')) return true;
  return /unable to create new content in namespace \S+ because it is being terminated/.test(text);
}

/**
 * How an API server says that a right is missing. It names the right by itself: an apply that makes an object is sent
 * as a `patch`, and needs `create`, too.
 */
const NO_RIGHT = /^.*? is forbidden: User "([^"]*)" cannot (?:([a-z]+) resource "([^"]+)" in API group "([^"]*)")?/s;

function forbidden(text: string, asked: Asked, asker: Asker, answer: Answer): ApiError {
  const missing = NO_RIGHT.exec(text);
  if (missing === null && text !== '') {
    // Status 403 also comes from quotas, admission policies and webhooks, where more rights would not help.
    return new ApiError(
      'PKG_CLUSTER_FORBIDDEN',
      `the cluster's rules do not allow you to ${describeRequest(asked)}`,
      answer,
      {
        notes: [`the server said: ${printableEnds(text, 1000)}`],
        hints: [
          /exceeded quota: /.test(text)
            ? 'ask for a larger quota, or remove what is no longer needed'
            : CHANGE_WHAT_IT_NAMES,
        ],
      },
    );
  }
  const [, user = '', verb = asked.verb, resource = asked.resource, group = asked.group] = missing ?? [];
  const right: Asked = { ...asked, verb, resource, group };
  if (user === 'system:anonymous') {
    const message = `${asker.cluster} does not accept the credentials of ${asker.identity}, and ${lackOf(right, `user "${user}"`)}`;
    return new ApiError('PKG_CLUSTER_FORBIDDEN', message, answer, {
      hints: ['log in, or check the user of the context: an API server takes tokens and certificates, no passwords'],
    });
  }
  return forbiddenError(right, user === '' ? asker.identity : `user "${printable(user)}"`, answer);
}

/** The error for a right that the user lacks. */
export function forbiddenError(
  asked: Asked,
  who: string,
  answer: { status: number; reason: string } = { status: 403, reason: 'Forbidden' },
): ApiError {
  const there = asked.namespace === '' ? '' : ' there';
  return new ApiError('PKG_CLUSTER_FORBIDDEN', lackOf(asked, who), answer, {
    hints: [`ask for a role that allows to ${asked.verb} ${resourceOf(asked)}${there}, or use another context`],
  });
}

/** The right that a user lacks, as a clause. */
function lackOf(asked: Asked, who: string): string {
  const where = asked.namespace === '' ? ' in all namespaces' : ` in namespace "${printable(asked.namespace)}"`;
  const scope = asked.namespace === '' && asked.name !== '' ? '' : where;
  return `${who} may not ${asked.verb} ${resourceOf(asked)}${scope}`;
}

function conflict(body: Json, text: string, what: string, answer: Answer): ApiError {
  const held = causesOf(body).filter(({ reason }) => reason === 'FieldManagerConflict');
  if (held.length > 0) {
    const holders = [...new Set(held.map(({ message }) => /"([^"]*)"/.exec(message)?.[1] ?? message))];
    return new ApiError(
      'PKG_OBJECT_CONFLICT',
      `fields of ${what} are held by ${holders.map((name) => `"${printable(name)}"`).join(', ')}`,
      answer,
      {
        notes: held.map(({ field, message }) => printableEnds(`${field}: ${message}`, 500)),
        hints: ['leave the fields out of the chart, or take them with --force-conflicts'],
      },
    );
  }
  const happened = answer.reason === 'AlreadyExists' ? 'already exists' : 'was changed by somebody else meanwhile';
  return new ApiError('PKG_OBJECT_CONFLICT', `${what} ${happened}`, answer, {
    notes: text === '' ? [] : [`the server said: ${printableEnds(text, 1000)}`],
    hints: ['try again: pkg makes a new plan from the current state'],
  });
}

function causesOf(body: Json): { field: string; message: string; reason: string }[] {
  const details = detailsOf(body);
  const causes = isJsonObject(details) ? getOwn(details, 'causes') : undefined;
  if (!Array.isArray(causes)) return [];
  return causes.slice(0, 50).map((cause) => ({
    field: textField(cause, 'field'),
    message: textField(cause, 'message'),
    reason: textField(cause, 'reason'),
  }));
}

/** The fields that an answer names: in its causes, or in the text for those that a kind does not have. */
function fieldsOf(body: Json, text: string): string[] {
  const named = causesOf(body).flatMap(({ field }) => (field === '' || field === '<nil>' ? [] : [field]));
  if (named.length > 0 || !UNTYPED.test(text)) return named;
  return [...text.matchAll(/(?<=^|[\s:])\.([\w.[\]/-]+): /g)].map(([, field = '']) => field);
}

function detailsOf(body: Json): Json {
  return (isJsonObject(body) ? getOwn(body, 'details') : undefined) ?? null;
}
