import type { ClaimCall } from './attempt.ts';
import type { Candidate, DecidedByLedger } from './candidate.ts';
import { type ClaimJobs, candidatesOf } from './claim.ts';
import { type DecisionsInTurn, suspected } from './decide.ts';
import { isGoing } from './decide-by-ledger.ts';
import type { Call, Carrier } from './planned.ts';

export interface ClaimAgainOptions {
  readonly claim: ClaimJobs;
  readonly again: DecisionsInTurn['again'];
  /** What each job was decided by. A job that is decided again has a new one. */
  readonly candidates: Map<Carrier, Candidate>;
}

export interface ClaimsAgain {
  readonly claim: ClaimCall;
  /** Jobs of a call that were decided again, and did not stay in it. Tells of each once. */
  readonly takeLeft: (call: Call) => readonly DecidedByLedger[];
}

/**
 * Claims the jobs of calls. If a claim is refused, the read before it was late, or another invocation came between. Then the
 * job is decided again at once, by what the ledger holds now. Law (promise P6): one that may be called stays in its call, as
 * if it had been decided so at first. But a job whose last request was in vain goes by itself, see `partRepeats`.
 */
export const makeClaimsAgain = ({ claim, again, candidates }: ClaimAgainOptions): ClaimsAgain => {
  const left = new Map<Carrier, DecidedByLedger>();
  const decideAgain = async (refused: readonly Candidate[]): Promise<readonly Candidate[]> => {
    const decided = await again(refused);
    const staying = decided.filter((one) => isGoing(one) && suspected(one).length === 0);
    for (const one of decided) left.set(one.carrier, one);
    for (const one of staying) {
      left.delete(one.carrier);
      candidates.set(one.carrier, one);
    }
    return staying;
  };
  return {
    claim: async (call) => {
      const first = await claim(candidatesOf(call, candidates), 'nothing');
      if (first.refused.length === 0) return first.claimed;
      const second = await claim(await decideAgain(first.refused), 'nothing');
      const claimed = new Set([...first.claimed, ...second.claimed]);
      return call.carriers.filter((carrier) => claimed.has(carrier));
    },
    takeLeft: ({ carriers }) =>
      carriers.flatMap((carrier) => {
        const one = left.get(carrier);
        left.delete(carrier);
        return one === undefined ? [] : [one];
      }),
  };
};
