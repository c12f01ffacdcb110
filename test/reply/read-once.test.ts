import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeControlLoop } from '../../shared/control/control.ts';
import type { Received } from '../../shared/control/received.ts';
import type { Result } from '../../shared/intent/result.ts';
import { OPERATIONS, operations } from '../../shared/operations/index.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { makeAccounts } from '../../shared/upstream/accounts.ts';
import { makeAuthorised } from '../../shared/upstream/authorise.ts';
import type { Exchange } from '../../shared/upstream/exchange.ts';
import { makePaced } from '../../shared/upstream/pace.ts';
import { makeTokens } from '../../shared/upstream/tokens.ts';
import { fingerprint } from '../support/fingerprints.ts';
import { plainJob } from '../support/fixtures.ts';
import { LIMITS } from '../support/limits.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { bodyOf, intentOf, NOW } from '../support/messages.ts';

const JOBS = Array.from({ length: 100 }, (_, i) => String(i + 1));
const now = () => Date.parse(NOW);
const { log } = keptLog();
let ids = 0;
const newId = () => `id ${++ids}`;

/** The layers that every request goes through, over one upstream that says the same to all. */
const startUpstream = (secret: object, exchange: Exchange) => {
  const text = JSON.stringify({ projects: { '*': secret } });
  const ttl = { ttlMs: 300_000, leastRefreshMs: 5_000 };
  const { send, identify } = makeAuthorised(
    {
      accounts: makeAccounts({ fetch: async () => text, now, log }, ttl),
      tokens: makeTokens({ now }),
      exchange,
      sign: ({ headers }) => headers,
      fingerprint,
      now,
      log,
      newId,
    },
    {
      endpoints: { dli: 'https://dli.test', drs: 'https://drs.test', iam: 'https://iam.test' },
      language: 'en-us',
      version: '1.2.3',
      callsPerKey: 1,
      refusedMs: 60_000,
    },
  );
  const pause = async () => undefined;
  return { send: makePaced({ send, now, random: () => 0, pause }), identify };
};

/** The control loop over these layers, which keeps the results. */
const startLayers = (secret: object, exchange: Exchange) => {
  const results: Result[] = [];
  const run = makeControlLoop<Received>(
    {
      ...startUpstream(secret, exchange),
      ledger: memoryLedger(),
      publish: async (batch) => {
        results.push(...batch);
        return batch.map(() => true);
      },
      remove: async () => undefined,
      deadLetter: async () => true,
      postpone: async () => undefined,
      log,
      now,
      random: () => 0,
      newId,
    },
    LIMITS,
  );
  return { results, run };
};

/** How often `work` parses a text as JSON. */
const parsesOf = async (text: string, work: () => Promise<unknown>): Promise<number> => {
  const parse = vi.spyOn(JSON, 'parse');
  await work();
  return parse.mock.calls.filter(([parsed]) => parsed === text).length;
};

afterEach(() => vi.restoreAllMocks());

const CREDENTIALS: readonly (readonly [string, object])[] = [
  ['a key pair', { ak: 'AKID', sk: 'secret' }],
  ['a token', { user: 'fan-in', password: 'password', domain: 'OTC-1' }],
];

describe.each(CREDENTIALS)('by %s', (_, secret) => {
  it.each(operations.map(({ name }) => name))(
    'a plain success of %s for 100 jobs is parsed once, from the wire to the results',
    async (operation: OperationName) => {
      const asked = JOBS.map((id) => plainJob(operation, id));
      const { jobs } = intentOf({ operation, jobs: asked });
      const { status, body } = OPERATIONS[operation].answer(jobs, 'en-us');
      const text = JSON.stringify(body);
      const token = { kind: 'replied', status: 201, body: '{}', subjectToken: 'token' } as const;
      const { results, run } = startLayers(secret, async ({ url }) =>
        url.includes('/auth/tokens') ? token : { kind: 'replied', status, body: text },
      );
      const message = { messageId: 'm', body: bodyOf({ operation, jobs: asked }), receiveCount: 1 };
      const parses = await parsesOf(text, () => run([message], () => 60_000));
      expect(results.map(({ outcome }) => outcome)).toEqual(JOBS.map(() => 'delivered'));
      expect(parses).toBe(1);
    },
  );
});
