import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_BROWSER, openRoom, type Room } from './browser-room.ts';

describe.runIf(HAS_BROWSER)('the tour, from its first step to its last', () => {
  let room: Room;
  let page: Page;
  beforeAll(async () => {
    room = await openRoom();
    page = await room.open('/#/tour');
  });
  afterAll(() => room.close());

  /** Presses the button of a step, and reads what came of it. A step that ends well is marked as done. */
  const press = async (step: number, name: string): Promise<string> => {
    await page.getByRole('button', { name, exact: true }).click();
    const row = page
      .getByRole('list', { name: 'Steps' })
      .getByRole('listitem')
      .nth(step - 1);
    const output = row.getByRole('status', { name: `What came of step ${step}` });
    const isOver = async () => (await row.getAttribute('class'))?.includes('done');
    await expect.poll(isOver, { timeout: 120_000 }).toBe(true);
    return (await output.textContent()) ?? '';
  };

  const callsNow = () => room.stack.upstream.calls.length;

  it('1: two hundred wishes become a few calls', async () => {
    const said = await press(1, 'Send 200 wishes');
    const calls = callsNow();
    expect(calls).toBeLessThan(12);
    const told = `${calls} ${calls === 1 ? 'call' : 'calls'}`;
    expect(said).toContain(`200 wishes of one job each became ${told}.`);
  });

  it('2: one job leads to its wish, its call and its verdict', async () => {
    expect(await press(2, 'Find one job')).toMatch(/: \d+\. It has 1 result event\.$/);
  });

  it('3: a bad id is rejected, and the other nineteen are delivered', async () => {
    const before = callsNow();
    const said = await press(3, 'Send a bad id');
    expect(said).toContain('19 delivered, 1 rejected');
    // P7: 2·ceil(log2 20) + 1 calls besides the first.
    expect(callsNow() - before).toBeLessThanOrEqual(12);
    expect(said).toContain(`in ${callsNow() - before} calls`);
  });

  it('4: what was throttled is told to wait, and is delivered afterwards', async () => {
    const before = callsNow();
    const said = await press(4, 'Break and mend it');
    expect(said).toContain('30 delivered');
    const statuses = room.stack.upstream.calls.slice(before).map(({ status }) => status);
    expect(statuses[0]).toBe(429);
    expect(statuses.at(-1)).toBe(200);
  });

  it('5: a reply is killed, and nothing is sent twice', async () => {
    const before = callsNow();
    const said = await press(5, 'Kill a reply');
    expect(said).toContain('Nothing was sent twice');
    expect(said).toContain('4 delivered, by observed evidence');
    expect(callsNow() - before).toBe(1);
  });

  it('the simulator is well again afterwards, and its links lead to what they name', async () => {
    const flow = await room.open('/');
    const troubles = () => flow.getByText('told to make trouble').count();
    await expect.poll(troubles, { timeout: 10_000 }).toBe(0);
    await page.getByRole('link', { name: '4 delivered, by observed evidence' }).click();
    await page.getByRole('heading', { level: 2, name: 'Its history' }).waitFor();
    expect(room.errors).toEqual([]);
  });
});
