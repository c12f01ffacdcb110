/**
 * What the model takes for granted about Lambda and SQS, with its source.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const ASSUMED = {
  /** Batches at once when messages appear. */
  firstBatches: 5,
  /** More of them each second while messages wait: 300 a minute. */
  moreBatchesPerSecond: 5,
  mostBatches: 1_250,
  /** Invocations at once of one provisioned poller. */
  perProvisionedPoller: 10,
  /** One poller receives ten messages in each step. AWS does not say how quick it is: this is our guess. */
  messagesPerReceive: 10,
  stepMs: 10,
  /** A standard queue gives no more while so many messages are received and not deleted. */
  mostInFlight: 120_000,
  jobsPerCall: 100,
  /** An invocation besides its calls: reads, the last writes and the last events. */
  baseMs: 40,
  /** Processor time of one job where a function has 1 GB, which is 0.58 of a core. */
  cpuMsPerJob: 0.26,
  /** Calls of one project that the upstream takes at once. */
  upstreamCallsAtOnce: 20,
  perJobMs: 1,
} as const;
