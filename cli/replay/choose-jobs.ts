import type { VerdictInfo } from '../../shared/intent/result.ts';
import type { Job } from '../../shared/operations/operation.ts';

/** What the ledger knows of one job of a letter. */
export interface JobState {
  readonly job: Job;
  /** The outcome of this very intent. */
  readonly outcome: VerdictInfo['outcome'] | undefined;
  /** Whether the bus is known to have that outcome. */
  readonly isPublished: boolean;
  /** A newer intent for the job was carried out since. */
  readonly isStale: boolean;
}

/** What a replay does with a letter. */
export interface Choice {
  /** Jobs of the new intent. */
  readonly jobs: readonly Job[];
  /** Jobs left out, by the reason. */
  readonly leftOut: {
    readonly settled: number;
    readonly stale: number;
    /** An earlier letter of the same wish asks for them. */
    readonly repeated: number;
  };
  /** Whether some results are still to be told: then the message goes back to the intents queue. */
  readonly isOpen: boolean;
}

/** `failed` says that the job was given up, so it may be tried again. Every other outcome is an answer. */
const isAnswered = ({ outcome }: JobState): boolean =>
  outcome !== undefined && outcome !== 'failed';

/**
 * Chooses the jobs of a letter for its new intent. Laws: a job with an answer is not asked for again. A wish that a newer
 * one has made stale is not carried out, unless `withStale` says so.
 */
export const chooseJobs = (states: readonly JobState[], withStale: boolean): Choice => {
  const open = states.filter((state) => !isAnswered(state));
  const chosen = open.filter(({ isStale }) => withStale || !isStale);
  return {
    jobs: chosen.map(({ job }) => job),
    leftOut: {
      settled: states.length - open.length,
      stale: open.length - chosen.length,
      repeated: 0,
    },
    isOpen: states.some(({ outcome, isPublished }) => outcome === undefined || !isPublished),
  };
};
