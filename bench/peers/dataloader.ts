import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import DataLoader from 'dataloader';
import pLimit from 'p-limit';
import { call, RefusedError } from './call.ts';
import { readWish, type Wish } from './intent.ts';
import { type PeerResult, publish } from './publish.ts';

type Outcome = PeerResult['outcome'];

const JOBS_PER_CALL = 100;

/** Two environments of ten make the twenty calls that the upstream takes at once. */
const CALLS_AT_ONCE = 10;

const slots = pLimit(CALLS_AT_ONCE);

type Target = Pick<Wish, 'operation' | 'project'>;

const outcomeOf = async (target: Target, jobs: readonly string[]): Promise<Outcome | Error> => {
  try {
    await slots(call, { ...target, jobs });
    return 'delivered';
  } catch (error) {
    if (error instanceof RefusedError) return 'rejected';
    return error instanceof Error ? error : new Error(String(error));
  }
};

/** One batch call. If the upstream refuses it, each job is called alone. */
const callTogether =
  (target: Target) =>
  async (jobs: readonly string[]): Promise<readonly (Outcome | Error)[]> => {
    const together = await outcomeOf(target, jobs);
    if (together !== 'rejected' || jobs.length === 1) return jobs.map(() => together);
    return Promise.all(jobs.map((job) => outcomeOf(target, [job])));
  };

/** A loader for each operation and project of one batch, as its documentation advises: its cache lives for one request. */
const openLoaders = () => {
  const loaders = new Map<string, DataLoader<string, Outcome>>();
  return ({ operation, project }: Target): DataLoader<string, Outcome> => {
    const name = `${operation} ${project}`;
    const known = loaders.get(name);
    if (known !== undefined) return known;
    const made = new DataLoader<string, Outcome>(callTogether({ operation, project }), {
      maxBatchSize: JOBS_PER_CALL,
    });
    loaders.set(name, made);
    return made;
  };
};

const resultsOf = async (
  record: SQSRecord,
  loaderOf: ReturnType<typeof openLoaders>,
): Promise<readonly PeerResult[]> => {
  const { jobs, intentId, ...target } = readWish(record);
  const outcomes = await loaderOf(target).loadMany(jobs);
  return jobs.map((job_id, i) => {
    const outcome = outcomes[i];
    if (outcome === undefined || outcome instanceof Error) throw outcome;
    return { intent_id: intentId, job_id, outcome };
  });
};

/**
 * `dataloader` inside a handler: all jobs of a batch in calls of a hundred, and a refused call job by job.
 * https://github.com/graphql/dataloader#batching
 */
export const handler = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const loaderOf = openLoaders();
  const settled = await Promise.allSettled(Records.map((record) => resultsOf(record, loaderOf)));
  await publish(settled.flatMap((it) => (it.status === 'fulfilled' ? it.value : [])));
  return {
    batchItemFailures: Records.flatMap(({ messageId }, i) =>
      settled[i]?.status === 'rejected' ? [{ itemIdentifier: messageId }] : [],
    ),
  };
};
