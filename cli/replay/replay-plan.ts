import type { Choice } from './choose-jobs.ts';
import type { Letter } from './letter.ts';

/** A letter, and what a replay does with it. */
export interface Planned {
  readonly letter: Letter;
  /** Undefined if the letter cannot be read. */
  readonly choice: Choice | undefined;
}

/** What a replay does with a letter, in one word. */
export type Fate = 'replay' | 'settled' | 'stale' | 'unreadable';

/** `settled` and `stale`: no job is left for a new intent. */
export const fateOf = ({ choice }: Planned): Fate => {
  if (choice === undefined) return 'unreadable';
  if (choice.jobs.length > 0) return 'replay';
  return choice.leftOut.stale > 0 ? 'stale' : 'settled';
};

/** Jobs that a replay of all these would ask for. */
export const jobsIn = (planned: readonly Planned[]): number =>
  planned.reduce((sum, { choice }) => sum + (choice?.jobs.length ?? 0), 0);

/** Oldest wish first: of two wishes for one job, the newer one has to come last. */
export const inOrder = (planned: readonly Planned[]): readonly Planned[] =>
  planned.toSorted(
    (a, b) =>
      (a.letter.wish?.at ?? a.letter.message.sentAt) -
      (b.letter.wish?.at ?? b.letter.message.sentAt),
  );
