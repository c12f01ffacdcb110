import { SQSClient } from '@aws-sdk/client-sqs';
import { makeAccept } from '../shared/accept/accept.ts';
import { documentRoute } from '../shared/accept/document-route.ts';
import { makeRoutes, tellProblem } from '../shared/accept/routes.ts';
import { joinCalls } from '../shared/batching/join-calls.ts';
import { readAcceptConfig } from '../shared/edge/accept-config.ts';
import { REQUEST_BOUNDS } from '../shared/edge/aws.ts';
import { makeHttpHandler } from '../shared/edge/http.ts';
import { newIntentId } from '../shared/edge/intent-id.ts';
import { makeLog } from '../shared/edge/log.ts';
import { readOpenApi } from '../shared/edge/openapi-file.ts';
import { makeEnqueue } from '../shared/edge/queue.ts';

const config = readAcceptConfig(process.env);
const { queueUrl, maxMessageBytes, deadlineMs, basePath } = config;
const log = makeLog(config.log);
const now = () => new Date();

const enqueue = makeEnqueue(
  { sqs: new SQSClient(REQUEST_BOUNDS), log },
  { queueUrl, maxBytes: maxMessageBytes },
);

const accept = makeAccept({
  // An environment that serves several requests at once sends their messages together.
  enqueue: joinCalls(enqueue),
  now,
  newIntentId,
  maxMessageBytes,
  deadlineMs,
});

/** HTTP API → intents → queue. */
export const handler = makeHttpHandler({
  routes: [...makeRoutes(accept, now), documentRoute(readOpenApi)],
  tell: tellProblem,
  newIntentId,
  log,
  basePath,
});
