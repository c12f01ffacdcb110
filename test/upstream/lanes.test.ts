import { describe, expect, it } from 'vitest';
import { heldBack } from '../../shared/reply/reply.ts';
import type { Outgoing, ReadExchanged } from '../../shared/upstream/exchange.ts';
import { makeLanes, REFUSED_LATELY } from '../../shared/upstream/lanes.ts';
import { NO_TIME } from '../../shared/upstream/send.ts';
import { ANY_TIME, turnUntil } from '../support/deadlines.ts';
import { replied } from '../support/replies.ts';
import { mostAtOnce } from '../support/turns.ts';

const REFUSED_MS = 60_000;

const LOGIN: Outgoing = { method: 'POST', url: 'https://iam/v3/auth/tokens', headers: {} };
const issued = replied(201, '{}');
const bad = replied(401, '{"error":{"code":401}}');
const silence: ReadExchanged = { kind: 'silent', reason: 'no answer' };

/** Lanes over a clock that stands still until it is moved; IAM says what it is told to, or gives a token. */
const begin = () => {
  const state = { now: 1_000_000, reads: 3, peak: 0 };
  const sent: Outgoing[] = [];
  const replies: ReadExchanged[] = [];
  let underWay = 0;
  const laneFor = makeLanes(
    {
      reads: () => state.reads,
      exchange: async (outgoing) => {
        sent.push(outgoing);
        state.peak = Math.max(state.peak, ++underWay);
        await new Promise(setImmediate);
        underWay--;
        return replies.shift() ?? issued;
      },
      now: () => state.now,
    },
    { callsPerKey: 3, refusedMs: REFUSED_MS },
  );
  const lane = laneFor('key', 'user');
  const login = (project = 'p', turn = ANY_TIME) => lane.login(project, turn)(LOGIN);
  return { state, sent, replies, laneFor, lane, login };
};

describe('a credential has one lane', () => {
  it('the same for every caller; another credential has another', () => {
    const { laneFor, lane } = begin();
    lane.noteRefused('p', 3);
    expect(laneFor('key', 'user').readsAtRefusal()).toBe(3);
    expect(laneFor('another', 'user').readsAtRefusal()).toBeUndefined();
  });
});

describe('one that was refused is refused for a while', () => {
  it('and it is known how many times credentials had been read when the request went out', () => {
    const { lane, state } = begin();
    expect([lane.readsAtRefusal(), lane.isRefusedForAll()]).toEqual([undefined, false]);
    lane.noteRefused('p', 0);
    state.now += REFUSED_MS - 1;
    expect([lane.readsAtRefusal(), lane.isRefusedForAll()]).toEqual([0, true]);
    state.now += 1;
    expect([lane.readsAtRefusal(), lane.isRefusedForAll()]).toEqual([undefined, false]);
  });
});

describe('it is condemned, unless the trouble may be one project’s own', () => {
  it('as another was served meanwhile', () => {
    const { lane } = begin();
    lane.noteServed('other');
    lane.noteRefused('p', 1);
    expect([lane.readsAtRefusal(), lane.isRefusedForAll()]).toEqual([1, false]);
  });

  it('that it was itself served before is no sign', () => {
    const { lane } = begin();
    lane.noteServed('p');
    lane.noteRefused('p', 1);
    expect(lane.isRefusedForAll()).toBe(true);
  });

  it('nor that another was served before the last time', () => {
    const { lane } = begin();
    lane.noteServed('other');
    lane.noteRefused('p', 1);
    lane.noteRefused('p', 2);
    expect(lane.isRefusedForAll()).toBe(true);
  });

  it.each<[string, ReadExchanged, boolean]>([
    ['a token for another proves it', issued, true],
    ['a redirect does not', replied(300, ''), false],
    ['nor does IAM in trouble', replied(503, ''), false],
    ['nor silence', silence, false],
  ])('%s', async (_, reply, isProof) => {
    const { lane, login, replies } = begin();
    replies.push(reply);
    expect(await login('other')).toBe(reply);
    lane.noteRefused('p', 1);
    expect(lane.isRefusedForAll()).toBe(!isProof);
  });
});

describe('logins go out one after another until one has succeeded', () => {
  it('then four at a time', async () => {
    const { login, state, sent } = begin();
    const first = login('a');
    const others = Promise.all(['b', 'c', 'd', 'e', 'f', 'g'].map((project) => login(project)));
    await new Promise(setImmediate);
    expect([sent.length, state.peak]).toEqual([1, 1]);
    await Promise.all([first, others]);
    expect([sent.length, state.peak]).toEqual([7, 4]);
  });

  it('one after another again when that is half a minute ago, or one was refused', async () => {
    const { login, state, sent, replies } = begin();
    const peakOf = async (projects: string) => {
      state.peak = 0;
      await Promise.all([...projects].map((project) => login(project)));
      return state.peak;
    };
    await login();
    expect(await peakOf('abc')).toBe(3);
    replies.push(silence);
    state.now += 30_000;
    expect(await peakOf('ab')).toBe(1);
    replies.push(bad);
    await login();
    state.now += REFUSED_MS;
    replies.push(silence, silence);
    expect(await peakOf('ab')).toBe(1);
    expect(sent).toHaveLength(9);
  });

  it('so that a bad password is tried once, and again when a while has passed', async () => {
    const { login, state, sent, replies, lane } = begin();
    replies.push(bad, bad);
    const all = Promise.all(['a', 'b', 'c'].map((project) => login(project)));
    await new Promise(setImmediate);
    state.reads++;
    expect(await all).toEqual([bad, heldBack(REFUSED_LATELY), heldBack(REFUSED_LATELY)]);
    // As many as before it went out: what was read since may be a better one.
    expect([sent.length, lane.readsAtRefusal()]).toEqual([1, 3]);
    state.now += REFUSED_MS;
    expect(await login()).toBe(bad);
    expect([sent.length, lane.readsAtRefusal()]).toEqual([2, 4]);
  });

  it('and if there is no time left when it is its turn, it does not go out', async () => {
    const { login, state, sent, lane } = begin();
    const turn = turnUntil(state.now);
    const both = Promise.all([login('a', turn), login('b', turn)]);
    await new Promise(setImmediate);
    state.now++;
    expect(await both).toEqual([issued, heldBack(NO_TIME)]);
    expect([sent, lane.readsAtRefusal()]).toEqual([[LOGIN], undefined]);
    expect(NO_TIME).toBe('no time is left to begin');
  });
});

describe('requests that are signed', () => {
  it('go out as many at a time as it is set', async () => {
    const { inTurn } = begin().laneFor('another', 'key');
    expect(await mostAtOnce(10, issued, (run, i) => inTurn(`p${i}`, run))).toBe(3);
  });
});
