import { describe, expect, it } from 'vitest';
import type { ReadStatus } from '../../shared/accept/read-status.ts';
import { statusRoute } from '../../shared/accept/status-route.ts';
import { type IntentId, timeOf } from '../../shared/intent/intent.ts';
import { idAt } from '../support/messages.ts';

const ID = idAt(1);
const LATER = timeOf(ID) + 1_000;

const PARAMS: Readonly<Record<string, string>> = { intent_id: ID };

const ask = async (
  read: ReadStatus,
  { params = PARAMS, query = '', headers = {}, tagged = true } = {},
) => {
  const asked: (readonly [IntentId, string])[] = [];
  let at = LATER;
  const { handle } = statusRoute({
    hasTag: () => tagged,
    status: {
      readStatus: async (intent, caller) => {
        asked.push([intent, caller]);
        return read;
      },
      now: () => at,
      pause: async (ms) => {
        at += ms;
      },
    },
  });
  const handled = await handle(
    {
      path: '/v1/intents/x',
      params,
      headers,
      query,
      text: '',
      caller: { id: 'ops', grants: [] },
      remainingMs: () => 60_000,
    },
    idAt(9),
  );
  return { handled, asked, waitedMs: at - LATER };
};

const SETTLED: ReadStatus = { kind: 'told', status: { intent_id: ID, status: 'settled' } };
const OPEN: ReadStatus = { kind: 'told', status: { intent_id: ID, status: 'in_progress' } };
const UNTOLD: ReadStatus = { kind: 'untold' };
const NO_INTENT = {
  ok: false,
  problem: { status: 404, title: 'Not Found', detail: 'The caller has no intent with this id.' },
  isAnswer: true,
};

describe('the status of an intent', () => {
  it('is told to its caller, by its id in any case', async () => {
    const { handled, asked } = await ask(SETTLED, { params: { intent_id: ID.toUpperCase() } });
    expect(handled).toEqual({
      ok: true,
      intentId: ID,
      answer: { status: 200, body: { intent_id: ID, status: 'settled' } },
    });
    expect(asked).toEqual([[ID, 'ops']]);
  });

  it('says when to ask again while it may change', async () => {
    const { handled } = await ask(OPEN);
    expect(handled).toMatchObject({ answer: { headers: { 'retry-after': '2' } } });
  });

  it('is queued before the ledger has a record', async () => {
    const { handled } = await ask(UNTOLD);
    expect(handled).toMatchObject({
      ok: true,
      intentId: ID,
      answer: { body: { intent_id: ID, status: 'queued' } },
    });
  });

  it.each<[string, ReadStatus, object]>([
    ['an id that is none', SETTLED, { params: { intent_id: 'x' } }],
    ['no id', SETTLED, { params: {} }],
    ['an id with the tag of another caller', SETTLED, { tagged: false }],
    ['an intent of another caller', { kind: 'not theirs' }, {}],
    [
      'an id of a time to come',
      UNTOLD,
      { params: { intent_id: ID.replace(/^.{13}/, 'ffffffff-ffff') } },
    ],
  ])('is the same 404 for %s', async (_, read, more) => {
    expect((await ask(read, more)).handled).toEqual(NO_INTENT);
  });

  it('is not read without a good id of the caller', async () => {
    expect((await ask(SETTLED, { tagged: false })).asked).toEqual([]);
    expect((await ask(SETTLED, { params: { intent_id: 'x' } })).asked).toEqual([]);
  });

  it('is 503 without the ledger, under the id that was asked for', async () => {
    expect((await ask({ kind: 'unreachable' })).handled).toMatchObject({
      ok: false,
      intentId: ID,
      problem: { type: 'ledger-unavailable', status: 503 },
    });
  });

  it.each([
    ['wait=3', {}, 3_000],
    ['', { prefer: 'wait=4' }, 4_000],
    ['', {}, 0],
  ])('is waited for as long as asked: %j %j', async (query, headers, waited) => {
    expect((await ask(OPEN, { query, headers })).waitedMs).toBe(waited);
    expect((await ask(SETTLED, { query, headers })).waitedMs).toBe(0);
  });

  it('is not told for a wait that is none', async () => {
    const { handled, asked } = await ask(SETTLED, { query: 'wait=soon' });
    expect(handled).toMatchObject({ ok: false, problem: { status: 400, type: 'invalid-request' } });
    expect(asked).toEqual([]);
  });
});
