import { describe, expect, it } from 'vitest';
import { asFirstAccepted } from '../../cli/replay/first-accepted.ts';
import { readStates } from '../../cli/replay/job-states.ts';
import type { Wish } from '../../cli/replay/letter.ts';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import { type Intent, type IntentId, timeOf } from '../../shared/intent/intent.ts';
import { readMessage } from '../../shared/intent/message.ts';
import { aliasCodec, aliasKeyOf } from '../../shared/ledger/alias-record.ts';
import { type BlockState, blockKeyOf } from '../../shared/ledger/block-record.ts';
import { jobKeyOf } from '../../shared/ledger/job-record.ts';
import { keyRecordKeyOf } from '../../shared/ledger/key-record.ts';
import { startRecords } from '../support/records-room.ts';

const OLD = newIntentId(undefined, Date.parse('2026-11-28T11:00:00Z'));
const NEWER = newIntentId(undefined, Date.parse('2026-11-28T11:30:00Z'));

/** A message of an intent on these jobs, the first of which has this place. */
const intentOn = (jobs: readonly string[], first = 0): Intent => {
  const read = readMessage(
    JSON.stringify({
      v: 1,
      intent_id: OLD,
      operation: 'dli.stop',
      project_id: 'p',
      options: {},
      jobs,
      caller: 'c',
      accepted_at: '2026-11-28T11:00:00.000Z',
      first,
      job_count: first + jobs.length,
    }),
  );
  if (!read.ok) throw new Error(read.reason);
  return read.intent;
};

const wishOf = (intent: Intent): Wish => ({ ...intent, intent, at: timeOf(intent.intent_id) });

const verdict = (outcome: 'delivered' | 'failed') => ({ outcome, calledAt: 1, settledAt: 2 });

const block = (more: Partial<BlockState>): BlockState => ({
  invocation: 'i',
  verdicts: [],
  published: new Set(),
  requests: new Map(),
  ...more,
});

const roomWith = () => {
  const { records } = startRecords();
  const ledger = { records, isFile: true, list: async () => [], trouble: () => undefined };
  const claimed = (job: string, newest: IntentId) => {
    const [id] = intentOn([job]).jobs;
    if (typeof id !== 'string') throw new Error('not a bare id');
    const claim = { block: blockKeyOf(newest, 0), index: 0, invocation: 'i', at: 1, until: 2 };
    const { project_id } = intentOn([job]);
    const key = jobKeyOf('dli', project_id, id);
    return records.jobs.write(key, { newest, operation: 'dli.stop', claim }, undefined);
  };
  return { records, ledger, claimed };
};

describe('what the ledger knows of the jobs of a dead letter', () => {
  it('each outcome is found at its place, also in a later message of the intent', async () => {
    const { records, ledger } = roomWith();
    const verdicts = [verdict('delivered'), verdict('failed')];
    const state = block({ verdicts, published: new Set([1]) });
    await records.blocks.write(blockKeyOf(OLD, 1), state, undefined);
    const states = await readStates(ledger, wishOf(intentOn(['7', '8', '9'], 100)));
    expect(states).toEqual([
      { job: '7', outcome: 'delivered', isPublished: false, isStale: false },
      { job: '8', outcome: 'failed', isPublished: true, isStale: false },
      { job: '9', outcome: undefined, isPublished: false, isStale: false },
    ]);
  });

  it('a job is stale once a newer intent was carried out for it, and not by its own', async () => {
    const { ledger, claimed } = roomWith();
    await claimed('1', OLD);
    await claimed('2', NEWER);
    const states = await readStates(ledger, wishOf(intentOn(['1', '2', '3'])));
    expect(states.map(({ isStale }) => isStale)).toEqual([false, true, false]);
  });

  it('of a failed event, the time of the event decides', async () => {
    const { ledger, claimed } = roomWith();
    await claimed('1', NEWER);
    const { intent: _, ...event } = wishOf(intentOn(['1']));
    const at = (time: string) => readStates(ledger, { ...event, at: Date.parse(time) });
    expect(await at('2026-11-28T11:29:00Z')).toMatchObject([{ isStale: true }]);
    expect(await at('2026-11-28T11:31:00Z')).toMatchObject([{ isStale: false }]);
  });
});

describe('an event that was accepted twice', () => {
  const KEY = 'a'.repeat(32);
  const caller = 'c';

  /** The second delivery of an event, whose first delivery was delivered for job 1 and failed for job 2. */
  const secondDelivery = async (room: ReturnType<typeof roomWith>) => {
    const verdicts = [verdict('delivered'), verdict('failed')];
    const state = block({ verdicts, published: new Set([0, 1]) });
    await room.records.blocks.write(blockKeyOf(OLD, 0), state, undefined);
    await room.claimed('1', OLD);
    await room.claimed('2', OLD);
    return wishOf({ ...intentOn(['1', '2']), intent_id: NEWER, key: KEY });
  };
  const STATES = [
    { outcome: 'delivered', isPublished: true, isStale: false },
    { outcome: 'failed', isPublished: true, isStale: false },
  ];

  it('has the outcomes of its first delivery, by the record of its key', async () => {
    const room = roomWith();
    const wish = await secondDelivery(room);
    const record = { intent_id: OLD, age: OLD, accepted_at: '2026-11-28T11:00:00.000Z' };
    await room.records.keys.write(keyRecordKeyOf(KEY), record, undefined);
    expect(await readStates(room.ledger, wish)).toMatchObject(STATES);
    const known = await asFirstAccepted(room.ledger, wish);
    expect(known.at).toBe(timeOf(OLD));
    expect(await readStates(room.ledger, known)).toMatchObject(STATES);
  });

  it('has them by its alias, if the record of its key is gone', async () => {
    const room = roomWith();
    const wish = await secondDelivery(room);
    const alias = { intent_id: OLD, caller };
    await room.records.of(aliasCodec).write(aliasKeyOf(NEWER), alias, undefined);
    expect(await readStates(room.ledger, wish)).toMatchObject(STATES);
  });

  it('is as old as its first delivery: what came between has made both stale', async () => {
    const room = roomWith();
    const wish = wishOf({ ...intentOn(['1']), intent_id: NEWER, key: KEY });
    const record = { intent_id: OLD, age: OLD, accepted_at: '2026-11-28T11:00:00.000Z' };
    await room.records.keys.write(keyRecordKeyOf(KEY), record, undefined);
    await room.claimed('1', newIntentId(undefined, Date.parse('2026-11-28T11:15:00Z')));
    expect(await readStates(room.ledger, wish)).toMatchObject([{ isStale: true }]);
  });

  it('is an intent of its own while the control loop has seen neither', async () => {
    const { ledger } = roomWith();
    const wish = wishOf({ ...intentOn(['1']), key: KEY });
    expect(await asFirstAccepted(ledger, wish)).toEqual(wish);
  });
});
