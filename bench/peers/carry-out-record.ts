import type { SQSRecord } from 'aws-lambda';
import { call, RefusedError } from './call.ts';
import { readWish } from './intent.ts';
import { publish } from './publish.ts';

/**
 * One call per record, and its results on the bus: what each design without batches does. A refused call is final, as is
 * usual for a 4xx. Rejects if the record has to come back.
 */
export const carryOutRecord = async (record: Pick<SQSRecord, 'body'>): Promise<void> => {
  const wish = readWish(record);
  const outcome = await call(wish).then(
    () => 'delivered' as const,
    (error: unknown) => {
      if (error instanceof RefusedError) return 'rejected' as const;
      throw error;
    },
  );
  await publish(wish.jobs.map((job_id) => ({ intent_id: wish.intentId, job_id, outcome })));
};
