import { describe, expect, it } from 'vitest';
import {
  type Identity,
  isProjectId,
  type MayBegin,
  type ProjectId,
} from '../../shared/operations/operation.ts';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { makeBreakers } from '../../shared/upstream/breakers.ts';
import { OPEN, wayOf, wayOfKey, wayOfRoute } from '../../shared/upstream/circuit-breaker.ts';
import { breakersOf } from '../../shared/upstream/shared-breaker.ts';
import { keptLog } from '../support/logs.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { startRecords } from '../support/records-room.ts';
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
const always = () => true;

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
  const under: { readonly mayBegin: MayBegin; readonly answer: (reply: Reply) => void }[] = [];
  const { log, lines } = keptLog();
  const open = async (...projects: readonly string[]) => {
    const gates = makeBreakers(
      {
        records,
        log,
        now: () => AT,
        identify: async () => identity,
        send: (_, mayBegin) => {
          const { promise, resolve } = Promise.withResolvers<Reply>();
          under.push({ mayBegin, answer: resolve });
          return promise;
        },
      },
      PROBE_MS,
    );
    await gates.open(projects.map(to));
    return gates;
  };
  const cool = (way: string, until: number) =>
    breakersOf(records).write(way, { ...OPEN, until, step: 1 }, undefined);
  const stored = async (way: string) => (await breakersOf(records).read([way]))?.get(way)?.record;
  return { open, cool, stored, under, reads, lines };
};

/** All that can happen without another reply has happened. */
const settle = () => new Promise(setImmediate);

const ofProject = wayOf('dli', projectOf('p'));
const ofKey = wayOfKey('pair');

describe('after a cool-down one request goes alone, whatever it was that cooled down', () => {
  it.each([
    ['the project’s way', ofProject],
    ['the credential’s', ofKey],
  ])('%s', async (_, way) => {
    const { open, cool, under } = begin();
    await cool(way, AT);
    const { send } = await open('p');
    const sending = [1, 2, 3].map(() => send(requestTo(), always));
    await settle();
    expect(under).toHaveLength(1);
    under[0]?.answer(GOOD);
    await settle();
    expect(under).toHaveLength(3);
    for (const { answer } of under) answer(GOOD);
    expect(await Promise.all(sending)).toEqual([GOOD, GOOD, GOOD]);
  });

  it('a credential’s is taken on only by one who could send: others may go meanwhile', async () => {
    const { open, cool } = begin();
    await cool(ofKey, AT);
    await cool(ofProject, AT + 60_000);
    expect((await open('p')).standing(to())).toBe('closed');
    expect((await open('q')).standing(to('q'))).toBe('open');
  });

  it('a project’s is not, where somebody else sees to the credential', async () => {
    const { open, cool, stored } = begin();
    await cool(ofKey, AT);
    await cool(ofProject, AT);
    await open('q');
    const late = await open('p');
    expect([late.standing(to()), late.pause(to())]).toEqual(['closed', 3]);
    expect(await stored(ofProject)).toEqual({ ...OPEN, until: AT, step: 1 });
  });
});

describe('the looks of a project have a probe of their own', () => {
  const look = { ...to(), route: 'look' } as const;
  const ofLooks = wayOfRoute(look);

  it('which is noted only where something is looked at; calls do not wait for it', async () => {
    const { open, cool, under, stored } = begin();
    await cool(ofLooks, AT);
    const { send, leave } = await open('p');
    expect(await stored(ofLooks)).toMatchObject({ until: AT, probing: false });
    const looking = [1, 2, 3].map(() => send({ ...requestTo(), route: 'look' }, always));
    const calling = send(requestTo(), always);
    await settle();
    // One look, and the call.
    expect(under).toHaveLength(2);
    expect(await stored(ofLooks)).toMatchObject({ until: AT + PROBE_MS, probing: true });
    for (const { answer } of under) answer(GOOD);
    await settle();
    expect(under).toHaveLength(4);
    for (const { answer } of under) answer(GOOD);
    expect(await Promise.all([...looking, calling])).toEqual([GOOD, GOOD, GOOD, GOOD]);
    await leave();
    expect(await stored(ofLooks)).toEqual(OPEN);
  });

  it('of two invocations one alone looks', async () => {
    const { open, cool, under } = begin();
    await cool(ofLooks, AT);
    const [first, second] = [await open('p'), await open('p')];
    const looking = first.send({ ...requestTo(), route: 'look' }, always);
    await settle();
    expect(await second.send({ ...requestTo(), route: 'look' }, always)).toEqual(
      heldBack('cooling down'),
    );
    expect([second.standing(look), second.pause(look)]).toEqual(['closed', 3]);
    expect(second.standing(to())).toBe('open');
    under[0]?.answer(GOOD);
    expect(await looking).toEqual(GOOD);
  });
});

describe('a request that waits for its turn learns that its way was closed', () => {
  it('it may not begin any more, whatever time is left', async () => {
    const { open, under } = begin();
    const { send } = await open('p');
    const both = [send(requestTo(), always), send(requestTo(), always)];
    await settle();
    expect(under.map(({ mayBegin }) => mayBegin())).toEqual([true, true]);
    under[0]?.answer(replied(429, ''));
    await both[0];
    expect(under[1]?.mayBegin()).toBe(false);
    under[1]?.answer(heldBack('not any more'));
    await both[1];
  });

  it('and before that, that its time is short', async () => {
    const { open, under } = begin();
    const { send } = await open('p');
    const sending = send(requestTo(), (inMs = 0) => inMs <= 10);
    await settle();
    expect([0, 10, 11].map((ms) => under[0]?.mayBegin(ms))).toEqual([true, true, false]);
    under[0]?.answer(GOOD);
    await sending;
  });
});

describe('a credential that was renewed since, and is refused too', () => {
  it('is closed by its own name, once, however many requests were under way by it', async () => {
    const { open, under, lines, stored } = begin();
    const { send, leave } = await open('p');
    const sending = [1, 2, 3].map(() => send(requestTo(), always));
    await settle();
    for (const { answer } of under)
      answer({ ...replied(401, ''), sentBy: { key: 'renewed', isRefused: true } });
    await Promise.all(sending);
    await leave();
    const closed = lines.map(({ fields }) => Object.entries(fields)[0]);
    expect(closed.toSorted()).toEqual([
      ['way', ofProject],
      ['way', wayOfKey('renewed')],
    ]);
    expect(await stored(wayOfKey('renewed'))).toMatchObject({ until: AT + 60_000 });
    expect(await stored(ofKey)).toBeUndefined();
  });
});

describe('who is held back is told why', () => {
  it('a way that cools down', async () => {
    const { open, cool, under } = begin();
    await cool(ofProject, AT + 60_000);
    const { send } = await open('p');
    expect(await send(requestTo(), always)).toEqual(heldBack('cooling down'));
    expect(under).toEqual([]);
  });

  it.each(['none', 'out of reach'] as const)(
    'a project whose credential is: %s; the ledger is not asked for it',
    async (kind) => {
      const { open, reads } = begin({ kind });
      const { send } = await open('p');
      expect(await send(requestTo(), always)).toEqual(heldBack('nobody can tell if it may go'));
      expect(reads).toEqual([]);
    },
  );
});
