import { describe, expect, it } from 'vitest';
import { readReply } from '../../shared/reply/read-reply.ts';
import { heldBack } from '../../shared/reply/reply.ts';
import type { Exchanged } from '../../shared/upstream/exchange.ts';
import {
  BAD_SIGNATURE,
  FORBIDDEN,
  type Found,
  ok,
  pair,
  REFUSED_MS,
  SILENCE,
  startOnce,
  user,
} from '../support/authorise-again-room.ts';
import { wireReply } from '../support/replies.ts';

describe('a refused credential is told once, and read again as of when the request went out', () => {
  it('the same: the refusal is the reply', async () => {
    const { go, replies, refreshes, told, shown } = startOnce(pair('AK'));
    replies.push(BAD_SIGNATURE);
    const sentBy = { key: 'AK', isRefused: true };
    expect(await go()).toEqual({ ...readReply(BAD_SIGNATURE), requestId: 'id-1', sentBy });
    expect([shown(), refreshes]).toEqual([['by AK'], [1]]);
    const fields = { project: 'p', key: 'AK', status: 401 };
    expect(told('credential refused')).toEqual([
      { level: 'warn', event: 'credential refused', fields },
    ]);
  });

  it('another: it is tried, and what becomes of that is the reply', async () => {
    const { state, go, replies, told, shown } = startOnce(pair('old'));
    state.secret = pair('new');
    replies.push(BAD_SIGNATURE, ok);
    expect(await go()).toMatchObject(readReply(ok));
    expect(shown()).toEqual(['by old', 'by new']);
    const fields = { project: 'p', key: 'old', status: 401, renewed: 'new' };
    expect(told('credential refused')).toMatchObject([{ fields }]);
  });

  it('another that is refused too: it is not read a third time', async () => {
    const { state, go, replies, told, shown, refreshes } = startOnce(pair('old'));
    state.secret = pair('new');
    replies.push(BAD_SIGNATURE, BAD_SIGNATURE);
    expect(await go()).toMatchObject({ status: 401, sentBy: { key: 'new', isRefused: true } });
    expect([shown(), refreshes]).toEqual([['by old', 'by new'], [1]]);
    expect(told('credential refused')).toHaveLength(1);
  });

  it('silence after that is silence: it may have been served', async () => {
    const { state, go, replies } = startOnce(pair('old'));
    state.secret = pair('new');
    replies.push(BAD_SIGNATURE, SILENCE);
    expect(await go()).toMatchObject(readReply(SILENCE));
  });

  it('but where nothing was reached, the refusal is the reply', async () => {
    const { state, go, replies } = startOnce(pair('old'));
    state.secret = pair('new');
    replies.push(BAD_SIGNATURE, { kind: 'unsent', why: 'unreachable', reason: 'no answer' });
    expect(await go()).toMatchObject({ status: 401, sentBy: { key: 'old' } });
  });

  it.each<[string, Found]>([
    ['the project has none any more', undefined],
    ['it is not known', 'out of reach'],
  ])('where %s the refusal is the reply', async (_, found) => {
    const { state, go, replies, sent, told } = startOnce(pair('AK'));
    state.secret = found;
    replies.push(BAD_SIGNATURE);
    expect(await go()).toMatchObject(readReply(BAD_SIGNATURE));
    expect([sent.length, told('credential refused')]).toEqual([1, []]);
  });

  it('who waited behind it asks for what was read since then, and tells nothing', async () => {
    const { go, replies, refreshes, told } = startOnce(pair('AK'));
    replies.push(BAD_SIGNATURE);
    const [first, second] = await Promise.all([go(), go()]);
    expect(first).toMatchObject({ status: 401 });
    expect(second).toEqual(heldBack('the credential was refused a moment ago'));
    expect(refreshes).toEqual([1, 1]);
    expect(told('credential refused')).toHaveLength(1);
  });
});

describe('a token', () => {
  it('that was refused row by row is not shown again, nor is the request sent again', async () => {
    const { go, replies, shown, refreshes, told } = startOnce(user());
    const rows = wireReply(400, [{ error_code: 'DLI.0014' }, { error_code: 'DLI.0014' }]);
    replies.push(rows);
    expect(await go()).toMatchObject(readReply(rows));
    expect([shown(), refreshes]).toEqual([['login', 'token-1'], [1]]);
    expect(told('credential refused')).toHaveLength(1);
    await go();
    expect(shown().slice(2)).toEqual(['login', 'token-2']);
  });

  it('that lacks a right is fetched anew once it is a minute old: rights may have come since', async () => {
    const { state, go, replies, shown, refreshes } = startOnce(user());
    await go();
    state.now += REFUSED_MS - 1;
    replies.push(FORBIDDEN);
    expect(await go()).toMatchObject(readReply(FORBIDDEN));
    expect(shown()).toEqual(['login', 'token-1', 'token-1']);
    state.now += 1;
    replies.push(FORBIDDEN);
    expect(await go()).toMatchObject(readReply(ok));
    expect(shown().slice(3)).toEqual(['token-1', 'login', 'token-2']);
    // A right that is missing says nothing against what was read.
    expect(refreshes).toEqual([-1, -1]);
  });

  it.each<[string, Exchanged, boolean]>([
    ['a service that is at work proves its user good', ok, true],
    ['a page of a proxy’s does not', wireReply(200, '<html>'), false],
    ['nor does a server in trouble', wireReply(503, ''), false],
    ['nor silence', SILENCE, false],
  ])('%s', async (_, reply, isProof) => {
    const { state, go, replies, logins } = startOnce(user());
    await go('good');
    const refused = wireReply(401, '{"error":{"code":401}}');
    logins.push(refused, refused);
    // A project that was served before the last refusal does not count.
    expect(await go('odd')).toMatchObject({ sentBy: { isRefused: false } });
    state.now += REFUSED_MS;
    replies.push(reply);
    expect(await go('good')).toMatchObject(readReply(reply));
    expect(await go('odd')).toMatchObject({ sentBy: { isRefused: !isProof } });
  });
});
