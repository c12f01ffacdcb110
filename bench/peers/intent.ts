import type { SQSRecord } from 'aws-lambda';

/** What the peers read of a message: the same text that our control loop gets. */
export interface Wish {
  readonly intentId: string;
  readonly operation: 'run' | 'stop';
  readonly project: string;
  readonly jobs: readonly string[];
}

/** Ids are texts in the message, so that none is rounded. */
export const readWish = ({ body }: Pick<SQSRecord, 'body'>): Wish => {
  const { intent_id, operation, project_id, jobs } = JSON.parse(body);
  return {
    intentId: intent_id,
    operation: operation === 'dli.stop' ? 'stop' : 'run',
    project: project_id,
    jobs,
  };
};
