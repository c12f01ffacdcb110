import { describe, expect, it } from 'vitest';
import { isProjectId, type ProjectId } from '../../shared/operations/operation.ts';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { makeBreakers } from '../../shared/upstream/breakers.ts';
import {
  CLOSED,
  credentialBreakerKey,
  projectBreakerKey,
  routeBreakerKey,
} from '../../shared/upstream/circuit-breaker.ts';
import { BREAKER_OPENED, hindrance, type Identity, type Turn } from '../../shared/upstream/send.ts';
import { breakersIn } from '../../shared/upstream/shared-breaker.ts';
import { ANY_TIME, turnUntil } from '../support/deadlines.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { recordAt, startRecords } from '../support/records-room.ts';
import { replied } from '../support/replies.ts';

const AT = 1_000_000;
const PROBE_MS = 30_000;
const KNOWN: Identity = { kind: 'known', key: 'pair' };
const GOOD = replied(200, [{ is_success: 'true' }]);

const projectOf = (text: string): ProjectId => {
  if (!isProjectId(text)) throw new Error('no project id');
  return text;
};
const to = (project = 'p') =>
  ({ service: 'dli', project: projectOf(project), route: 'dli.run' }) as const;
const requestTo = (project?: string) => ({ ...to(project), method: 'POST', path: '/' }) as const;

/** Breakers over a ledger that all invocations share, and an upstream whose replies come when the test says. */
const begin = (identity: Identity = KNOWN) => {
  const inner = memoryLedger();
  const reads: (readonly string[])[] = [];
  const { records } = startRecords({
    ...inner,
    read: (keys) => {
      reads.push(keys);
      return inner.read(keys);
    },
  });
  const under: { readonly turn: Turn; readonly answer: (reply: Reply) => void }[] = [];
  const { log, lines } = keptLog();
  const load = async (...projects: readonly string[]) => {
    const breakers = makeBreakers(
      {
        records,
        log,
        now: () => AT,
        identify: async () => identity,
        send: (_, turn) => {
          const { promise, resolve } = Promise.withResolvers<Reply>();
          under.push({ turn, answer: resolve });
          return promise;
        },
      },
      PROBE_MS,
    );
    await breakers.load(projects.map(to));
    return breakers;
  };
  const trip = (key: string, until: number) =>
    breakersIn(records).write(key, { ...CLOSED, until, step: 1 }, undefined);
  const stored = (key: string) => recordAt(breakersIn(records), key);
  return { load, trip, stored, under, reads, lines };
};

/** All that can happen without another reply has happened. */
const settle = () => new Promise(setImmediate);

const ofProject = projectBreakerKey('dli', projectOf('p'));
const ofKey = credentialBreakerKey('pair');

describe('half-open, one request goes alone, whichever breaker it is', () => {
  it.each([
    ['the project’s breaker', ofProject],
    ['the credential’s', ofKey],
  ])('%s', async (_, key) => {
    const { load, trip, under } = begin();
    await trip(key, AT);
    const { send } = await load('p');
    const sending = [1, 2, 3].map(() => send(requestTo(), ANY_TIME));
    await settle();
    expect(under).toHaveLength(1);
    under[0]?.answer(GOOD);
    await settle();
    expect(under).toHaveLength(3);
    for (const { answer } of under) answer(GOOD);
    expect(await Promise.all(sending)).toEqual([GOOD, GOOD, GOOD]);
  });

  it('a credential’s probe is taken only by one who could send: others may go meanwhile', async () => {
    const { load, trip } = begin();
    await trip(ofKey, AT);
    await trip(ofProject, AT + 60_000);
    expect((await load('p')).stateOf(to())).toBe('open');
    expect((await load('q')).stateOf(to('q'))).toBe('closed');
  });

  it('a project’s is not, where another invocation probes the credential', async () => {
    const { load, trip, stored } = begin();
    await trip(ofKey, AT);
    await trip(ofProject, AT);
    await load('q');
    const late = await load('p');
    expect([late.stateOf(to()), late.waitSeconds(to())]).toEqual(['open', 3]);
    expect(await stored(ofProject)).toEqual({ ...CLOSED, until: AT, step: 1 });
  });
});

describe('the looks of a project have a probe of their own', () => {
  const look = { ...to(), route: 'look' } as const;
  const ofLooks = routeBreakerKey(look);

  it('which is noted only where something is looked at; calls do not wait for it', async () => {
    const { load, trip, under, stored } = begin();
    await trip(ofLooks, AT);
    const { send, finish } = await load('p');
    expect(await stored(ofLooks)).toMatchObject({ until: AT, probing: false });
    const looking = [1, 2, 3].map(() => send({ ...requestTo(), route: 'look' }, ANY_TIME));
    const calling = send(requestTo(), ANY_TIME);
    await settle();
    // One look, and the call.
    expect(under).toHaveLength(2);
    expect(await stored(ofLooks)).toMatchObject({ until: AT + PROBE_MS, probing: true });
    for (const { answer } of under) answer(GOOD);
    await settle();
    expect(under).toHaveLength(4);
    for (const { answer } of under) answer(GOOD);
    expect(await Promise.all([...looking, calling])).toEqual([GOOD, GOOD, GOOD, GOOD]);
    await finish();
    expect(await stored(ofLooks)).toEqual(CLOSED);
  });

  it('of two invocations one alone looks', async () => {
    const { load, trip, under } = begin();
    await trip(ofLooks, AT);
    const [first, second] = [await load('p'), await load('p')];
    const looking = first.send({ ...requestTo(), route: 'look' }, ANY_TIME);
    await settle();
    expect(await second.send({ ...requestTo(), route: 'look' }, ANY_TIME)).toEqual(
      heldBack('the circuit breaker is open'),
    );
    expect([second.stateOf(look), second.waitSeconds(look)]).toEqual(['open', 3]);
    expect(second.stateOf(to())).toBe('closed');
    under[0]?.answer(GOOD);
    expect(await looking).toEqual(GOOD);
  });
});

describe('a request that waits for its turn learns that its breaker has opened', () => {
  it('it may not begin any more, whatever time is left', async () => {
    const { load, under } = begin();
    const { send } = await load('p');
    const both = [send(requestTo(), ANY_TIME), send(requestTo(), ANY_TIME)];
    await settle();
    expect(under.map(({ turn }) => hindrance(turn, AT))).toEqual([undefined, undefined]);
    under[0]?.answer(replied(429, ''));
    await both[0];
    expect(under[1] && hindrance(under[1].turn, AT)).toBe(BREAKER_OPENED);
    under[1]?.answer(heldBack('not any more'));
    await both[1];
  });

  it('and has the deadline that it was given', async () => {
    const { load, under } = begin();
    const { send } = await load('p');
    const { beginBy, signal } = turnUntil(AT + 10);
    const sending = send(requestTo(), { beginBy, signal });
    await settle();
    expect(under[0]?.turn).toMatchObject({ beginBy, signal });
    under[0]?.answer(GOOD);
    await sending;
  });
});

describe('a credential that was renewed since, and is refused too', () => {
  it('has a breaker of its own, which opens once, however many requests were under way by it', async () => {
    const { load, under, lines, stored } = begin();
    const { send, finish } = await load('p');
    const sending = [1, 2, 3].map(() => send(requestTo(), ANY_TIME));
    await settle();
    for (const { answer } of under)
      answer({ ...replied(401, ''), sentBy: { key: 'renewed', isRefused: true } });
    await Promise.all(sending);
    await finish();
    const opened = lines.map(({ fields }) => Object.entries(fields)[0]);
    expect(opened.toSorted()).toEqual([
      ['breaker', ofProject],
      ['breaker', credentialBreakerKey('renewed')],
    ]);
    expect(await stored(credentialBreakerKey('renewed'))).toMatchObject({ until: AT + 60_000 });
    expect(await stored(ofKey)).toBeUndefined();
  });
});

describe('a request that is held back says why', () => {
  it('a breaker is open', async () => {
    const { load, trip, under } = begin();
    await trip(ofProject, AT + 60_000);
    const { send } = await load('p');
    expect(await send(requestTo(), ANY_TIME)).toEqual(heldBack('the circuit breaker is open'));
    expect(under).toEqual([]);
  });

  it.each(['none', 'out of reach'] as const)(
    'a project whose credential is: %s; the ledger is not asked for it',
    async (kind) => {
      const { load, reads } = begin({ kind });
      const { send } = await load('p');
      expect(await send(requestTo(), ANY_TIME)).toEqual(
        heldBack('the state of the circuit breaker is unknown'),
      );
      expect(reads).toEqual([]);
    },
  );
});
