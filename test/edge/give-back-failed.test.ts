import { describe, expect, it } from 'vitest';
import { giveBackFailed } from '../../shared/edge/give-back-failed.ts';
import { MisconfiguredError } from '../../shared/json/settings.ts';
import { keptLog } from '../support/logs.ts';

const start = (isGivenBack: boolean, maxReceives = 1_000) => {
  const postponed: (readonly [number, number])[] = [];
  const { log, lines } = keptLog();
  const orGiveBack = giveBackFailed<{ readonly receiveCount: number }, string>({
    postpone: async (messages) => {
      postponed.push(
        ...messages.map(([{ receiveCount }, seconds]) => [receiveCount, seconds] as const),
      );
    },
    isGivenBack: () => isGivenBack,
    log,
    maxReceives,
  });
  return { postponed, lines, orGiveBack };
};

const batch = [1, 119, 120, 900].map((receiveCount) => ({ receiveCount }));

describe('a function that fails', () => {
  it('gives its messages back after a minute, later after a quarter of an hour, and still fails', async () => {
    const { postponed, orGiveBack } = start(false);
    const error = new Error('the secret is missing');
    await expect(orGiveBack(batch, () => Promise.reject(error))).rejects.toBe(error);
    expect(postponed).toEqual([
      [1, 60],
      [119, 60],
      [120, 900],
      [900, 900],
    ]);
  });

  it('soon for a quarter of their receives at most: after the last a message is a dead letter', async () => {
    const { postponed, orGiveBack } = start(false, 5);
    const work = () => Promise.reject(new Error());
    await expect(
      orGiveBack(
        [1, 2].map((n) => ({ receiveCount: n })),
        work,
      ),
    ).rejects.toThrow();
    expect(postponed).toEqual([
      [1, 60],
      [2, 900],
    ]);
  });

  it('says why, and what to do', async () => {
    const { lines, orGiveBack } = start(false);
    const error = new MisconfiguredError('Settings: QUEUE_URL is not set');
    await expect(orGiveBack(batch, () => Promise.reject(error))).rejects.toBe(error);
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'batch failed',
        fields: {
          messages: 4,
          reason: 'misconfigured',
          error: 'MisconfiguredError: Settings: QUEUE_URL is not set',
          advice: expect.stringContaining('go back to the version before'),
        },
      },
    ]);
  });

  it('leaves them as they are if the control loop gave them back', async () => {
    const { postponed, lines, orGiveBack } = start(true);
    await expect(orGiveBack(batch, () => Promise.reject(new Error()))).rejects.toThrow();
    expect({ postponed, lines }).toEqual({ postponed: [], lines: [] });
  });

  it('gives nothing back where nothing failed', async () => {
    const { postponed, orGiveBack } = start(false);
    expect(await orGiveBack(batch, async () => 'done')).toBe('done');
    expect(postponed).toEqual([]);
  });
});
