import { describe, expect, it } from 'vitest';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import {
  fixedAllowance,
  proofOfLogin,
  proofOfSignature,
  slowStart,
} from '../../shared/upstream/allowance.ts';
import { refusal, YES } from '../support/control-room.ts';
import { replied } from '../support/replies.ts';

const GOOD = replied(200, [YES]);
const BAD = replied(401, refusal('APIGW.0301'));
const SILENT: Reply = { kind: 'silent', reason: 'timeout' };

/** A slow start over a clock that stands still until it is moved. */
const begin = (upTo = 4) => {
  const clock = { now: 1_000_000 };
  const allowance = slowStart({
    upTo,
    step: 1,
    proofOf: proofOfSignature,
    now: () => clock.now,
  });
  const hear = (...replies: readonly Reply[]): number => {
    for (const reply of replies) allowance.sending()(reply);
    return allowance.most();
  };
  return { allowance, clock, hear };
};

describe('a slow start', () => {
  it('begins with one, and adds one for each reply that proves the credential, up to its bound', () => {
    const { hear } = begin();
    expect([hear(), hear(GOOD), hear(GOOD), hear(GOOD), hear(GOOD)]).toEqual([1, 2, 3, 4, 4]);
  });

  it.each<[string, Reply]>([
    ['silence', SILENT],
    ['what did not go out', heldBack('no time')],
    ['a page', replied(200, '<html></html>')],
    [
      'a throttle, which may come before the signature is checked',
      replied(429, refusal('APIGW.0308')),
    ],
  ])('%s proves nothing', (_, reply) => {
    const { hear } = begin();
    expect(hear(GOOD, reply)).toBe(2);
  });

  it('a refusal of a job proves it too: the service has read the request', () => {
    expect(begin().hear(replied(400, refusal('DLI.0001')))).toBe(2);
  });

  it('is one again at once after a bad signature', () => {
    const { hear } = begin();
    expect(hear(GOOD, GOOD, GOOD, BAD)).toBe(1);
    expect(hear(GOOD)).toBe(2);
  });

  it('is not fooled by good replies to what went out before the bad signature was known', () => {
    const { allowance, hear } = begin();
    hear(GOOD, GOOD);
    const earlier = allowance.sending();
    hear(BAD);
    earlier(GOOD);
    expect(allowance.most()).toBe(1);
  });

  it('is one again after half a minute without a good reply, and begins anew', () => {
    const { clock, hear } = begin();
    hear(GOOD, GOOD, GOOD);
    clock.now += 29_999;
    expect(hear(SILENT)).toBe(4);
    clock.now += 1;
    expect(hear()).toBe(1);
    expect(hear(GOOD)).toBe(2);
  });
});

describe('a fixed allowance', () => {
  it('stays as it is', () => {
    const { most, sending } = fixedAllowance(2);
    for (const reply of [GOOD, BAD, SILENT]) sending()(reply);
    expect(most()).toBe(2);
  });
});

describe('a login', () => {
  it.each<[string, Reply, string | undefined]>([
    ['a token proves the password', replied(201, '{}'), 'good'],
    ['a refusal disproves it', replied(401, '{"error":{"code":401}}'), 'bad'],
    ['a redirect proves nothing', replied(300, ''), undefined],
    ['nor does silence', SILENT, undefined],
  ])('%s', (_, reply, proof) => {
    expect(proofOfLogin(reply)).toBe(proof);
  });
});
