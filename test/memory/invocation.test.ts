import { describe, expect, it } from 'vitest';
import { measureInvocation } from './invocation.ts';

describe('an invocation of control-jobs keeps little of its messages', () => {
  it('at most 8 KB of each, that counted in which it came, and nothing afterwards', async () => {
    const { livePerMessage, left } = await measureInvocation(3_000, { live: true });
    expect(livePerMessage).toBeGreaterThan(1);
    expect(livePerMessage).toBeLessThan(8);
    expect(left).toBeLessThan(10);
  });
});
