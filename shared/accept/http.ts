import type { IntentId } from '../intent/intent.ts';
import type { Answer } from '../operations/operation.ts';
import type { Problem } from './problem.ts';

/** A request as any front may bring it: header names in lower case, the body as text. */
export interface HttpRequest {
  readonly path: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/** What came of a request, and under which intent id, if that is not the one made for it. */
export type Handled = { readonly intentId?: IntentId } & (
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly problem: Problem }
);

/** One way in. */
export interface Route {
  readonly method: 'POST';
  /** With parameters in braces. */
  readonly path: string;
  /** The intent id is made before the request is read: every answer carries it. */
  readonly handle: (request: HttpRequest, intentId: IntentId) => Promise<Handled>;
}

/** How a problem is told on a path, which need not be that of a route. */
export type TellProblem = (problem: Problem, path: string, intentId: IntentId) => Answer;
