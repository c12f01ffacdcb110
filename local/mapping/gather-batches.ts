import type { SQSRecord } from 'aws-lambda';

/** Lambda's limit for the payload of a synchronous invocation. Source: Lambda quotas. */
const MAX_PAYLOAD_BYTES = 6_291_456;

const FRAME_BYTES = Buffer.byteLength(JSON.stringify({ Records: [] }));
const COMMA_BYTES = 1;

export interface GatherOptions {
  readonly batchSize: number;
  /** How long a batch waits for more since its first message; 0 hands over what one receive gave. */
  readonly windowMs: number;
  /** Takes a batch of 1 to `batchSize` messages. */
  readonly handOver: (batch: readonly SQSRecord[]) => void;
}

export interface Gathering {
  /** Takes the messages of one receive. */
  readonly add: (records: readonly SQSRecord[]) => void;
  /** Hands over what is there, window or not. */
  readonly flush: () => void;
  /** How many messages wait for their batch. */
  readonly size: () => number;
  /** When the window of these closes, in milliseconds since 1970; undefined while none waits. */
  readonly closesAt: () => number | undefined;
}

/**
 * Gathers messages into batches. A batch is handed over when it is full, when its window has passed, or when the next
 * message would bring the invocation's payload over 6 MB: that message then begins the next batch.
 */
export const gatherBatches = ({ batchSize, windowMs, handOver }: GatherOptions): Gathering => {
  let batch: SQSRecord[] = [];
  let bytes = FRAME_BYTES;
  let timer: NodeJS.Timeout | undefined;
  let closesAt: number | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    closesAt = undefined;
    if (batch.length === 0) return;
    const full = batch;
    batch = [];
    bytes = FRAME_BYTES;
    handOver(full);
  };

  const addOne = (record: SQSRecord): void => {
    const added = Buffer.byteLength(JSON.stringify(record)) + COMMA_BYTES;
    // The last message needs no comma.
    if (bytes + added - COMMA_BYTES > MAX_PAYLOAD_BYTES) flush();
    if (batch.length === 0 && windowMs > 0) {
      timer = setTimeout(flush, windowMs);
      closesAt = Date.now() + windowMs;
    }
    batch.push(record);
    bytes += added;
    if (batch.length === batchSize) flush();
  };

  return {
    add: (records) => {
      for (const record of records) addOne(record);
      if (windowMs === 0) flush();
    },
    flush,
    size: () => batch.length,
    closesAt: () => closesAt,
  };
};
