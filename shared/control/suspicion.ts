import { jobIdOf } from '../operations/operation.ts';
import { mayBeServed } from '../reply/verdict.ts';
import type { Attempt } from './attempt.ts';
import { groupOf } from './carry-out.ts';
import type { OpenIntent } from './open-intent.ts';
import { type Carrier, intentsWanting } from './planned.ts';

export interface SuspicionOptions {
  readonly invocation: string;
  /** Whether the last call of a job was in vain as well. */
  readonly isRepeat: (carrier: Carrier) => boolean;
}

/** Notes that a job is to be called alone the next time. Tells whose record has to be written again. */
const suspectAlone = (carrier: Carrier, invocation: string): readonly OpenIntent[] =>
  intentsWanting([carrier]).filter((openIntent) => {
    const job = jobIdOf(carrier.job);
    const index = openIntent.places.get(job) ?? -1;
    const noted = openIntent.record.requests.get(index);
    if (noted?.invocation !== invocation || !openIntent.record.isOpen(index)) return false;
    openIntent.noteRequest(job, { ...noted, suspects: 1 });
    return true;
  });

/**
 * Finds the jobs that are to be called alone the next time. Law: a piece of a call went unanswered again, while another
 * piece of the same kind went through. Then it is no outage: one job of that piece is the reason. So after two tries no
 * other job shares a call with the job that spoils it.
 */
export const makeSuspicion = ({ invocation, isRepeat }: SuspicionOptions) => {
  const served = new Set<string>();
  const failed: Attempt[] = [];
  return {
    note: (attempt: Attempt): void => {
      const { call, verdicts } = attempt;
      if (verdicts.some(([, { kind }]) => kind === 'delivered')) served.add(groupOf(call));
      const isInVain = verdicts.length > 1 && verdicts.every(([, verdict]) => mayBeServed(verdict));
      if (isInVain && call.carriers.every(isRepeat)) failed.push(attempt);
    },
    /** Notes it once all calls are made. Tells whose record has to be written again. */
    narrow: (): readonly OpenIntent[] => {
      const spoilt = failed.filter(({ call }) => served.has(groupOf(call)));
      const carriers = spoilt.flatMap(({ call }) => call.carriers);
      return [...new Set(carriers.flatMap((carrier) => suspectAlone(carrier, invocation)))];
    },
  };
};
