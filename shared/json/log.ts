/** Every line that the functions write: what it says, and what to do if it asks for something. docs/logs.md is made of it. */
export const LOG_LINES = {
  accepted: 'A request became an intent, and the queue has it.',
  refused:
    'A request was refused: `check` or `reason` says by which rule. The answer does not say it. At the level `debug`: a question about an intent that the caller does not have.',
  unexpected: 'A request broke in our own code. The caller got 500. Report it.',
  'callers not read':
    'The callers secret is faulty or cannot be read. The last good version stays in force.',
  'not queued':
    'The intents queue did not take messages. The caller got 503, or the event is tried again.',
  'batch failed':
    'The function cannot start, or failed on a whole batch: why, and what to do. The messages come back after a minute.',
  batch:
    'The end of one invocation: messages, how many come back and why, and the oldest intent that is left open, with a job of it.',
  call: 'One batch call: its jobs, its intents and what came of them.',
  'intent called':
    'Joins one intent with one call. Written at the level `debug`, for a sample of invocations.',
  look: 'A request for the status of jobs.',
  'upstream request': 'A request that the upstream did not serve.',
  'no time left': 'A call was not begun. Its jobs come back soon.',
  'waits for an intent before it': 'A run waits for the stop that it names in `after`.',
  'superseded by an intent of the future': 'The clock of a way in was ahead.',
  'circuit breaker open': 'Requests stop for so many seconds, and why.',
  'circuit breaker closed': 'Requests flow again.',
  'credential refused':
    'The upstream refused a credential. Check it, then put a new version into the secret.',
  'credentials not read': 'The upstream secret is faulty or cannot be read.',
  'messages of a later release':
    'They stay queued until that release comes back, or until their deadline.',
  'messages tried apart': 'The function may die of one of them: they come after all others.',
  'trial failed': 'Our own code failed on messages that were tried apart. Report it.',
  'dead-lettered': 'A message went to the dead-letter queue, and why.',
  'not dead-lettered':
    'The dead-letter queue did not take a message: it stays on the intents queue.',
  'not postponed': 'The queue did not delay messages. They come back after the visibility timeout.',
  'not removed': 'The queue did not take messages off early. They come again, and are found done.',
  'not published': 'The bus did not take results. Their messages come back.',
  'ledger not opened': 'The ledger cannot be opened.',
  'ledger not checked': 'The check of the table had no answer. It is made again.',
  'ledger not read': 'The ledger did not answer. The jobs wait.',
  'ledger not written': 'The ledger did not take records. The jobs wait.',
  'records of an unknown version': 'A later release wrote them. Deploy it again.',
  'metrics not written': 'The invocation went on without its metrics.',
} as const satisfies Readonly<Record<string, string>>;

export type LogEvent = keyof typeof LOG_LINES;

/** Writes one log line: the name of an event, and its fields. Never log a body, a key or a token. */
export type LogLine = (event: LogEvent, fields: Readonly<Record<string, unknown>>) => unknown;

export interface Log {
  /** For a sample of invocations, or if `LOG_LEVEL` is `debug`. */
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
}

/** Writes nothing: for what runs without a log. */
export const SILENT_LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
};

/** Who sent an intent, and by which ids others know it: what each line has that is about one intent. */
export interface Traced {
  readonly intent_id: string;
  readonly caller: string;
  readonly correlation_id?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** The fields by which a line is found: https://www.w3.org/TR/trace-context/ has the trace id after the first dash. */
export const traceFields = ({ intent_id, caller, correlation_id, traceparent }: Traced) => ({
  intent_id,
  caller,
  ...(correlation_id !== undefined && { correlation_id }),
  ...(traceparent !== undefined && { trace_id: traceparent.split('-')[1] }),
});
