import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { carryOutRecord } from './carry-out-record.ts';

/**
 * `@aws-lambda-powertools/batch`: the records of a batch in parallel, one call each.
 * https://docs.powertools.aws.dev/lambda/typescript/latest/features/batch/
 */
const processor = new BatchProcessor(EventType.SQS);

export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
  processPartialResponse(event, carryOutRecord, processor, {
    context,
    processInParallel: true,
    throwOnFullBatchFailure: false,
  });
