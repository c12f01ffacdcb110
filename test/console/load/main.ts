import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { noBrowser, startBrowser } from '../../support/browser.ts';
import { frameThat } from '../console-room.ts';
import { driveJobs } from './drive.ts';
import { type Server, startServer } from './server.ts';
import { watchPage } from './watch-page.ts';

/**
 * `npm run endure -- --minutes 10`: the page in Chromium and the stack in a process of its own, at a thousand
 * results per second. Each half minute it uses the page, and prints one line. It fails if memory grows from the sixth
 * minute on, if a press is not answered within 200 ms, or if a job has no verdict at the end.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    'per-second': { type: 'string', default: '1000' },
  },
});
const SAMPLE_MS = 30_000;
/** The simulator forgets jobs after five minutes. Until then it grows with each. */
const WARM_MS = 6 * 60_000;
const PATIENCE_MS = 60_000;
const MOST_PRESS_MS = 200;
/** What memory may grow by from then on, in MB. */
const MOST_GROWTH = { page: 8, server: 32, rss: 128 };

const MB = 1_048_576;
const COLUMNS = ['s', 'page MB', 'nodes', 'listeners', 'busy', 'task ms', 'press ms', 'history ms'];
const OF_SERVER = ['server MB', 'RSS MB', 'busy', 'jobs', 'open', 'late ms'];
const printRow = (cells: readonly (string | number)[]): void =>
  console.log(cells.map((cell) => String(cell).padStart(10)).join(' '));

const settledIn = async (url: string): Promise<number> => {
  const { data } = await frameThat(url, () => true);
  const { outcomes }: { outcomes: Record<string, number> } = Object(data.figures);
  return Object.values(outcomes).reduce((sum, n) => sum + n, 0);
};

type Driven = ReturnType<typeof driveJobs>;
type Watched = Awaited<ReturnType<typeof watchPage>>;

/** Samples until the time is over. Busy is in seconds per second since the sample before. */
const sampleAll = async (server: Server, page: Watched, driven: Driven, endMs: number) => {
  const began = performance.now();
  const samples = [];
  let [pageBusy, serverBusy, at] = [0, (await server.tell()).busy, began];
  for (let due = SAMPLE_MS; due <= endMs; due += SAMPLE_MS) {
    await sleep(began + due - performance.now());
    const seen = await page.sample();
    const told = await server.tell();
    const { accepted, late } = driven.counts();
    const open = accepted - (await settledIn(server.url));
    const seconds = (performance.now() - at) / 1_000;
    const { nodes, listeners, task, press, history } = seen;
    samples.push({ due, press, page: seen.heap / MB, server: told.heap / MB, rss: told.rss / MB });
    printRow([
      due / 1_000,
      (seen.heap / MB).toFixed(1),
      ...[nodes, listeners, ((seen.busy - pageBusy) / seconds).toFixed(2)],
      ...[task, press, history].map(Math.round),
      ...[told.heap, told.rss].map((bytes) => (bytes / MB).toFixed(0)),
      ...[((told.busy - serverBusy) / seconds).toFixed(2), accepted, open, Math.round(late)],
    ]);
    [pageBusy, serverBusy, at] = [seen.busy, told.busy, performance.now()];
  }
  return samples;
};

const faultsOf = (samples: Awaited<ReturnType<typeof sampleAll>>): readonly string[] => {
  const warm = samples.filter(({ due }) => due >= WARM_MS);
  const [first, last] = [warm[0], warm.at(-1)];
  if (first === undefined || last === undefined) return [];
  const slow = samples.filter(({ press }) => press > MOST_PRESS_MS).map(({ press }) => press);
  const grown = (['page', 'server', 'rss'] as const).filter(
    (name) => last[name] - first[name] > MOST_GROWTH[name],
  );
  return [
    ...grown.map((name) => `${name} grew by ${(last[name] - first[name]).toFixed(0)} MB`),
    ...slow.map((press) => `a press was answered after ${press} ms`),
  ];
};

const settleAll = async (url: string, jobs: number): Promise<readonly string[]> => {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const open = jobs - (await settledIn(url));
    if (open === 0) return [];
    if (performance.now() > end) return [`${open} jobs have no verdict`];
    await sleep(500);
  }
};

const run = async (): Promise<readonly string[]> => {
  console.log(`load of the machine before: ${loadavg()[0]?.toFixed(1)}`);
  const server = await startServer();
  const browser = await startBrowser();
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(`the page said: ${message}`));
  await page.goto(server.url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const watched = await watchPage(page);
  const driven = driveJobs(server.url, Number(values['per-second']));
  printRow([...COLUMNS, ...OF_SERVER]);
  try {
    const samples = await sampleAll(server, watched, driven, Number(values.minutes) * 60_000);
    await driven.stop();
    const { accepted, refused } = driven.counts();
    const open = await settleAll(server.url, accepted);
    const no = refused > 0 ? [`${refused} requests were refused`] : [];
    return [...errors, ...faultsOf(samples), ...open, ...no];
  } finally {
    await driven.stop();
    await browser.close();
    await server.stop();
  }
};

const missing = noBrowser();
const faults = missing === undefined ? await run() : [missing];
console.log(faults.length === 0 ? 'nothing grew, and each press was answered' : faults.join('\n'));
process.exit(missing === undefined && faults.length > 0 ? 1 : 0);
