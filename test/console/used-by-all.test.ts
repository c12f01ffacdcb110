import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_BROWSER, openRoom, type Room } from './browser-room.ts';
import { PROJECT, wish } from './console-room.ts';

/** The rules of WCAG 2.2, levels A and AA, and those of good practice. */
const violationsOf = async (page: Page): Promise<readonly string[]> => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
};

describe.runIf(HAS_BROWSER)('every page of the console', () => {
  let room: Room;
  let pages: readonly (readonly [address: string, shows: string])[];
  beforeAll(async () => {
    room = await openRoom();
    const { intentId } = await wish(room.stack, ['61', '62']);
    await room.stack.idle();
    const call = room.stack.upstream.calls.at(-1)?.headers['x-request-id'] ?? '';
    const job = new URLSearchParams({ service: 'dli', project: PROJECT, job: '61' });
    pages = [
      ['', 'Batches'],
      ['send', 'Preview'],
      ['break', 'Once'],
      ['tour', 'Kill a reply, and see that nothing is sent twice'],
      [`intent?id=${intentId}`, 'As it came'],
      [`call?id=${call}`, 'Reply'],
      [`job?${job}`, 'Its history'],
    ];
  });
  afterAll(() => room.close());

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
  ] as const)('has nothing that axe objects to: %s, %i pixels wide', async (colorScheme, width) => {
    // axe adds a script of its own, which the page's policy would keep out.
    const options = { colorScheme, viewport: { width, height: 844 }, bypassCSP: true };
    const page = await room.open('/', options);
    for (const [at, shows] of pages) {
      await page.goto(`${room.stack.url}/#/${at}`);
      await page.getByRole('heading', { level: 2, name: shows, exact: true }).waitFor();
      expect([at, await violationsOf(page)]).toEqual([at, []]);
      const wide = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect([at, wide]).toEqual([at, 0]);
    }
    await page.context().close();
  });

  it('can be reached and used with the keyboard', async () => {
    const page = await room.open();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Send 200 jobs');
    await page.keyboard.press('Enter');
    await page.getByText(/wishes were taken/).waitFor();
    await page.context().close();
  });
});
