import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';

/** What a page was like since it was read last. Times are in milliseconds. */
export interface PageSample {
  readonly heap: number;
  readonly nodes: number;
  readonly listeners: number;
  /** Seconds of work since the start. */
  readonly busy: number;
  /** The longest task, of those above 50 ms. */
  readonly task: number;
  /** The slowest answer to a press, until it is painted; of those above 16 ms. */
  readonly press: number;
  /** From the press on an id of the live list until the history of the job is shown. */
  readonly history: number;
}

const WATCH = `
  globalThis.slowest = { task: 0, press: 0 };
  const keep = (name) => (list) => {
    for (const { duration } of list.getEntries())
      globalThis.slowest[name] = Math.max(globalThis.slowest[name], duration);
  };
  new PerformanceObserver(keep('task')).observe({ type: 'longtask', buffered: false });
  new PerformanceObserver(keep('press')).observe({ type: 'event', durationThreshold: 16, buffered: false });
`;

/** A finger or a button is down for so long. */
const PRESS_MS = 90;

/** Presses what a person sees, where it stands at that moment. */
const press = async (page: Page, selector: string): Promise<void> => {
  const one = page.locator(selector).first();
  await one.scrollIntoViewIfNeeded();
  const box = await one.boundingBox();
  if (box === null) throw new Error(`${selector} is not shown`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await sleep(PRESS_MS);
  await page.mouse.up();
};

const shown = (page: Page, name: RegExp | string): Promise<void> =>
  page.getByRole('heading', { name }).first().waitFor();

/** Goes round: to the form and back, and from an id of the live list to its history and back. Resolves to the time of the history. */
const goRound = async (page: Page): Promise<number> => {
  await press(page, 'nav a[href="#/send"]');
  await shown(page, 'Send');
  await press(page, 'nav a[href="#/"]');
  await page.locator('.log').scrollIntoViewIfNeeded();
  await page.locator('.log a[href^="#/job"]').first().waitFor();
  // The list is held still from here on.
  await page.locator('.log').hover();
  await press(page, '.log a[href^="#/job"]');
  const began = performance.now();
  await shown(page, 'Its history');
  const history = performance.now() - began;
  await press(page, 'nav a[href="#/"]');
  await shown(page, /became/);
  return history;
};

const measure = async (session: CDPSession): Promise<Record<string, number>> => {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
};

/** Watches a page that is open. */
export const watchPage = async (page: Page) => {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await page.evaluate(WATCH);
  const slowest = (): Promise<{ task: number; press: number }> =>
    page.evaluate(
      `(() => { const was = globalThis.slowest; globalThis.slowest = { task: 0, press: 0 }; return was; })()`,
    );
  return {
    /** Uses the page as a person would, and measures it. */
    sample: async (): Promise<PageSample> => {
      const history = await goRound(page);
      const { task, press: answer } = await slowest();
      const found = await measure(session);
      return {
        heap: found.JSHeapUsedSize ?? 0,
        nodes: found.Nodes ?? 0,
        listeners: found.JSEventListeners ?? 0,
        busy: found.TaskDuration ?? 0,
        task,
        press: answer,
        history,
      };
    },
  };
};
