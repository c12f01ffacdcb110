import { describe, expect, it } from 'vitest';
import { makeAcceptEnveloped } from '../../shared/accept/enveloped.ts';
import { makeAcceptPayload } from '../../shared/accept/payload.ts';
import { keyOf } from '../../shared/edge/intent-id.ts';
import type { Envelope } from '../../shared/intent/foreign-payload.ts';
import { timeOf } from '../../shared/intent/intent.ts';
import { startAcceptance } from '../support/acceptance.ts';
import { cloudEventOf, WISH } from '../support/cloud-events.ts';
import { eventOf, notificationOf, sqsRecordOf } from '../support/foreign-payloads.ts';
import { NOW } from '../support/messages.ts';

const now = () => new Date(NOW);
const HOUR = 3_600_000;
const at = (ms: number) => new Date(Date.parse(NOW) + ms).toISOString();

const begin = (opens: readonly Envelope[] = [], takesReplays = false) => {
  const { accept, queued } = startAcceptance();
  const take = makeAcceptEnveloped(makeAcceptPayload(accept, { now, keyOf, takesReplays }), {
    now,
    opens: new Set(opens),
    takesReplays,
  });
  return { take, queued };
};

describe('a CloudEvent carries an intent in a payload and in the detail of an event', () => {
  it('as the payload of a direct invocation', async () => {
    const { take, queued } = begin();
    await take(cloudEventOf());
    expect(queued()[0]).toMatchObject({ ...WISH, caller: 'direct', event_id: 'C234-1234-1234' });
  });

  it('as the detail: the rule’s source is the caller, the CloudEvent’s id is that of the event', async () => {
    const { take, queued } = begin();
    await take(eventOf(cloudEventOf()));
    expect(queued()[0]).toMatchObject({
      ...WISH,
      caller: 'rule:com.example.cron',
      event_id: 'C234-1234-1234',
    });
  });

  it('its source and id make a repeat the same intent, in whatever event it comes', async () => {
    const { take, queued } = begin();
    await take(eventOf(cloudEventOf()));
    await take(eventOf(cloudEventOf(), { id: 'another delivery' }));
    await take(eventOf(cloudEventOf(WISH, { id: 'x' })));
    await take(eventOf(cloudEventOf(WISH, { source: '/other' })));
    await take(eventOf(cloudEventOf({ ...WISH, jobs: ['132'] })));
    const [first, again, ...others] = queued().map(({ key }) => key);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(again).toBe(first);
    expect(new Set([first, ...others]).size).toBe(4);
  });

  it('a late one is as old as its time, to the millisecond', async () => {
    for (const wrap of [eventOf, (event: unknown) => event]) {
      const { take, queued } = begin();
      await take(wrap(cloudEventOf(WISH, { time: at(-2 * HOUR - 123) })));
      const [intent] = queued();
      expect(timeOf(intent?.intent_id ?? ('' as never))).toBe(Date.parse(NOW) - 2 * HOUR - 123);
      expect(intent).toMatchObject({ accepted_at: NOW, expires_at: at(4 * HOUR - 123) });
    }
  });

  it('a fresh one is as old as its arrival, whatever the event around it says', async () => {
    const { take, queued } = begin();
    await take(eventOf(cloudEventOf(WISH, { time: at(-1_000) }), { time: at(-HOUR) }));
    expect(queued()[0]?.expires_at).toBe(at(6 * HOUR));
  });

  it('without a time of its own, the event around it tells', async () => {
    const { take, queued } = begin();
    await take(eventOf(cloudEventOf(), { time: at(-HOUR) }));
    expect(queued()[0]?.expires_at).toBe(at(5 * HOUR));
  });

  it('a replayed one keeps its age, and is refused unless a setting takes it', async () => {
    const replayed = eventOf(cloudEventOf(WISH, { time: at(-60_000) }), { 'replay-name': 'r' });
    await expect(begin().take(replayed)).rejects.toThrow(/ACCEPT_REPLAYS/);
    const { take, queued } = begin([], true);
    await take(replayed);
    expect(queued()[0]?.expires_at).toBe(at(6 * HOUR - 60_000));
  });

  it('its sequence orders, unless the intent has its own', async () => {
    const { take, queued } = begin();
    await take(cloudEventOf(WISH, { sequence: '7' }));
    await take(cloudEventOf({ ...WISH, sequence: 9 }, { sequence: '7' }));
    expect(queued().map(({ sequence }) => Number(sequence?.slice(1)))).toEqual([7, 9]);
  });

  it('it is taken out of envelopes that a setting opens', async () => {
    const { take, queued } = begin(['sns', 'sqs', 'text-detail']);
    const text = JSON.stringify(cloudEventOf());
    await take(notificationOf(text));
    await take({ Records: [sqsRecordOf(text)] });
    await take(eventOf(text));
    expect(queued().map(({ caller, event_id }) => [caller, event_id])).toEqual([
      ['rule:sns:jobs', 'C234-1234-1234'],
      ['rule:sqs:wishes', 'C234-1234-1234'],
      ['rule:com.example.cron', 'C234-1234-1234'],
    ]);
  });

  it('its faults are named, those of the intent under data', async () => {
    const wrong = cloudEventOf({ ...WISH, jobs: ['x'] });
    for (const payload of [wrong, eventOf(wrong)])
      await expect(begin().take(payload)).rejects.toMatchObject({
        name: 'InvalidIntentError',
        message: expect.stringMatching(/^#\/data\/jobs\/0: must be a DLI job id/),
      });
    await expect(begin().take(cloudEventOf(WISH, { id: '' }))).rejects.toThrow(/^#\/id: must be/);
  });
});
