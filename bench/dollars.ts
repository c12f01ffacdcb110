import type { Counts, Round } from './deployed.ts';

/**
 * List prices in dollars, of us-east-1, on 2026-11-28.
 * https://aws.amazon.com/lambda/pricing/ https://aws.amazon.com/sqs/pricing/
 * https://aws.amazon.com/dynamodb/pricing/on-demand/ https://aws.amazon.com/eventbridge/pricing/
 */
export const PRICES = {
  lambdaRequest: 0.2e-6,
  /** On arm64. */
  lambdaGigabyteSecond: 0.0000133334,
  /** A request moves up to 10 messages, and up to 64 KB. */
  sqsRequest: 0.4e-6,
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  /** Each 64 KB of an event count as one. */
  event: 1e-6,
} as const;

const MEMORY_GIGABYTES = 1;
const MESSAGES_PER_REQUEST = 10;
const MESSAGES_PER_BATCH = 1_000;

/**
 * Dollars per million jobs of control-jobs, its queue, its ledger and its bus. Not in it: the HTTP API and the ways in, which
 * cost the same in every design.
 */
export const dollarsPerMillion = (
  jobsPerIntent: number,
  { wallMicroseconds }: Round,
  perJob: Counts,
): number => {
  const messages = 1 / jobsPerIntent;
  // Each message is sent, received and deleted.
  const sqs = (3 * messages) / MESSAGES_PER_REQUEST;
  const dollars =
    sqs * PRICES.sqsRequest +
    (messages / MESSAGES_PER_BATCH) * PRICES.lambdaRequest +
    (wallMicroseconds / 1e6) * MEMORY_GIGABYTES * PRICES.lambdaGigabyteSecond +
    (perJob['write units'] ?? 0) * PRICES.writeUnit +
    (perJob['read units'] ?? 0) * PRICES.readUnit +
    (perJob.events ?? 0) * PRICES.event;
  return dollars * 1e6;
};
