import { describe, expect, it } from 'vitest';
import type { Received } from '../../shared/control/received.ts';
import { message, startControlRoom } from '../support/control-room.ts';
import { bodyOf, NOW } from '../support/messages.ts';

const HOUR = 3_600_000;
const START = Date.parse(NOW);

const bodyWith = (part: object): string =>
  JSON.stringify({ ...JSON.parse(bodyOf({ jobs: ['9'] })), ...part });

const of2 = (messageId: string, part: object = {}, receiveCount = 1): Received => ({
  ...message(messageId, bodyWith({ v: 2, ...part }), receiveCount),
  sentAt: START,
});

describe('a message of a later release', () => {
  it('stays queued, delays no other message, and the log says what to do', async () => {
    const { run, deadLettered, results, postponed, lines } = startControlRoom();
    const unknown = message('unknown', bodyWith({ operation: 'dli.scale' }));
    const staying = await run([of2('later'), message('m', { jobs: ['1'] }), unknown]);
    expect(staying).toEqual(['later', 'unknown']);
    expect(deadLettered).toEqual([]);
    expect(results.map(({ job_id }) => job_id)).toEqual(['1']);
    expect([...postponed.keys()]).toEqual(['later', 'unknown']);
    expect(lines.filter(({ event }) => event === 'messages of a later release')).toMatchObject([
      {
        level: 'warn',
        fields: {
          messages: 2,
          reasons: ['the message is not of version 1', 'the message names no known operation'],
          advice: expect.stringContaining('deploy the release that wrote them'),
        },
      },
    ]);
  });

  it('goes to the dead-letter queue at its deadline, byte for byte', async () => {
    const expires_at = new Date(START + HOUR).toISOString();
    for (const [now, gone] of [
      [START + HOUR - 1, 0],
      [START + HOUR, 1],
    ] as const) {
      const { run, deadLettered } = startControlRoom({ now: () => now });
      const later = of2('later', { expires_at });
      expect(await run([later])).toHaveLength(1 - gone);
      expect(deadLettered).toEqual(
        gone === 0
          ? []
          : [
              [
                later,
                'a later release wrote it, and none came in time: the message is not of version 1',
              ],
            ],
      );
    }
  });

  it('without a deadline it has the longest, from when the queue took it', async () => {
    for (const [days, gone] of [
      [6.9, 0],
      [7, 1],
    ] as const) {
      const { run, deadLettered } = startControlRoom({ now: () => START + days * 24 * HOUR });
      await run([of2('later')]);
      expect(deadLettered).toHaveLength(gone);
    }
  });

  it('goes there before the queue would move it without a reason', async () => {
    const { run, deadLettered } = startControlRoom({ limits: { maxReceives: 100 } });
    expect(await run([of2('a', {}, 97), of2('b', {}, 98)])).toEqual(['a']);
    expect(deadLettered.map(([{ messageId }]) => messageId)).toEqual(['b']);
  });

  it('is carried out once a release comes that knows it', async () => {
    const { run, calls, results } = startControlRoom();
    expect(await run([of2('m')])).toEqual(['m']);
    expect(calls).toEqual([]);
    expect(await run([message('m', bodyWith({}), 2)])).toEqual([]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['delivered']);
  });
});
