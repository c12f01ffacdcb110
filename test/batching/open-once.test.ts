import { describe, expect, it } from 'vitest';
import { openOnce } from '../../shared/batching/open-once.ts';

describe('what is opened once', () => {
  it('is opened at the first use, and serves all others', async () => {
    let opened = 0;
    const use = openOnce(async () => ++opened);
    expect(opened).toBe(0);
    expect(await Promise.all([use(), use()])).toEqual([1, 1]);
    expect(await use()).toBe(1);
  });

  it('is tried again after a failure', async () => {
    let tries = 0;
    const use = openOnce(async () => {
      if (++tries === 1) throw new Error('not yet');
      return tries;
    });
    await expect(Promise.all([use(), use()])).rejects.toThrow('not yet');
    expect(await use()).toBe(2);
    expect(await use()).toBe(2);
  });

  it('is opened once more, not twice, when a use tries again as soon as it has failed', async () => {
    let tries = 0;
    const use = openOnce(async () => {
      if (++tries === 1) throw new Error('not yet');
      return tries;
    });
    const again = use().catch(use);
    await expect(use()).rejects.toThrow('not yet');
    expect([await again, await use()]).toEqual([2, 2]);
  });
});
