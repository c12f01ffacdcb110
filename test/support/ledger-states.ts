import fc from 'fast-check';
import type { AboutBlock } from '../../shared/ledger/about-block.ts';
import type {
  BlockState,
  NotedRequest,
  RecordedVerdict,
  RequestEnd,
} from '../../shared/ledger/block-record.ts';
import type { JobRecord, Sender, StopBefore } from '../../shared/ledger/job-record.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import type { Evidence, Outcome } from '../../shared/reply/verdict.ts';
import { anyText, drsJobId, instant, operationName } from './arbitraries.ts';
import { idAt, intentOf } from './messages.ts';

const milliseconds = () => fc.integer({ min: 0, max: 4_102_444_800_000 });

const call = () =>
  fc.record({ id: fc.uuid(), size: fc.integer({ min: 1, max: 10_000 }), attempts: fc.nat(99) });

const error = () => fc.record({ code: anyText(20), message: anyText(60) });

/** Any verdict that the ledger may have to keep. */
export const recorded = (): fc.Arbitrary<RecordedVerdict> =>
  fc.record(
    {
      outcome: fc.constantFrom<Outcome>('delivered', 'rejected', 'superseded', 'expired', 'failed'),
      evidence: fc.constantFrom<Evidence>('keyed', 'positional', 'aggregate', 'observed'),
      error: error(),
      superseded_by: fc.nat().map(idAt),
      call: call(),
      calledAt: milliseconds(),
      settledAt: milliseconds(),
    },
    { requiredKeys: ['outcome', 'calledAt', 'settledAt'] },
  );

/** When a request ended that was left without an answer. */
const end = (): fc.Arbitrary<RequestEnd> =>
  fc.record({ invocation: anyText(20), until: milliseconds() });

/** The last request for a job, in vain so far. */
const notedRequest = (): fc.Arbitrary<NotedRequest> =>
  fc.record({
    invocation: fc.constantFrom('invocation 1', 'invocation 2'),
    mayBeServed: fc.boolean(),
    suspects: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
  });

/** What may be known of one job of a block: nothing, that it was asked for and how that ended, or a verdict. */
const known = (verdicts: readonly RecordedVerdict[], ends: readonly RequestEnd[]) =>
  fc.record(
    {
      verdict: fc.constantFrom(...verdicts),
      published: fc.boolean(),
      noted: notedRequest(),
      end: fc.constantFrom(...ends),
    },
    { requiredKeys: ['published'] },
  );

/** Jobs after the last that has a verdict leave no trace. */
const upToTheLast = <T>(verdicts: readonly (T | undefined)[]) =>
  verdicts.slice(0, verdicts.findLastIndex((verdict) => verdict !== undefined) + 1);

const aboutBlock = (): fc.Arbitrary<AboutBlock> =>
  fc
    .record(
      {
        caller: anyText(40),
        operation: operationName(),
        accepted_at: instant(),
        expires_at: instant(),
        correlation_id: anyText(128),
        job_count: fc.integer({ min: 1, max: 10_000 }),
        jobs: fc.array(drsJobId(), { minLength: 1, maxLength: 5 }),
      },
      { requiredKeys: ['caller', 'operation', 'accepted_at', 'job_count', 'jobs'] },
    )
    .map(({ jobs, ...about }) => {
      const intent = intentOf({ operation: 'drs.start', jobs });
      return { ...about, project_id: intent.project_id, job_ids: intent.jobs.map(jobIdOf) };
    });

/** Any state of a block of up to `most` jobs, a few of which share a verdict. */
export const blockState = (most = 40): fc.Arbitrary<BlockState> =>
  fc
    .tuple(
      fc.string(),
      fc.array(recorded(), { minLength: 1, maxLength: 4 }),
      fc.array(end(), { minLength: 1, maxLength: 3 }),
      fc.option(anyText(200), { nil: undefined }),
      fc.option(aboutBlock(), { nil: undefined }),
    )
    .chain(([invocation, verdicts, ends, reason, about]) =>
      fc.array(known(verdicts, ends), { maxLength: most }).map((jobs) => ({
        about,
        invocation,
        verdicts: upToTheLast(jobs.map(({ verdict }) => verdict)),
        published: new Set(
          jobs.flatMap(({ verdict, published }, i) => (verdict && published ? [i] : [])),
        ),
        requests: new Map(
          jobs.flatMap(({ noted }, i) => (noted === undefined ? [] : [[i, noted] as const])),
        ),
        ends: new Map(
          jobs.flatMap(({ end: one }, i) => (one === undefined ? [] : [[i, one] as const])),
        ),
        reason,
      })),
    );

const stopBefore = (): fc.Arbitrary<StopBefore> =>
  fc.record({ operation: operationName(), at: milliseconds(), isDelivered: fc.boolean() });

const sender = (): fc.Arbitrary<Sender> =>
  fc.record({
    caller: anyText(40),
    sequence: anyText(20),
    intent: fc.nat().map(idAt),
    age: fc.nat().map(idAt),
  });

export const jobRecord = (): fc.Arbitrary<JobRecord> =>
  fc.record(
    {
      newest: fc.nat().map(idAt),
      intent: fc.nat().map(idAt),
      operation: operationName(),
      claim: fc.record(
        {
          block: anyText(80),
          index: fc.nat(10_000),
          invocation: anyText(40),
          at: milliseconds(),
          until: milliseconds(),
          clearFrom: milliseconds(),
          expires_at: instant(),
        },
        { requiredKeys: ['block', 'index', 'invocation', 'at', 'until'] },
      ),
      senders: fc.array(sender(), { maxLength: 3 }),
      stopBefore: stopBefore(),
    },
    { requiredKeys: ['newest', 'operation', 'claim'] },
  );
