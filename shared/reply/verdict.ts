/** The terminal verdict for one (intent, job). See the README's table of outcomes. */
export type Outcome = 'delivered' | 'rejected' | 'superseded' | 'expired' | 'failed';

/** What a verdict rests on: the reply named the job, its place in the reply, one verdict for the call, or a look. */
export type Evidence = 'keyed' | 'positional' | 'aggregate' | 'observed';

/** Why a job was refused: the upstream's code where it gave one, and its words. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/**
 * Whether a request that was not answered by a verdict was served all the same. `maybe`: a look may show it at once.
 * `maybe yet`: no look shows it for a while.
 */
export type Served = 'no' | 'maybe' | 'maybe yet';

/** What one upstream reply says about one job. `unanswered` is no outcome: the message comes back. */
export type Verdict =
  | { readonly kind: 'delivered'; readonly evidence: Evidence }
  | {
      readonly kind: 'rejected';
      readonly evidence: Evidence;
      readonly error: Refusal;
      /** Whether the job's status may be the reason, so that a look can tell more. */
      readonly doubtful: boolean;
    }
  | {
      readonly kind: 'unanswered';
      readonly reason: string;
      readonly served: Served;
      /** It was refused for want of a right: the refusal that stands if others of its call are served. */
      readonly denied?: { readonly evidence: Evidence; readonly error: Refusal };
    };

/** No verdict yet. */
export type Unanswered = Extract<Verdict, { kind: 'unanswered' }>;

/** Whether there is no verdict, and the request may have been served all the same. */
export const mayBeServed = (verdict: Verdict): boolean =>
  verdict.kind === 'unanswered' && verdict.served !== 'no';
