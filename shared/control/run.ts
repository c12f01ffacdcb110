import type { Records } from '../ledger/records.ts';
import { type Breakers, makeBreakers } from '../upstream/breakers.ts';
import type { Budget } from './budget.ts';
import { type ClaimJobs, makeClaimJobs } from './claim.ts';
import type { ControlEdges, ControlLimits } from './edges.ts';
import { type LookAt, makeLookAt } from './look.ts';
import type { OpenIntent, Received } from './open-intent.ts';
import { makeRecordAndPublish, type RecordAndPublish } from './record-and-publish.ts';

/** What the steps of one invocation have in common. */
export interface Run<Message extends Received = Received> {
  /** Tells invocations apart, in records and claims. */
  readonly invocation: string;
  readonly edges: ControlEdges<Message>;
  readonly limits: ControlLimits;
  readonly records: Records;
  readonly breakers: Breakers;
  readonly budget: Budget;
  /** What is worked on, by the key of its record. */
  readonly openIntents: ReadonlyMap<string, OpenIntent<Message>>;
  readonly claim: ClaimJobs;
  /** Records and publishes verdicts. */
  readonly record: RecordAndPublish;
  /** Looks on which it depends what is called; they leave time for the calls. */
  readonly lookBefore: LookAt;
  /** Looks after a call. */
  readonly lookAfter: LookAt;
}

/** Puts together what the steps need. `budget` begins with the invocation. */
export const openRun = <Message extends Received>(
  { records, budget, invocation }: Pick<Run, 'records' | 'budget' | 'invocation'>,
  openIntents: Run<Message>['openIntents'],
  edges: ControlEdges<Message>,
  limits: ControlLimits,
): Run<Message> => {
  const { now, publish } = edges;
  const { leaseMs, callConcurrency } = limits;
  const breakers = makeBreakers({ ...edges, records }, limits.msPerCall);
  const toUpstream = { ...edges, send: breakers.send };
  return {
    invocation,
    edges,
    limits,
    records,
    breakers,
    budget,
    openIntents,
    claim: makeClaimJobs({ records, now, invocation, leaseMs, openIntents }),
    record: makeRecordAndPublish({ records, invocation, publish }),
    lookBefore: makeLookAt(toUpstream, callConcurrency, budget.looksBefore),
    lookAfter: makeLookAt(toUpstream, callConcurrency, budget.looksAfter),
  };
};
