import { createTable, startDynamoDb } from './dynamodb.ts';
import { beginStack, JSON_TYPE, send, type TestStack } from './stack.ts';
import { INTENTS_PATH } from './vendor.ts';

/** A stack that takes a batch at once. */
export const QUICK = { BATCH_SIZE: '10', BATCH_WINDOW_SECONDS: '0' };

/** The kinds of ledger that there are. */
export const LEDGERS = ['SQLite', 'DynamoDB'] as const;

/** Starts a stack over one kind of ledger. */
export const beginOver = async (
  kind: (typeof LEDGERS)[number],
): Promise<{ stack: TestStack; stop: () => Promise<void> }> => {
  if (kind === 'SQLite') {
    const stack = await beginStack(QUICK);
    return { stack, stop: stack.stop };
  }
  const { url, dynamoDb, stop } = await startDynamoDb();
  await createTable(dynamoDb, 'ledger');
  const stack = await beginStack({
    ...QUICK,
    LEDGER_TABLE: 'ledger',
    AWS_ENDPOINT_URL_DYNAMODB: url,
  });
  return { stack, stop: () => stack.stop().then(stop) };
};

/** A native request to stop one job of a project. */
export const wish = (project_id: string, more: object = {}): string =>
  JSON.stringify({ operation: 'dli.stop', project_id, jobs: ['2'], ...more });

export const keyed = (key: string) => ({ ...JSON_TYPE, 'Idempotency-Key': key });

/** Asks for the status of an intent. */
export const readStatus = async ({ url }: TestStack, id: string, query = '') => {
  const answer = await send(`${url}${INTENTS_PATH}/${id}${query}`, null, {}, 'GET');
  return { ...answer, body: JSON.parse(answer.text) };
};

/** How many upstream calls there were for a project. */
export const callsFor = ({ upstream }: TestStack, project: string): number =>
  upstream.calls.filter((call) => JSON.stringify(call).includes(project)).length;
