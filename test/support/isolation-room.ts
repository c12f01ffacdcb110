import fc from 'fast-check';
import { expect } from 'vitest';
import type { Reply } from '../../shared/reply/reply.ts';
import { agree, message, refusal, type SeenCall, startControlRoom } from './control-room.ts';
import { replied } from './replies.ts';

const CODE = { dli: 'DLI.0001', drs: 'DRS.M00202' };

/** Refuses a call whole in which any of these jobs is. */
export const refusingBy =
  (bad: ReadonlySet<string>, reply: Reply) =>
  (call: SeenCall): Reply =>
    call.jobs.some((job) => bad.has(job)) ? reply : agree(call);

/** Refuses a call whole for any bad job in it, naming none. */
export const refusing = (
  bad: ReadonlySet<string>,
  service: 'dli' | 'drs' = 'dli',
  asList = false,
) => {
  const error = refusal(CODE[service]);
  return refusingBy(bad, replied(400, asList ? [error] : error));
};

export const idsUpTo = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => String(i));

/** Asks for `count` jobs, one message each, in one call. */
export const begin = async (
  count: number,
  reply: (call: SeenCall) => Reply,
  operation: 'dli.run' | 'drs.start' = 'dli.run',
  callConcurrency = 8,
) => {
  const room = startControlRoom({ reply, maxJobsPerCall: 128, callConcurrency });
  const staying = await room.run(
    idsUpTo(count).map((job, i) => message(`m${job}`, { age: i, operation, jobs: [job] })),
  );
  const outcomeOf = new Map(
    room.results.map(({ job_id, outcome }): [string, string] => [job_id, outcome]),
  );
  return { ...room, staying, outcomeOf };
};

export const expectOnlyBadRejected = (
  count: number,
  bad: ReadonlySet<string>,
  outcomeOf: ReadonlyMap<string, string>,
) =>
  expect(idsUpTo(count).map((job) => outcomeOf.get(job))).toEqual(
    idsUpTo(count).map((job) => (bad.has(job) ? 'rejected' : 'delivered')),
  );

/** So many further requests may one bad job among `count` cost. */
export const bound = (count: number): number => 2 * Math.ceil(Math.log2(count)) + 1;

/** How many jobs, and at which place the bad one stands. */
export const placeOfOne = fc
  .integer({ min: 2, max: 128 })
  .chain((count) => fc.tuple(fc.constant(count), fc.nat({ max: count - 1 })));
