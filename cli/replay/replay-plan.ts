import type { Choice } from './choose-jobs.ts';
import type { Letter } from './letter.ts';

/** A letter, and what a replay does with it. */
export interface Planned {
  readonly letter: Letter;
  /** Undefined if the letter cannot be read. */
  readonly choice: Choice | undefined;
}

/** What a replay does with a letter, in one word. */
export type Fate = 'replay' | 'settled' | 'stale' | 'repeated' | 'unreadable';

/** `settled`, `stale` and `repeated`: no job is left for a new intent. */
export const fateOf = ({ choice }: Planned): Fate => {
  if (choice === undefined) return 'unreadable';
  if (choice.jobs.length > 0) return 'replay';
  if (choice.leftOut.repeated > 0) return 'repeated';
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

/** What two letters of one wish have in common: the intent, or the event that was refused. */
const wishIn = ({ letter: { message, wish } }: Planned): string =>
  wish?.intent?.intent_id ?? wish?.event ?? `message ${message.id}`;

const askOnce = (one: Planned, asked: Set<string>): Planned => {
  const { choice } = one;
  if (choice === undefined) return one;
  const jobs = choice.jobs.filter((job) => {
    const name = `${wishIn(one)} ${JSON.stringify(job)}`;
    return !asked.has(name) && asked.add(name);
  });
  const repeated = choice.jobs.length - jobs.length;
  return { ...one, choice: { ...choice, jobs, leftOut: { ...choice.leftOut, repeated } } };
};

/** Leaves repeats out. Law: of the letters of one wish, the first alone asks for a job, however often the wish came. */
export const withoutRepeats = (planned: readonly Planned[]): readonly Planned[] => {
  const asked = new Set<string>();
  return planned.map((one) => askOnce(one, asked));
};
