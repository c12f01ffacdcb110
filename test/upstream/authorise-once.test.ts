import { describe, expect, it } from 'vitest';
import { MisconfiguredError } from '../../shared/json/settings.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import { heldBack } from '../../shared/reply/reply.ts';
import type { Exchanged } from '../../shared/upstream/exchange.ts';
import {
  type Found,
  isLogin,
  pair,
  run,
  SILENCE,
  startOnce,
  user,
} from '../support/authorise-again-room.ts';
import { ANY_TIME, TOO_LATE, turnUntil } from '../support/deadlines.ts';
import { wireReply } from '../support/replies.ts';

describe('what did not go well is told, by the id under which it went out', () => {
  it.each([200, 202, 299])('%i did', async (status) => {
    const { go, replies, lines } = startOnce(pair('AK'));
    replies.push(wireReply(status, []));
    expect(await go()).toMatchObject({ kind: 'replied', status });
    expect(lines).toEqual([]);
  });

  it.each<[Exchanged, object]>([
    [wireReply(300, ''), { status: 300 }],
    [wireReply(503, 'body'), { status: 503 }],
    [SILENCE, { reason: 'no answer' }],
  ])('%j did not', async (reply, why) => {
    const { go, replies, lines } = startOnce(pair('AK'));
    replies.push(reply);
    const sentBy = { key: 'AK', isRefused: false };
    expect(await go()).toEqual({ ...readReply(reply), requestId: 'id-1', sentBy });
    const fields = { request_id: 'id-1', path: '/p/run', ...why };
    expect(lines).toEqual([{ level: 'info', event: 'upstream request', fields }]);
  });

  it('but not what an exchange says that breaks its word: it may quote a secret', async () => {
    const { go, replies, lines } = startOnce(pair('AK'));
    replies.push(new Error('secret-key in another form'));
    const reason = 'the exchange failed';
    expect(await go()).toMatchObject({ kind: 'silent', reason });
    expect(lines).toMatchObject([{ fields: { reason } }]);
    expect(JSON.stringify(lines)).not.toContain('form');
  });
});

describe('nothing goes out', () => {
  it.each<[string, Found, string]>([
    ['without a credential', undefined, 'the project has no credential'],
    ['while none can be had', 'out of reach', 'the credentials are out of reach'],
    [
      'nor while the setting is bad',
      new MisconfiguredError('why'),
      'the credentials are out of reach',
    ],
  ])('%s', async (_, found, reason) => {
    const { go, sent } = startOnce(found);
    expect(await go()).toEqual(heldBack(reason));
    expect(sent).toEqual([]);
  });

  it('and a bug is not taken for a credential that is out of reach', async () => {
    const { go, identify } = startOnce(new TypeError('a bug'));
    await expect(go()).rejects.toThrow('a bug');
    await expect(identify(run().project)).rejects.toThrow('a bug');
  });

  it('for a user without an IAM endpoint', async () => {
    const { go, sent } = startOnce(user(), {});
    expect(await go()).toEqual(heldBack('no IAM endpoint is set'));
    expect(sent).toEqual([]);
  });

  it('when the time is over once the token is there; no credential is to blame', async () => {
    const { go, state, sent, refreshes, lines } = startOnce(user());
    state.loginMs = 10;
    expect(await go('p', turnUntil(state.now + 9))).toEqual(heldBack('no time is left to begin'));
    expect(sent.map(isLogin)).toEqual([true]);
    expect([refreshes, lines]).toEqual([[], []]);
  });

  it('nor by a pair of keys, without time', async () => {
    const { go, sent, refreshes } = startOnce(pair('AK'));
    expect(await go('p', TOO_LATE)).toEqual(heldBack('no time is left to begin'));
    expect([sent, refreshes]).toEqual([[], []]);
  });
});

describe('a request goes out with the body that it has', () => {
  it('or without one', async () => {
    const { send, sent } = startOnce(pair('AK'));
    const { body: _, ...look } = run();
    await send({ ...look, method: 'GET' }, ANY_TIME);
    await send(run(), ANY_TIME);
    expect(sent.map((outgoing) => Object.hasOwn(outgoing, 'body'))).toEqual([false, true]);
    expect(sent[1]?.body).toBe('[]');
  });
});
