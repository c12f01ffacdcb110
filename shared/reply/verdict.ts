/** The terminal verdict for one (intent, job). See the README's table of outcomes. */
export type Outcome = 'delivered' | 'rejected' | 'superseded' | 'expired' | 'failed';

/** What a verdict rests on: the reply named the job, its place in the reply, one verdict for the whole call, or a look at the job. */
export type Evidence = 'keyed' | 'positional' | 'aggregate' | 'observed';

/** Why a job was refused: the upstream's code where it gave one, and its words. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

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
      /** Whether the request was served all the same: `maybe`, as a look may show at once; or `maybe yet`, as none will for a while. */
      readonly served: 'no' | 'maybe' | 'maybe yet';
      /** Where it was refused for want of a right: the refusal that stands if others of its call are served. */
      readonly denied?: { readonly evidence: Evidence; readonly error: Refusal };
    };
