import middy from '@middy/core';
import packageInfo from '../package.json' with { type: 'json' };
import { makeAccept } from '../shared/accept/accept.ts';
import { makeAcceptEnveloped } from '../shared/accept/enveloped.ts';
import { measuredPayload } from '../shared/accept/measured-payload.ts';
import { makeAcceptPayload } from '../shared/accept/payload.ts';
import type { Receipt } from '../shared/accept/receipt.ts';
import { readAcceptConfig } from '../shared/edge/accept-config.ts';
import { readEventsConfig } from '../shared/edge/callers-config.ts';
import { keyOf } from '../shared/edge/intent-id.ts';
import { readMetricsConfig } from '../shared/edge/metrics.ts';
import { readTogether } from '../shared/json/settings.ts';
import { openAcceptEdges } from './wiring/accept-edges.ts';
import { makeInstruments } from './wiring/instruments.ts';

const [config, { sourceGrants }, namespace] = readTogether(
  () => readAcceptConfig(process.env),
  () => readEventsConfig(process.env),
  () => readMetricsConfig(process.env),
);
const { unwrap, takesReplays } = config;
const instruments = makeInstruments(
  { log: config.log, namespace },
  { service: 'accept-event', version: packageInfo.version },
);
const { log, measure, instrumented } = instruments;
const edges = openAcceptEdges(config, instruments);
const options = { now: edges.now, takesReplays, sourceGrants };
const acceptPayload = makeAcceptPayload(makeAccept(edges), { ...options, keyOf });

/** Event rule or direct invocation → intents → queue. */
export const handler = middy<unknown, Receipt | readonly Receipt[]>(
  instrumented(
    measuredPayload(makeAcceptEnveloped(acceptPayload, { ...options, opens: unwrap }), {
      measure,
      log,
    }),
  ),
);
