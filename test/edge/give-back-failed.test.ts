import { describe, expect, it } from 'vitest';
import { giveBackFailed } from '../../shared/edge/give-back-failed.ts';

const start = (isGivenBack: boolean) => {
  const postponed: (readonly [number, number])[] = [];
  const orGiveBack = giveBackFailed<{ readonly receiveCount: number }, string>({
    postpone: async (messages) => {
      postponed.push(
        ...messages.map(([{ receiveCount }, seconds]) => [receiveCount, seconds] as const),
      );
    },
    isGivenBack: () => isGivenBack,
  });
  return { postponed, orGiveBack };
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

  it('leaves them as they are if the control loop gave them back', async () => {
    const { postponed, orGiveBack } = start(true);
    await expect(orGiveBack(batch, () => Promise.reject(new Error()))).rejects.toThrow();
    expect(postponed).toEqual([]);
  });

  it('gives nothing back where nothing failed', async () => {
    const { postponed, orGiveBack } = start(false);
    expect(await orGiveBack(batch, async () => 'done')).toBe('done');
    expect(postponed).toEqual([]);
  });
});
