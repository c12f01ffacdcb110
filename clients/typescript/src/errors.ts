import { isObject, isText, textOf } from './json.ts';
import type { PROBLEM_TYPES } from './schemas.ts';

/** The types that this release knows. A later one may have more. */
export type ProblemType = (typeof PROBLEM_TYPES)[number];

type Fault = { readonly pointer: string; readonly detail: string };

const isFault = (value: unknown): value is Fault =>
  isObject(value) && isText(value.pointer) && isText(value.detail);

const listOf = <T>(value: unknown, isMember: (member: unknown) => member is T): readonly T[] =>
  Array.isArray(value) ? value.filter(isMember) : [];

/**
 * The service refused the request (RFC 9457), and a repeat would not help. Branch on `type`: it never changes. `title` and
 * `detail` are for people.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly type: ProblemType | (string & {});
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** Every fault of the request, each with a JSON pointer into it. */
  readonly errors: readonly Fault[];
  /** The id of the answer, which the operator can find in the log. */
  readonly intentId: string | undefined;
  /** After 503: the jobs that were queued, and those that were not. */
  readonly queued: readonly string[];
  readonly notQueued: readonly string[];

  /** A body that is no problem document, such as that of API Gateway, has the type `about:blank`. */
  constructor(status: number, body: unknown, intentId: string | undefined) {
    const said = isObject(body) ? body : {};
    const title = textOf(said.title) ?? `HTTP status ${status}`;
    const detail = textOf(said.detail) ?? textOf(said.message) ?? '';
    super(detail === '' ? title : `${title}: ${detail}`);
    this.type = textOf(said.type) ?? 'about:blank';
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.errors = listOf(said.errors, isFault);
    this.intentId = intentId;
    this.queued = listOf(said.queued, isText);
    this.notQueued = listOf(said.not_queued, isText);
  }
}

/**
 * No final answer came in time: the intent may have been accepted, or not. To find out, submit it again with this
 * `idempotencyKey`. `cause` is what ended the last attempt.
 */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError';
  readonly attempts: number;
  readonly idempotencyKey: string | undefined;

  constructor(attempts: number, cause: unknown, idempotencyKey?: string) {
    super(`No final answer after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`, {
      cause,
    });
    this.attempts = attempts;
    this.idempotencyKey = idempotencyKey;
  }
}
