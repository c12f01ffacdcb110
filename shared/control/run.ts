import { makeRecords, type Records } from '../ledger/records.ts';
import { type Breakers, makeBreakers } from '../upstream/breakers.ts';
import { type Budget, makeBudget } from './budget.ts';
import { type ClaimJobs, makeClaimJobs } from './claim.ts';
import type { ControlLimits, RunEdges } from './edges.ts';
import { type LookAt, makeLookAt } from './look.ts';
import { makeRecordAndPublish, type RecordAndPublish } from './record-and-publish.ts';

/** What the steps of one invocation have in common. */
export interface Run {
  /** Tells invocations apart, in records and claims. */
  readonly invocation: string;
  readonly edges: RunEdges;
  readonly limits: ControlLimits;
  readonly records: Records;
  readonly breakers: Breakers;
  readonly budget: Budget;
  readonly claim: ClaimJobs;
  readonly recordAndPublish: RecordAndPublish;
  /** Looks that decide what is called. They leave time for the calls. */
  readonly lookBefore: LookAt;
  /** Looks after a call. */
  readonly lookAfter: LookAt;
}

/** Begins an invocation. Its time for requests begins now. `remainingMs`: until the function's timeout. */
export const beginRun = (
  edges: RunEdges,
  limits: ControlLimits,
  remainingMs: () => number,
): Run => {
  const { now, log, newId, publish } = edges;
  const { leaseMs, callConcurrency, keepSeconds, leastListed } = limits;
  const invocation = newId();
  const budget = makeBudget({ ...limits, now, remainingMs });
  let versions = 0;
  const newVersion = () => `${invocation}.${++versions}`;
  const records = makeRecords(edges.ledger, { newVersion, now, keepSeconds, log });
  const breakers = makeBreakers({ ...edges, records }, limits.msPerCall);
  const looks = { concurrency: callConcurrency, leastListed };
  const toUpstream = { ...edges, send: breakers.send, giveUpList: breakers.giveUpList };
  return {
    invocation,
    edges,
    limits,
    records,
    breakers,
    budget,
    claim: makeClaimJobs({ records, now, invocation, leaseMs }),
    recordAndPublish: makeRecordAndPublish({ records, invocation, publish }),
    lookBefore: makeLookAt(toUpstream, looks, budget.looksBefore),
    lookAfter: makeLookAt(toUpstream, looks, budget.looksAfter),
  };
};
