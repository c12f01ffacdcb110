import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { REQUEST_BOUNDS } from '../../shared/edge/aws.ts';
import { carryOutRecord } from './carry-out-record.ts';

/**
 * `@aws-lambda-powertools/batch` with `@aws-lambda-powertools/idempotency` around each record, by its message id.
 * https://docs.powertools.aws.dev/lambda/typescript/latest/features/idempotency/#batch-integration
 */
const processor = new BatchProcessor(EventType.SQS);

const config = new IdempotencyConfig({ eventKeyJmesPath: 'messageId' });

const carryOutOnce = makeIdempotent((record: SQSRecord) => carryOutRecord(record), {
  persistenceStore: new DynamoDBPersistenceLayer({
    tableName: process.env.LEDGER_TABLE ?? '',
    awsSdkV3Client: new DynamoDBClient(REQUEST_BOUNDS),
  }),
  config,
});

export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  config.registerLambdaContext(context);
  return processPartialResponse(event, carryOutOnce, processor, {
    context,
    processInParallel: true,
    throwOnFullBatchFailure: false,
  });
};
