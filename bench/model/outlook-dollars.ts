import { dollarsOf } from '../dollars.ts';
import type { Setup } from './setup.ts';
import type { Outlook } from './simulate.ts';

/** Units of one job at one id per intent, as `npm run bench` counts them. */
const WRITES_PER_JOB = 2;
const READS_PER_JOB = 1.5;

/** Dollars per million jobs of a setup that holds. */
export const dollarsFor = ({ jobs, batches, billedMs, queueRequests }: Outlook): number =>
  dollarsOf({
    jobs,
    requests: jobs,
    invocations: batches,
    billedMs,
    memoryGigabytes: 1,
    queueRequests: jobs + queueRequests,
    writeUnits: jobs * WRITES_PER_JOB,
    readUnits: jobs * READS_PER_JOB,
    events: jobs,
  });

/** The event and the ledger's requests of an invocation that calls for one job. */
const AROUND_CALL_MS = 8;

/** One invocation for each request, without a queue or a ledger. */
export const naiveDollarsFor = ({ upstreamMs }: Setup): number =>
  dollarsOf({
    jobs: 1,
    requests: 0,
    invocations: 1,
    billedMs: upstreamMs + 1 + AROUND_CALL_MS,
    memoryGigabytes: 0.25,
    queueRequests: 0,
    writeUnits: 0,
    readUnits: 0,
    events: 1,
  });
