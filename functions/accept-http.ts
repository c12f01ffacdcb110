import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as newVersion } from 'uuid';
import packageInfo from '../package.json' with { type: 'json' };
import { makeAcceptSteps } from '../shared/accept/accept.ts';
import { makeAcceptOnce, REMEMBERED_MS } from '../shared/accept/accept-once.ts';
import { documentRoute } from '../shared/accept/document-route.ts';
import { hookRoute } from '../shared/accept/hook-route.ts';
import { makeReadStatus } from '../shared/accept/read-status.ts';
import { makeRequestMemory } from '../shared/accept/request-memory.ts';
import { makeRoutes, tellProblem } from '../shared/accept/routes.ts';
import { openOnce } from '../shared/batching/open-once.ts';
import { makeTokenBuckets } from '../shared/batching/token-buckets.ts';
import { makeAdmit } from '../shared/callers/admit.ts';
import { type IamExchange, makeAskIam } from '../shared/callers/iam-reply.ts';
import { makeReadToken } from '../shared/callers/iam-tokens.ts';
import { keepCallers } from '../shared/callers/kept-callers.ts';
import { schemesOf } from '../shared/callers/schemes.ts';
import { readAcceptConfig } from '../shared/edge/accept-config.ts';
import { LEDGER_BOUNDS, REQUEST_BOUNDS } from '../shared/edge/aws.ts';
import { readCallersConfig } from '../shared/edge/callers-config.ts';
import { makeHttpHandler } from '../shared/edge/http.ts';
import { hasTag, keyOf, newIntentId, tagId } from '../shared/edge/intent-id.ts';
import { makeLazyLedger, openLedger } from '../shared/edge/lazy-ledger.ts';
import { readLedgerConfig } from '../shared/edge/ledger-config.ts';
import { readMetricsConfig } from '../shared/edge/metrics.ts';
import { readOpenApi } from '../shared/edge/openapi-file.ts';
import { makeFileSource } from '../shared/edge/secrets-file.ts';
import { readTogether } from '../shared/json/settings.ts';
import { joinReads } from '../shared/ledger/join-reads.ts';
import { measuredLedger } from '../shared/ledger/measured-ledger.ts';
import { makeRecords } from '../shared/ledger/records.ts';
import { requestCodec } from '../shared/ledger/request-record.ts';
import { openAcceptEdges } from './wiring/accept-edges.ts';
import { makeInstruments } from './wiring/instruments.ts';

const [config, callers, ledgerPlace, namespace] = readTogether(
  () => readAcceptConfig(process.env),
  () => readCallersConfig(process.env),
  () => readLedgerConfig(process.env),
  () => readMetricsConfig(process.env),
);
const instruments = makeInstruments(
  { log: config.log, namespace },
  { service: 'accept-http', version: packageInfo.version },
);
const { log, measure, instrumented } = instruments;
const acceptEdges = openAcceptEdges(config, instruments);
const { now } = acceptEdges;
const steps = makeAcceptSteps({ ...acceptEdges, tagged: tagId });

/** Opened at the first request that has a key or asks for a status. */
const ledger = measuredLedger(
  joinReads(
    makeLazyLedger(
      () => openLedger({ ...ledgerPlace, dynamoDb: LEDGER_BOUNDS, now: Date.now, log }),
      log,
    ),
  ),
  measure,
);

const records = makeRecords(ledger, {
  newVersion,
  now: Date.now,
  // An hour more than a request is remembered, for clocks that differ.
  keepSeconds: REMEMBERED_MS / 1_000 + 3_600,
  log,
});

const memory = makeRequestMemory(records.of(requestCodec), keyOf, Date.now);

const edges = {
  acceptOnce: makeAcceptOnce({ ...steps, memory, keyOf, now, pause: sleep }),
  keyOf,
  hasTag,
  status: { readStatus: makeReadStatus(records), now: Date.now, pause: sleep },
};

/** Callers such as EventBridge wait for five seconds. */
const IAM_TIMEOUT_MS = 3_000;

const IAM_CONNECTION = {
  connectTimeoutMs: IAM_TIMEOUT_MS,
  headersTimeoutMs: IAM_TIMEOUT_MS,
  bodyTimeoutMs: IAM_TIMEOUT_MS,
  keepAliveMs: 4_000,
};

/** Secrets Manager's client is imported at the first request: a cold start does not wait for it. */
const openSecret = openOnce(async (): Promise<() => Promise<string>> => {
  const { id, file } = callers.secret;
  if (id === undefined) return makeFileSource(file, 'CALLERS_FILE');
  const [{ SecretsManagerClient }, { makeSecretsManagerSource }] = await Promise.all([
    import('@aws-sdk/client-secrets-manager'),
    import('../shared/edge/secrets-aws.ts'),
  ]);
  const client = new SecretsManagerClient(REQUEST_BOUNDS);
  return makeSecretsManagerSource(client, id, 'CALLERS_SECRET_ID');
});

const fetchCallers = async (): Promise<string> => {
  const read = await openSecret();
  return read();
};

/** undici is imported for the first token of IAM: a cold start does not wait for it. */
const openIam = openOnce(async (): Promise<IamExchange> => {
  const { makeDispatcher, makeExchange } = await import('../shared/edge/upstream.ts');
  return makeExchange(makeDispatcher(IAM_CONNECTION), { timeoutMs: IAM_TIMEOUT_MS });
});

const askIam: IamExchange = async (outgoing) => {
  const exchange = await openIam();
  return exchange(outgoing);
};

const readToken =
  callers.iam === undefined ? undefined : makeReadToken(makeAskIam(callers.iam, askIam));

const admit = makeAdmit({
  schemes: keepCallers(
    {
      fetch: fetchCallers,
      make: (version) => schemesOf(version, { readToken }),
      now: Date.now,
      log,
      measure,
      pause: sleep,
    },
    { ttlMs: callers.ttlMs, retryMs: 10_000 },
  ),
  now,
});

/** HTTP API → intents → queue. */
export const handler = instrumented(
  makeHttpHandler({
    routes: [
      ...makeRoutes(edges),
      hookRoute({ ...edges, newIntentId, now }),
      documentRoute(readOpenApi),
    ],
    tell: tellProblem,
    admit,
    takeToken: callers.limit ? makeTokenBuckets({ ...callers.limit, now: Date.now }) : () => 0,
    newIntentId,
    log,
    measure,
    basePath: config.basePath,
  }),
);
