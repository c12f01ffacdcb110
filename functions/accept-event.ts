import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import packageInfo from '../package.json' with { type: 'json' };
import { makeAccept } from '../shared/accept/accept.ts';
import { makeAcceptEnveloped } from '../shared/accept/enveloped.ts';
import { measuredPayload } from '../shared/accept/measured-payload.ts';
import { makeAcceptPayload } from '../shared/accept/payload.ts';
import type { Receipt } from '../shared/accept/receipt.ts';
import { joinCalls } from '../shared/batching/join-calls.ts';
import { readAcceptConfig } from '../shared/edge/accept-config.ts';
import { REQUEST_BOUNDS } from '../shared/edge/aws.ts';
import { readEventsConfig } from '../shared/edge/callers-config.ts';
import { keyOf, newIntentId } from '../shared/edge/intent-id.ts';
import { makeLog } from '../shared/edge/log.ts';
import { makeMetrics, readMetricsConfig } from '../shared/edge/metrics.ts';
import { makeEnqueue, queueNameOf } from '../shared/edge/queue.ts';
import { makeTracing } from '../shared/edge/tracing.ts';
import { readTogether } from '../shared/json/settings.ts';

const [config, { sourceGrants }, namespace] = readTogether(
  () => readAcceptConfig(process.env),
  () => readEventsConfig(process.env),
  () => readMetricsConfig(process.env),
);
const { queueUrl, maxMessageBytes, deadlineMs, unwrap, takesReplays } = config;
const { log, logged } = makeLog(config.log, {
  service: 'accept-event',
  version: packageInfo.version,
});
const { measure, measured } = makeMetrics({ namespace, log }, 'accept-event');
const { startSpan, traced } = makeTracing({ version: packageInfo.version });
const now = () => new Date();

const enqueue = makeEnqueue(
  { sqs: new SQSClient(REQUEST_BOUNDS), log },
  { queueUrl, maxBytes: maxMessageBytes },
);

const accept = makeAccept({
  // The intents of a batch are sent together.
  enqueue: joinCalls(enqueue),
  now,
  newIntentId,
  maxMessageBytes,
  deadlineMs,
  measure,
  log,
  startSpan,
  queueName: queueNameOf(queueUrl),
});

const acceptPayload = makeAcceptPayload(accept, { now, keyOf, takesReplays, sourceGrants });

/** Event rule or direct invocation → intents → queue. */
export const handler = middy<unknown, Receipt | readonly Receipt[]>(
  logged(
    measured(
      traced(
        measuredPayload(
          makeAcceptEnveloped(acceptPayload, { now, opens: unwrap, takesReplays, sourceGrants }),
          { measure, log },
        ),
      ),
    ),
  ),
);
