import chromium from '@sparticuz/chromium';
import { type Browser, chromium as driver } from 'playwright-core';

/** The browser comes in an npm package, for Linux on x64 alone. */
export const HAS_BROWSER = process.platform === 'linux' && process.arch === 'x64';

/** Why the tests in a browser do not run here. Undefined if they do. */
export const noBrowser = (): string | undefined =>
  HAS_BROWSER
    ? undefined
    : `no browser for ${process.platform} ${process.arch}: the tests of the console in a browser are left out`;

/** Starts Chromium without a window. */
export const startBrowser = async (): Promise<Browser> => {
  const start = async () =>
    driver.launch({
      executablePath: await chromium.executablePath(),
      args: chromium.args,
      headless: true,
    });
  return start();
};
