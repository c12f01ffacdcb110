import type { IntentId } from '../intent/intent.ts';
import type { Answer, Operation } from '../operations/operation.ts';
import type { Problem } from './problem.ts';

/** An HTTP request, whatever server received it. Header names are in lower case; the body is text. */
export interface HttpRequest {
  readonly path: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/**
 * How a request was answered. `intentId` is set if it is not the one that the route was given, `allow` if the path has
 * other methods only.
 */
export type Handled = { readonly intentId?: IntentId; readonly allow?: string } & (
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly problem: Problem }
);

export interface Route {
  /** A GET has no body to read. */
  readonly method: 'GET' | Operation['method'];
  /** With parameters in braces. */
  readonly path: string;
  /** The caller makes the intent id before the request is read, so that every answer has one. */
  readonly handle: (request: HttpRequest, intentId: IntentId) => Promise<Handled>;
}

/** Turns a problem into an answer. The path may be that of no route. */
export type TellProblem = (problem: Problem, path: string, intentId: IntentId) => Answer;
