import chromium from '@sparticuz/chromium';
import { type Browser, chromium as driver } from 'playwright-core';

/** Why no browser can be started here, in one line. Undefined if one can: its binary comes in an npm package, for Linux on x64 alone. */
export const noBrowser = (): string | undefined => {
  const { platform, arch } = process;
  return platform === 'linux' && arch === 'x64'
    ? undefined
    : `no browser for ${platform} ${arch}: what runs the console in one is left out`;
};

/** Starts Chromium without a window. The package's own arguments are for Lambda: they switch off web security. */
export const startBrowser = async (): Promise<Browser> =>
  driver.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
