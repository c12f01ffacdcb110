import { mkdir } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { readStackSettings } from '../local/settings.ts';
import { startStack } from '../local/stack.ts';
import { noBrowser, startBrowser } from '../test/support/browser.ts';

/** `npm run screenshots`: starts a stack, sends two hundred jobs, and takes the pictures of the console for the pages. */

const FOLDER = new URL('../docs/', import.meta.url);
const SIZE = { width: 1200, height: 704 };
const PATIENCE_MS = 60_000;

const take = async (browser: Browser, url: string, colorScheme: 'light' | 'dark') => {
  const page = await browser.newPage({ viewport: SIZE, colorScheme, reducedMotion: 'reduce' });
  await page.goto(url);
  const heading = page.getByRole('heading', { level: 1, name: /wishes became/ });
  await heading.waitFor({ timeout: PATIENCE_MS });
  const file = new URL(`console-${colorScheme}.png`, FOLDER);
  await page.screenshot({ path: file.pathname });
  await page.close();
  return file.pathname;
};

const run = async (): Promise<void> => {
  const stack = await startStack(readStackSettings({ PORT: '0', LOG_LEVEL: 'warn' }));
  const browser = await startBrowser();
  try {
    await mkdir(FOLDER, { recursive: true });
    const page = await browser.newPage();
    await page.goto(stack.url);
    await page.getByRole('button', { name: 'Send 200 jobs' }).click();
    await page.getByText('200 delivered').first().waitFor({ timeout: PATIENCE_MS });
    await page.close();
    for (const scheme of ['light', 'dark'] as const)
      console.log(await take(browser, stack.url, scheme));
  } finally {
    await browser.close();
    await stack.stop();
  }
};

const missing = noBrowser();
if (missing === undefined) await run();
else console.log(missing);
process.exit(0);
