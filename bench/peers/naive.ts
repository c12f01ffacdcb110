import type { SQSEvent } from 'aws-lambda';
import { carryOutRecord } from './carry-out-record.ts';

/** No queue: one invocation per request calls the upstream, publishes, and fails if it could do neither. */
export const handler = async ({ Records }: SQSEvent): Promise<void> => {
  await Promise.all(Records.map(carryOutRecord));
};
