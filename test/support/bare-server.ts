import { createServer, type RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import { listen } from './listen.ts';

/** A server on a port of its own for one test. It is closed with all its connections when the test ends. */
export const startBareServer = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener);
  const { url, stop } = await listen(server);
  onTestFinished(stop);
  return url;
};
