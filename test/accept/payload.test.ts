import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeAcceptPayload } from '../../shared/accept/payload.ts';
import { keyOf } from '../../shared/edge/intent-id.ts';
import { timeOf } from '../../shared/intent/intent.ts';
import { startAcceptance } from '../support/acceptance.ts';
import { oddJson } from '../support/arbitraries.ts';
import { idAt, NOW, PROJECT } from '../support/messages.ts';

const now = () => new Date(NOW);
const asked = { operation: 'dli.run', project_id: PROJECT, jobs: [131, 130] } as const;

describe('events and direct calls carry the same intent', () => {
  const begin = (takes?: (message: number) => boolean, takesReplays = false) => {
    const { accept, queued, sent } = startAcceptance(
      takes ? { takes, maxMessageBytes: 330, blockJobs: 1 } : {},
    );
    return { take: makeAcceptPayload(accept, { now, keyOf, takesReplays }), queued, sent };
  };
  const event = {
    id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
    time: '2026-01-31T12:00:00Z',
    'detail-type': 'Job Control Intent',
    source: 'com.example',
    detail: asked,
  };
  const HOUR = 3_600_000;
  const at = (ms: number) => new Date(Date.parse(NOW) + ms).toISOString();

  it('a direct caller gets a receipt', async () => {
    const { take, queued } = begin();
    const expires_at = '2026-01-31T13:00:00.000Z';
    expect(await take({ ...asked, jobs: [131, 131, 130], expires_at })).toEqual({
      intent_id: idAt(1),
      operation: 'dli.run',
      project_id: PROJECT,
      job_count: 2,
      accepted_at: NOW,
      expires_at,
    });
    expect(queued()[0]).toMatchObject({ caller: 'direct', jobs: ['131', '130'] });
  });

  it('two deliveries of one event have one key; another id, sender or detail has another', async () => {
    const { take, queued } = begin();
    const others = [
      { ...event, id: 'another' },
      { ...event, source: 'com.example.other' },
      { ...event, detail: { ...asked, jobs: [130, 131] } },
      { ...event, detail: { ...asked, options: { resume_savepoint: true } } },
      { ...event, detail: { ...asked, operation: 'dli.stop' } },
      { ...event, detail: { ...asked, project_id: 'other' } },
      { ...event, detail: { ...asked, sequence: 1 } },
      { ...event, detail: { ...asked, after: 'deploy-42' } },
      { ...event, detail: { ...asked, expires_at: '2026-01-31T13:00:00Z' } },
    ];
    for (const each of [event, { ...event, time: '2026-01-31T12:00:01Z' }, ...others])
      await take(each);
    const [first, again, ...rest] = queued().map(({ key }) => key);
    expect(again).toBe(first);
    expect(new Set([first, ...rest]).size).toBe(others.length + 1);
    expect(queued()[0]).toMatchObject({ event_id: event.id, caller: 'rule:com.example' });
  });

  it('fresh events are ordered by arrival, not by their whole second', async () => {
    const { take, queued } = begin();
    for (const id of ['f', 'a', 'c']) await take({ ...event, id });
    await take({ ...event, id: '0', time: '2026-01-31T11:58:00Z' });
    await take({ ...event, id: '1', time: '2027-01-31T12:00:00Z' });
    expect(queued().map(({ intent_id }) => intent_id)).toEqual([1, 2, 3, 4, 5].map(idAt));
    expect(new Set(queued().map(({ expires_at }) => expires_at))).toEqual(new Set([at(6 * HOUR)]));
  });

  it('a late event is as old as its time, and its deadline counts from then', async () => {
    for (const hours of [7, 20, 30]) {
      const { take, queued } = begin();
      const receipt = await take({ ...event, time: at(-hours * HOUR) });
      const [intent] = queued();
      expect(timeOf(receipt.intent_id)).toBe(Date.parse(NOW) - hours * HOUR + 999);
      expect(intent).toMatchObject({ accepted_at: NOW, expires_at: at((6 - hours) * HOUR) });
    }
  });

  it('a late event may name a deadline that has passed by now', async () => {
    const { take, queued } = begin();
    const detail = { ...asked, expires_at: at(-HOUR) };
    await take({ ...event, time: at(-2 * HOUR), detail });
    expect(queued()[0]?.expires_at).toBe(at(-HOUR));
    await expect(take({ ...event, detail })).rejects.toThrow(/expires_at: is in the past/);
  });

  it('a replayed event is refused with the name of the setting, or accepted as old as its time', async () => {
    const replayed = { ...event, time: at(-60_000), 'replay-name': 'rebuild-billing' };
    await expect(begin().take(replayed)).rejects.toMatchObject({
      name: 'InvalidIntentError',
      message: expect.stringMatching(/"replay-name".*ACCEPT_REPLAYS=true/),
    });
    const { take, queued } = begin(undefined, true);
    const { intent_id } = await take(replayed);
    expect(timeOf(intent_id)).toBe(Date.parse(NOW) - 60_000 + 999);
    await take({ ...event, time: at(-60_000) });
    expect(new Set(queued().map(({ key }) => key)).size).toBe(1);
  });

  it('an event before 1970 is refused: an id cannot hold its time', async () => {
    for (const time of ['0001-01-01T00:00:00Z', '1960-05-05T00:00:00Z'])
      await expect(begin().take({ ...event, time })).rejects.toMatchObject({
        name: 'InvalidIntentError',
        message: expect.stringMatching(/"time": is before 1970/),
      });
  });

  it('a time with milliseconds is used as it is', async () => {
    const { take } = begin();
    const { intent_id } = await take({ ...event, time: at(-600_123) });
    expect(timeOf(intent_id)).toBe(Date.parse(NOW) - 600_123);
  });

  it('a direct call has no key: each invocation is an intent of its own', async () => {
    const { take, queued } = begin();
    await take(asked);
    expect(queued()[0]).not.toHaveProperty('key');
    expect(queued()[0]).not.toHaveProperty('event_id');
  });

  it('an id that is no text is none', async () => {
    const { take, queued } = begin();
    await take({ ...event, id: 5 });
    expect(queued()[0]).not.toHaveProperty('key');
    expect(queued()[0]).not.toHaveProperty('event_id');
  });

  it('the intent is the detail of an event, and the event’s source is the caller', async () => {
    const { take, queued } = begin();
    await take({
      version: '0',
      source: 'aws.codepipeline',
      'detail-type': 'Deployed',
      detail: asked,
    });
    expect(queued()[0]).toMatchObject({ caller: 'rule:aws.codepipeline', jobs: ['131', '130'] });
  });

  it('a very long or missing source makes no message that the queue refuses', async () => {
    for (const source of ['s'.repeat(300_000), { toString: 1 }, undefined, null]) {
      const { take, sent } = begin();
      await take({ source, 'detail-type': 'Deployed', detail: asked });
      expect(sent).toHaveLength(1);
      expect(sent[0]?.length).toBeLessThan(1_024);
    }
  });

  it.each([
    [{ ...asked, jobs: [] }, /^#\/jobs: must name at least one job$/],
    [
      { ...asked, x: 1, jobs: [-1] },
      /^#\/x: is not a known field; #\/jobs\/0: must be a DLI job id/,
    ],
    [{ 'detail-type': 'Deployed', source: 's' }, /must be a JSON object/],
    [
      { 'detail-type': 'Deployed', source: 's', detail: { ...asked, operation: 'dli.fly' } },
      /#\/operation: must be one of/,
    ],
    [null, /must be a JSON object/],
    ['{}', /^looks like JSON in a text: /],
    [[asked], /^looks like a batch of EventBridge Pipes: /],
    ['text', /must be a JSON object/],
    [[], /must be a JSON object/],
  ])(
    'a bad payload fails the invocation by name, with every fault, and queues nothing: %#',
    async (payload, message) => {
      const { take, sent } = begin();
      await expect(take(payload)).rejects.toMatchObject({
        name: 'InvalidIntentError',
        message: expect.stringMatching(message),
      });
      expect(sent).toEqual([]);
    },
  );

  it('any payload is accepted, or refused with a named error', async () => {
    await fc.assert(
      fc.asyncProperty(oddJson(), oddJson(), async (odd, source) => {
        const { take } = begin();
        for (const payload of [odd, { 'detail-type': 'x', source, detail: odd }])
          await expect(take(payload)).rejects.toMatchObject({ name: 'InvalidIntentError' });
        const { take: takeGood } = begin();
        await expect(
          takeGood({ 'detail-type': 'x', source, detail: asked }).then(
            () => 'taken',
            (error) => error.name,
          ),
        ).resolves.toMatch(/^taken$|^InvalidIntentError$/);
      }),
    );
  });

  it('if the queue does not take every job, the invocation fails with a named error and the number taken', async () => {
    const { take } = begin((i) => i === 0);
    const jobs = Array.from({ length: 30 }, (_, i) => 1_000_000 + i);
    await expect(take({ ...asked, jobs })).rejects.toMatchObject({
      name: 'QueueUnavailableError',
      message: expect.stringMatching(/^the queue took [1-9]\d? jobs of 30$/),
    });
  });
});
