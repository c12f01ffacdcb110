import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Environment } from '../../shared/json/settings.ts';
import { noBrowser, startBrowser } from '../support/browser.ts';
import type { TestStack } from '../support/stack.ts';
import { beginConsole } from './console-room.ts';

const missing = noBrowser();
if (missing !== undefined) console.log(missing);

/** Whether tests run in a browser. Without one they are left out, and the rest goes on. */
export const HAS_BROWSER = missing === undefined;

/** How long a busy machine may take. */
export const PATIENCE = { timeout: 60_000 };

/** A stack with its console, and a browser. */
export interface Room {
  readonly stack: TestStack;
  readonly browser: Browser;
  /** A new page at an address of the console, or at a whole one. What it says of errors is kept in `errors`. */
  readonly open: (at?: string, options?: BrowserContextOptions) => Promise<Page>;
  readonly errors: string[];
  readonly close: () => Promise<void>;
}

export const openRoom = async (environment: Environment = {}): Promise<Room> => {
  const [stack, browser] = await Promise.all([beginConsole(environment), startBrowser()]);
  const errors: string[] = [];
  const open = async (at = '/', options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE.timeout);
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(new URL(at, stack.url).href);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  };
  const close = async (): Promise<void> => {
    await browser.close();
    await stack.stop();
  };
  return { stack, browser, open, errors, close };
};
