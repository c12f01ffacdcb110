import { describe, expect, it } from 'vitest';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { message, refusal, startControlRoom } from '../support/control-room.ts';
import { replied } from '../support/replies.ts';

const SUSPECT = replied(400, refusal('DLI.0001'));
const SILENT: Reply = { kind: 'silent', reason: 'timeout' };
const LATER = replied(429, refusal('DRS.M01503'));

/** One message of four jobs, at its ninth receive: how often it was asked for, and for how many seconds it is put off. */
const putOff = async (replies: readonly Reply[], requests = replies.length) => {
  let left = requests;
  const { run, calls, postponed } = startControlRoom({
    callConcurrency: 1,
    remainingMs: () => (left > 0 ? 60_000 : 24_999),
    reply: () => {
      left--;
      return replies[calls.length - 1] ?? SILENT;
    },
  });
  await run([message('m', { jobs: ['1', '2', '3', '4'] }, 9)]);
  return { calls: calls.length, seconds: postponed.get('m') };
};

describe('a job without a request is not put off like one that was tried in vain', () => {
  it.each<[string, readonly Reply[]]>([
    ['held back on its way out', [heldBack('no time left')]],
    ['no time to take it apart', [SUSPECT]],
    [
      'its second half held back, by a circuit breaker this time',
      [SUSPECT, SUSPECT, heldBack('a breaker is open')],
    ],
  ])('%s: two seconds', async (_, replies) => {
    const { calls, seconds } = await putOff(replies);
    expect(calls).toBe(replies.length);
    expect(seconds).toBe(2);
  });

  it.each<[string, readonly Reply[], number]>([
    ['a server that is busy', [replied(400, refusal('DRS.M01504'))], 1],
    ['a throttle', [LATER], 1],
    ['a half in vain, and no time for the other', [SUSPECT, SILENT], 2],
    [
      'a half in vain, and the other held back',
      [SUSPECT, SILENT, heldBack('a breaker is open')],
      3,
    ],
    ['a half held back, and the other in vain', [SUSPECT, heldBack('a breaker is open'), LATER], 3],
  ])('%s: minutes', async (_, replies, requests) => {
    const { calls, seconds } = await putOff(replies);
    expect(calls).toBe(requests);
    expect(seconds).toBeGreaterThanOrEqual(256);
  });
});
