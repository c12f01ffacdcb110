import { describe, expect, it } from 'vitest';
import { type Age, idIn, justAfter, justBefore } from '../../shared/intent/age.ts';
import { looksLike, recognise } from '../../shared/intent/foreign-payload.ts';
import type { IntentId } from '../../shared/intent/intent.ts';
import { isSequence } from '../../shared/intent/sequence.ts';
import { idAt } from '../support/messages.ts';

describe('the age beside an id is written out in full', () => {
  const own = idAt(7);
  const SEQUENCE = 'n00000000000000000005';

  it.each([
    ['01890a5d-ac96-774b-bcce-000000000001', '01890a5d-ac96-774b-bcce-000000000000'],
    ['01890a5d-ac96-774b-bcce-000000000000', '01890a5d-ac96-774b-bccd-ffffffffffff'],
    ['01890a5d-ac96-7000-0000-000000000000', '01890a5d-ac96-6fff-ffff-ffffffffffff'],
    ['00000001-0000-0000-0000-000000000000', '00000000-ffff-ffff-ffff-ffffffffffff'],
  ])('%s: below it is %s', (id, below) => {
    const age = id as IntentId;
    expect(justBefore(age, SEQUENCE, own)).toBe(`${below}:${SEQUENCE}:${own}`);
    expect(justAfter(age, SEQUENCE, own)).toBe(`${id}:${SEQUENCE}:${own}`);
  });

  it('beside an age that is beside one already, the id stays', () => {
    const beside: Age = justAfter(idAt(1), SEQUENCE, idAt(2));
    expect(justBefore(beside, SEQUENCE, own)).toBe(`${idAt(1)}:${SEQUENCE}:${own}`);
    expect(idIn(beside)).toBe(idAt(2));
  });
});

describe('a sequence on the queue has one spelling', () => {
  const NUMBER = `n${'1'.repeat(20)}`;
  const TIME = 't2026-11-28T05:00:00.000000000';

  it.each([
    [NUMBER, true],
    [TIME, true],
    [`${NUMBER}1`, false],
    [NUMBER.slice(0, -1), false],
    [`x${NUMBER}`, false],
    [`${TIME}0`, false],
    [`${TIME}Z`, false],
    [` ${TIME}`, false],
    ['', false],
    [7, false],
    [[NUMBER], false],
    [undefined, false],
  ])('%j: %j', (value, isOne) => {
    expect(isSequence(value)).toBe(isOne);
  });
});

describe('what a payload looks like', () => {
  const http = 'an API Gateway event';
  it.each([
    [{ elb: 1 }, 'an event of a load balancer'],
    [{ connectionId: 1 }, 'an event of a WebSocket API'],
    [{ functionArn: 1, condition: 1 }, 'a record of a failed invocation'],
    [{ functionArn: 1 }, http],
    [{ condition: 1 }, http],
    [{ serviceNetworkArn: 1 }, 'an event of VPC Lattice'],
    [{}, http],
  ])('by its request context %j: %s', (requestContext, what) => {
    const foreign = recognise({ requestContext });
    expect(foreign && looksLike(foreign)).toContain(what);
  });
});
