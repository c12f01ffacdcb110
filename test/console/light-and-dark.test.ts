import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_BROWSER, openRoom, type Room } from './browser-room.ts';

/** The colour that an element is drawn with, as the browser computes them. */
const colourOf = (page: Page, selector: string, property: string): Promise<string> =>
  page.evaluate(`getComputedStyle(document.querySelector('${selector}')).${property}`);

/** How bright a colour is, from 0 for black to 1 for white. Colours of the page are `rgb(…)`. */
const brightness = (colour: string): number => {
  const parts = [...colour.matchAll(/\d+/g)].slice(0, 3).map(([part]) => Number(part));
  return parts.reduce((sum, part) => sum + part, 0) / (3 * 255);
};

describe.runIf(HAS_BROWSER)('the page follows the system, light or dark', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room.close());

  it.each(['light', 'dark'] as const)(
    '%s: paper, panels, text, fields and the picture',
    async (colorScheme) => {
      const page = await room.open('/', { colorScheme });
      await page.locator('.fan .strand').first().waitFor();
      const isLight = colorScheme === 'light';
      const surfaces = ['body', '.panel', '.top'];
      for (const one of surfaces)
        expect(brightness(await colourOf(page, one, 'backgroundColor')) > 0.5).toBe(isLight);
      for (const one of ['body', 'h1', '.figures dd'])
        expect(brightness(await colourOf(page, one, 'color')) < 0.5).toBe(isLight);
      expect(brightness(await colourOf(page, '.fan text', 'fill')) < 0.5).toBe(isLight);
      await page.goto(`${room.stack.url}/#/send`);
      await page.getByLabel('Operation').waitFor();
      expect(brightness(await colourOf(page, 'textarea', 'backgroundColor')) > 0.5).toBe(isLight);
      await page.context().close();
    },
  );

  it('changes at once when the system does', async () => {
    const page = await room.open('/', { colorScheme: 'light' });
    const before = await colourOf(page, 'body', 'backgroundColor');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await colourOf(page, 'body', 'backgroundColor')).not.toBe(before);
    expect(room.errors).toEqual([]);
  });
});
