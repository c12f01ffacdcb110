import middy from '@middy/core';
import partialBatchFailure from '@middy/sqs-partial-batch-failure';
import type { SQSEvent } from 'aws-lambda';
import { carryOutRecord } from './carry-out-record.ts';

/** `@middy/sqs-partial-batch-failure`: one call per record. https://middy.js.org/docs/middlewares/sqs-partial-batch-failure */
export const handler = middy<SQSEvent, unknown>()
  .use(partialBatchFailure({ logger: () => undefined }))
  .handler(({ Records }: SQSEvent) => Promise.allSettled(Records.map(carryOutRecord)));
