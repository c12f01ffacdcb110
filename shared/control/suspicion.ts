import type { Carrier } from '../intent/plan.ts';
import { readNote } from '../ledger/block-record.ts';
import { jobIdOf } from '../operations/operation.ts';
import { type Attempt, groupOf, isUnclear } from './carry-out.ts';
import { isOpen, noteAsked, type OpenIntent } from './open-intent.ts';
import { intentsAsking } from './progress.ts';

export interface SuspicionOptions {
  readonly openIntents: ReadonlyMap<string, OpenIntent>;
  readonly invocation: string;
  /** Whether the last call of a job was in vain as well. */
  readonly isRepeat: (carrier: Carrier) => boolean;
}

/**
 * Which jobs are to be called alone the next time. Law: those of a piece that went unanswered again, while another piece
 * of the same kind went through in this invocation: then it is no outage, and one of them is the reason. So all others
 * are rid of a job that spoils every call at the second try after the first.
 */
export const makeSuspicion = ({ openIntents, invocation, isRepeat }: SuspicionOptions) => {
  const served = new Set<string>();
  const failed: Attempt[] = [];

  const narrowOne = (carrier: Carrier): readonly OpenIntent[] =>
    intentsAsking(openIntents, [carrier]).filter((openIntent) => {
      const job = jobIdOf(carrier.job);
      const index = openIntent.places.get(job) ?? -1;
      const noted = readNote(openIntent.asked.get(index) ?? '');
      const isOurs = noted.invocation === invocation && isOpen(openIntent, index);
      if (isOurs) noteAsked(openIntent, job, { ...noted, suspects: 1 });
      return isOurs;
    });

  return {
    hear: (attempt: Attempt): void => {
      const { call, verdicts } = attempt;
      if (verdicts.some(([, { kind }]) => kind === 'delivered')) served.add(groupOf(call));
      const isInVain = verdicts.length > 1 && verdicts.every(([, verdict]) => isUnclear(verdict));
      if (isInVain && call.carriers.every(isRepeat)) failed.push(attempt);
    },
    /** Notes it for the next time, once all calls are made; tells whose record has to be written anew. */
    narrow: (): readonly OpenIntent[] => {
      const spoilt = failed.filter(({ call }) => served.has(groupOf(call)));
      return [...new Set(spoilt.flatMap(({ call }) => call.carriers).flatMap(narrowOne))];
    },
  };
};
