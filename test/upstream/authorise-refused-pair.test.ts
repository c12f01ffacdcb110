import { describe, expect, it } from 'vitest';
import type { ProjectId } from '../../shared/operations/operation.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import {
  BAD_SIGNATURE,
  HELD,
  ok,
  pair,
  REFUSED_MS,
  refusal,
  run,
  secretOf,
  startAuthorised,
  together,
  whoOf,
} from '../support/authorise-room.ts';
import { ANY_TIME, turnUntil } from '../support/deadlines.ts';

describe('a refused pair of keys', () => {
  it('is tried once, not again for a minute, and then once more', async () => {
    const { go, sent, clock, source } = startAuthorised({ reply: () => BAD_SIGNATURE });
    const replies = await together(20, go);
    expect(replies).toEqual([readReply(BAD_SIGNATURE), ...Array(19).fill(HELD)]);
    clock.now += REFUSED_MS - 1;
    expect(await go()).toEqual(HELD);
    expect(sent).toHaveLength(1);
    clock.now += 1;
    expect(await together(2, go)).toEqual([readReply(BAD_SIGNATURE), HELD]);
    expect(sent).toHaveLength(2);
    expect(source.reads).toBeLessThanOrEqual(4);
  });

  it('at most as many go out as were under way', async () => {
    const { go, sent } = startAuthorised({ reply: () => BAD_SIGNATURE, callsPerKey: 3 });
    await together(20, go);
    expect(sent).toHaveLength(3);
  });

  it('that was changed in the secret is changed here, and nothing is lost', async () => {
    const { go, source, who } = startAuthorised({
      reply: (outgoing) => (whoOf(outgoing) === 'AKID-old' ? BAD_SIGNATURE : ok),
      secret: secretOf(pair('old')),
    });
    const before = together(20, go);
    source.says = secretOf(pair('new'));
    expect(await before).toEqual(Array(20).fill(readReply(ok)));
    expect(who().filter((access) => access === 'AKID-old')).toHaveLength(1);
    expect(who()).toHaveLength(21);
  });

  it('that is changed a little later is found then', async () => {
    const { go, source, clock } = startAuthorised({
      reply: (outgoing) => (whoOf(outgoing) === 'AKID-old' ? BAD_SIGNATURE : ok),
      secret: secretOf(pair('old')),
    });
    expect(await go()).toEqual(readReply(BAD_SIGNATURE));
    source.says = secretOf(pair('new'));
    clock.now += 5_000;
    expect(await go()).toEqual(readReply(ok));
  });

  it('two pairs that are both bad are each tried once', async () => {
    const { go, source, who } = startAuthorised({
      reply: () => BAD_SIGNATURE,
      secret: secretOf(pair('old')),
    });
    const all = together(20, go);
    source.says = secretOf(pair('new'));
    await all;
    expect(who()).toEqual(['AKID-old', 'AKID-new']);
  });

  describe('that serves other projects', () => {
    const P2 = 'p2' as ProjectId;
    it('is refused all the same: only a second bad signature shows whose trouble it is', async () => {
      const { go, send, clock } = startAuthorised({
        reply: ({ url }) => (url.includes(P2) ? BAD_SIGNATURE : ok),
      });
      for (let n = 0; n < 3; n++) {
        expect(await go()).toEqual(readReply(ok));
        const sentBy = { key: expect.any(String), isRefused: true };
        expect(await send(run(P2), ANY_TIME)).toMatchObject({ status: 401, sentBy });
        expect(await go()).toEqual(HELD);
        clock.now += REFUSED_MS;
      }
    });
  });

  it.each([
    [400, 'APIGW.0301'],
    [403, 'APIG.0301'],
    [400, 'DLI.0014'],
    [403, 'DRS.M00103'],
    [401, 'of a new kind'],
  ])('is one at whatever status the code comes: %i %s', async (status, code) => {
    const { go, source, who, clock } = startAuthorised({
      secret: secretOf(pair('old')),
      reply: (outgoing) => (whoOf(outgoing) === 'AKID-old' ? refusal(status, code) : ok),
    });
    // The secret was read a moment ago, and is read again all the same.
    const all = together(20, go);
    source.says = secretOf(pair('new'));
    expect(await all).toEqual(Array(20).fill(readReply(ok)));
    expect(who().filter((access) => access === 'AKID-old')).toHaveLength(1);
    source.says = secretOf(pair('old'));
    clock.now += 300_000;
    expect((await together(20, go)).filter((reply) => reply.kind === 'replied')).toHaveLength(1);
  });

  it('is not sent again when the time is over', async () => {
    const { go, source, sent, clock } = startAuthorised({
      secret: secretOf(pair('old')),
      reply: () => {
        source.says = secretOf(pair('new'));
        clock.now++;
        return BAD_SIGNATURE;
      },
    });
    expect(await go(run(), turnUntil(clock.now))).toEqual(readReply(BAD_SIGNATURE));
    expect(sent).toHaveLength(1);
  });
});
