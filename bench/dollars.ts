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

/** What accept-http takes for one request: it waits for the queue. */
const ACCEPT = { ms: 10, memoryGigabytes: 1 } as const;

/** What a run used in all. */
export interface Usage {
  readonly jobs: number;
  /** Requests that an accepting function put on the queue. */
  readonly requests: number;
  readonly invocations: number;
  readonly billedMs: number;
  readonly memoryGigabytes: number;
  readonly queueRequests: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly events: number;
}

const lambdaDollars = (invocations: number, ms: number, gigabytes: number): number =>
  invocations * PRICES.lambdaRequest + (ms / 1_000) * gigabytes * PRICES.lambdaGigabyteSecond;

/** Dollars per million jobs of the accepting function alone. */
export const acceptDollarsOf = ({ requests, jobs }: Pick<Usage, 'requests' | 'jobs'>): number =>
  (lambdaDollars(requests, requests * ACCEPT.ms, ACCEPT.memoryGigabytes) / jobs) * 1e6;

/**
 * Dollars per million jobs: the accepting function, the queue, the function, the ledger and the bus. Not in it: the HTTP API,
 * which costs the same in every design.
 */
export const dollarsOf = (usage: Usage): number => {
  const dollars =
    lambdaDollars(usage.invocations, usage.billedMs, usage.memoryGigabytes) +
    usage.queueRequests * PRICES.sqsRequest +
    usage.writeUnits * PRICES.writeUnit +
    usage.readUnits * PRICES.readUnit +
    usage.events * PRICES.event;
  return acceptDollarsOf(usage) + (dollars / usage.jobs) * 1e6;
};
