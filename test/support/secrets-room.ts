import { inspect } from 'node:util';
import { makeControlLoop } from '../../shared/control/control.ts';
import { makePublish } from '../../shared/edge/bus.ts';
import { makeDeadLetter, readRecord } from '../../shared/edge/queue.ts';
import { makePostpone, makeRemove } from '../../shared/edge/queue-return.ts';
import { sign } from '../../shared/edge/signer.ts';
import { makeDynamoLedger } from '../../shared/ledger/ledger-dynamodb.ts';
import { checkTable, keepChecking } from '../../shared/ledger/ledger-dynamodb-table.ts';
import { makeAccounts } from '../../shared/upstream/accounts.ts';
import { makeAuthorised } from '../../shared/upstream/authorise.ts';
import { makePaced } from '../../shared/upstream/pace.ts';
import { makeTokens } from '../../shared/upstream/tokens.ts';
import { fingerprint } from './fingerprints.ts';
import { LIMITS } from './limits.ts';
import { recordsOf } from './secrets-batch.ts';
import { makeLeakyClients } from './secrets-clients.ts';
import { type Kept, keepSecrets, type Round } from './secrets-kept.ts';
import { openSource, type Source } from './secrets-source.ts';
import { makeLeakyExchange } from './secrets-upstream.ts';

export type { Round, Source };

const MINUTE = 60_000;

const makeNewId = () => {
  let ids = 0;
  return () => `id-${++ids}`;
};

type Accounts = ReturnType<typeof makeAccounts>;

/** The way upstream, as the handler wires it. */
const authorisedBy = (kept: Kept, accounts: Accounts, newId: () => string) =>
  makeAuthorised(
    {
      accounts,
      tokens: makeTokens(kept),
      exchange: makeLeakyExchange(kept),
      sign,
      fingerprint,
      now: kept.now,
      log: kept.log,
      newId,
    },
    {
      endpoints: {
        dli: 'https://dli.example.com',
        drs: 'https://drs.example.com',
        iam: 'https://iam.example.com',
      },
      language: 'en-us',
      version: '0.0.0',
      callsPerKey: 1,
      refusedMs: MINUTE,
    },
  );

type Clients = ReturnType<typeof makeLeakyClients>;

/** The control loop, as the handler wires it. */
const wireLoop = (kept: Kept, accounts: Accounts, { dynamoDb, eventBridge, sqs }: Clients) => {
  const { now, log } = kept;
  const newId = makeNewId();
  const { send, identify } = authorisedBy(kept, accounts, newId);
  const pause = async (ms: number): Promise<void> => {
    kept.clock.now += ms;
  };
  return makeControlLoop(
    {
      ledger: makeDynamoLedger({ dynamoDb, log }, 'ledger'),
      identify,
      send: makePaced({ send, now, random: () => 0.5, pause }),
      publish: makePublish(
        { eventBridge, log },
        { busName: 'bus', maxBytes: 256 * 1024, perEvent: 1 },
      ),
      remove: makeRemove({ sqs, log }, { queueUrl: 'https://sqs/intents' }),
      deadLetter: makeDeadLetter({ sqs, log }, { queueUrl: 'https://sqs/dead' }),
      postpone: makePostpone({ sqs, log }, { queueUrl: 'https://sqs/intents' }),
      log,
      now,
      random: () => 0.5,
      newId,
    },
    LIMITS,
  );
};

/**
 * The function `control-jobs` as it is wired, but for its outermost effects: the connection pool and what AWS's clients
 * send. It keeps all that comes out of it, and every secret that was in it.
 */
export const startSecretsRoom = (seed: number, sourceKind: Source) => {
  const kept = keepSecrets(seed);
  const { clock, now, log, out, injected, secrets, ahead } = kept;
  const clients = makeLeakyClients(kept);
  const source = openSource(kept, sourceKind);
  const accounts = makeAccounts(
    { fetch: source.fetch, now, log },
    { ttlMs: 5 * MINUTE, leastRefreshMs: 10_000, needsIam: false },
  );
  const control = wireLoop(kept, accounts, clients);
  const { dynamoDb } = clients;
  let ready: (() => Promise<void>) | undefined;

  /** As the handler does it; after the longest time that a breaker stays open. */
  const invoke = async (number: number, trouble: Round): Promise<void> => {
    clock.now += 16 * MINUTE;
    const until = clock.now + 10 * MINUTE;
    Object.assign(ahead, { ...trouble, upstream: [...trouble.upstream] });
    clients.restart();
    ready ??= keepChecking(() => checkTable({ dynamoDb, log }, 'ledger'));
    try {
      await Promise.all([ready(), accounts.check()]);
      const staying = await control(recordsOf(number).map(readRecord), () => until - clock.now);
      out.push(`staying ${JSON.stringify(staying)}`);
    } catch (error) {
      injected.push('thrown');
      out.push(`thrown ${inspect(error, { depth: 20, showHidden: true })}`);
    }
  };
  return { invoke, secrets, out, injected, stop: source.stop };
};
