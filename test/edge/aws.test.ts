import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { withoutCopies } from '../../shared/edge/aws.ts';
import { AWS } from '../support/aws.ts';

it.each([
  ['DynamoDB', () => new DynamoDBClient(AWS)],
  ['EventBridge', () => new EventBridgeClient(AWS)],
  ['SQS', () => new SQSClient(AWS)],
] as const)(
  'a client of %s does not copy requests for a log, and has all other steps',
  (_, open) => {
    const { middlewareStack } = open();
    const steps = middlewareStack.identify();
    const kept = withoutCopies(open()).middlewareStack.identify();
    expect(steps.length - kept.length).toBe(1);
    expect(steps.filter((step) => !kept.includes(step))).toEqual([
      expect.stringContaining('loggerMiddleware'),
    ]);
  },
);
