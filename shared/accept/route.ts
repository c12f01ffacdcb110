import type { Admits } from '../callers/admit.ts';
import type { Caller } from '../callers/caller.ts';
import type { CallerEntry } from '../callers/callers-document.ts';
import type { IntentId } from '../intent/intent.ts';
import type { Answer, Operation } from '../operations/operation.ts';
import type { Problem } from './problem.ts';

/** A request of a caller that has proved itself. Header names are in lower case. */
export interface HttpRequest {
  readonly path: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The raw query string, without its question mark. */
  readonly query: string;
  /** The body, as text. */
  readonly text: string;
  readonly caller: Caller;
  /** On a hook: the caller that the path names. */
  readonly entry?: CallerEntry;
  /** Equal for a repeat of this very request. */
  readonly replayKey?: string;
  /** Milliseconds until the function's timeout. It may come closer. */
  readonly remainingMs: () => number;
}

/**
 * How a request was answered. `intentId` is set if it is not the one that the route was given, `allow` if the path has
 * other methods only. `caller` is set once it is known who sent the request. `check` says which check refused it. `isAnswer`:
 * the problem is the answer to a question, as after an intent that there is not. These three are for the log only.
 */
export type Handled = {
  readonly intentId?: IntentId;
  readonly allow?: string;
  readonly caller?: string;
} & (
  | { readonly ok: true; readonly answer: Answer }
  | {
      readonly ok: false;
      readonly problem: Problem;
      readonly check?: string;
      readonly isAnswer?: true;
    }
);

export interface Route {
  /** A GET has no body to read. */
  readonly method: 'GET' | Operation['method'];
  /** With parameters in braces. */
  readonly path: string;
  readonly admits: Admits;
  /** The edge makes the intent id before the request is read, so that every answer has one. */
  readonly handle: (request: HttpRequest, intentId: IntentId) => Promise<Handled>;
}

/** Turns a problem into an answer. The path may be that of no route. */
export type TellProblem = (problem: Problem, path: string, intentId: IntentId) => Answer;
