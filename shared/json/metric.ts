/** The functions, as metrics name them in the dimension `service`. */
export type MeasuredFunction = 'accept-http' | 'accept-event' | 'control-jobs';

/** What a metric may be split by. Each has few values. Never an id: a metric is paid for by its values. */
export type DimensionName = 'operation' | 'outcome' | 'reason';
export type Dimensions = Readonly<Partial<Record<DimensionName, string>>>;

/** One metric. */
export interface MetricRow {
  readonly unit: 'Count' | 'Seconds' | 'Milliseconds' | 'Percent';
  /** `sum`: one number for each invocation. `values`: every value is kept, for percentiles and the largest. */
  readonly keeps: 'sum' | 'values';
  /** By which dimensions it is published, besides `service`. An empty list: by that alone. */
  readonly by: readonly (readonly DimensionName[])[];
  readonly from: readonly MeasuredFunction[];
}

const WAYS_IN = ['accept-http', 'accept-event'] as const;
const WAY_OUT = ['control-jobs'] as const;
const TOTAL = [[]] as const;
const BY_OPERATION = [[], ['operation']] as const;

/** A count of events. */
const count = (
  from: MetricRow['from'],
  by: MetricRow['by'],
): MetricRow & { readonly unit: 'Count' } => ({ unit: 'Count', keeps: 'sum', by, from });

/** A quantity of which each value counts. */
const values = (
  unit: MetricRow['unit'],
  from: MetricRow['from'],
  by: MetricRow['by'],
): MetricRow => ({ unit, keeps: 'values', by, from });

/** Every metric that the functions write. */
export const METRICS = {
  RequestsAccepted: count(WAYS_IN, TOTAL),
  RequestsRefused: count(WAYS_IN, TOTAL),
  RequestsFailed: count(WAYS_IN, TOTAL),
  ReadsFailed: count(['accept-http'], TOTAL),
  JobsAccepted: count(WAYS_IN, BY_OPERATION),
  Results: count(WAY_OUT, [['outcome'], ['operation', 'outcome']]),
  TimeToVerdict: values('Milliseconds', WAY_OUT, BY_OPERATION),
  QueueWait: values('Milliseconds', WAY_OUT, BY_OPERATION),
  OldestOpenIntent: values('Seconds', WAY_OUT, TOTAL),
  FillRatio: values('Percent', WAY_OUT, BY_OPERATION),
  CallsNeeded: count(WAY_OUT, BY_OPERATION),
  CallsSent: count(WAY_OUT, BY_OPERATION),
  LooksSent: count(WAY_OUT, TOTAL),
  GivenBack: count(WAY_OUT, [['reason']]),
  BreakersOpen: values('Count', WAY_OUT, TOTAL),
  BreakerOpenSeconds: values('Seconds', WAY_OUT, TOTAL),
  BreakerWaitSeconds: values('Seconds', WAY_OUT, TOTAL),
  DeadLettered: count(WAY_OUT, [[], ['reason']]),
  LedgerFailures: count(['accept-http', 'control-jobs'], TOTAL),
  BusFailures: count(WAY_OUT, TOTAL),
  QueueFailures: count(['accept-http', 'accept-event', 'control-jobs'], TOTAL),
  SecretFailures: count(['accept-http', 'control-jobs'], TOTAL),
} as const satisfies Readonly<Record<string, MetricRow>>;

export type MetricName = keyof typeof METRICS;

/** What each of them counts, for docs/metrics.md: not in the rows, so that no function carries the words. */
export const METRIC_MEANINGS: Readonly<Record<MetricName, string>> = {
  RequestsAccepted:
    'Requests that were accepted, repeats included. Reads such as `GET` are not counted.',
  RequestsRefused:
    'Requests that were refused for the caller’s own fault: no proof, no grant, a wrong field, over its rate.',
  RequestsFailed:
    'Requests that failed for our own fault, such as a queue or a secret that is out of reach.',
  ReadsFailed: 'Reads such as `GET` that failed for our own fault. Reads are in no other count.',
  JobsAccepted: 'Jobs that the queue has taken.',
  Results: 'Results that the bus has taken.',
  TimeToVerdict:
    'From acceptance to the verdict. Jobs of one intent that were settled together count once.',
  QueueWait:
    'From acceptance to the call, or to the verdict if there was no call. Counted as `TimeToVerdict`.',
  OldestOpenIntent:
    'Age of the oldest intent that a batch leaves open, from `accepted_at`. 0: the batch left none.',
  FillRatio: 'Jobs in a needed call, of those that one call may hold.',
  CallsNeeded:
    'Calls that a batch needs if the upstream accepts each one. `CallsSent` divided by it is the amplification.',
  CallsSent:
    'Calls that were sent, with those that repeat a throttled one or take a refused one apart.',
  LooksSent: 'Requests for the status of jobs that were sent.',
  GivenBack: 'Messages that a batch gave back, by the reason. One message has one reason.',
  BreakersOpen:
    'Circuit breakers that were open or half-open at the end of a batch, of those that its jobs need.',
  BreakerOpenSeconds: 'Since the first of them opened. 0: all are closed.',
  BreakerWaitSeconds: 'Until the last of them lets a probe through. 0: all do.',
  DeadLettered: 'Messages that we moved to the dead-letter queue: `unreadable`, or `failed`.',
  LedgerFailures: 'Reads and writes of the ledger that had no answer, after the last try.',
  BusFailures: 'Results that the bus did not take, after the last try.',
  QueueFailures:
    'Messages that a queue did not take, did not delay, or did not move to the dead letters.',
  SecretFailures:
    'Reads of the secret that brought no valid version: of the callers by `accept-http`, of the credentials by `control-jobs`.',
};

/** Why a message was given back: the values of `reason` in `GivenBack`, the first that applies. */
export const GIVEN_BACK = {
  'later-release': 'a later release wrote it, and this one cannot read it',
  'dead-letters': 'the dead-letter queue did not take it',
  ledger: 'the ledger had no answer for it, or holds what this release does not know',
  bus: 'the bus did not take its results',
  paused: 'a circuit breaker is open, or the upstream asked for a pause',
  unanswered: 'a request for it had no answer that tells',
  'no-time': 'the time for requests was over',
  waiting: 'it waits for a moment, such as the end of a stop',
  untried: 'the function may die of it, and there was no time to try it apart',
  elsewhere: 'another invocation works on its jobs, or an older intent has to go first',
} as const;

export type GivenBackReason = keyof typeof GIVEN_BACK;

/** Counts, or notes a value. It never throws, and waits for nothing. */
export type Measure = (name: MetricName, value: number, dimensions?: Dimensions) => void;

/** Counts nothing: for what runs without metrics. */
export const UNMEASURED: Measure = () => undefined;
