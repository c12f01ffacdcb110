import type { BusEvent, EventBus } from '../bus/event-bus.ts';
import { readStackSettings } from '../settings.ts';
import { startStack } from '../stack.ts';
import { expectedResults } from './expectation.ts';
import { reportOf } from './report.ts';
import { type Detail, resultsOn } from './results.ts';
import { readSamples } from './samples.ts';
import { makeSender, type Sent } from './send-sample.ts';

/** `npm run demo`: every sample through the whole stack, and what came of it. Exits 0 only if every job got its result. */

/** Long enough for all samples to meet in one batch, short enough to wait for. */
const WINDOW_SECONDS = '2';
const DEADLINE_MS = 60_000;

/** Resolves when the bus has so many results, or when the deadline has passed. */
const waitForResults = (bus: EventBus, count: number): Promise<void> =>
  new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const look = (_?: BusEvent): void => {
      if (resultsOn(bus).length >= count) finish();
    };
    const timer = setTimeout(finish, DEADLINE_MS);
    const unsubscribe = bus.onEvent(look);
    look();
  });

/** Whether every job that the samples ask for has its result. */
const isComplete = (results: readonly Detail[], expected: readonly string[]): boolean => {
  const got = results.map(
    ({ operation, project_id, job_id }) => `${operation} ${project_id} ${job_id}`,
  );
  return JSON.stringify(got.toSorted()) === JSON.stringify(expected);
};

const run = async (): Promise<boolean> => {
  const settings = readStackSettings({
    PORT: '0',
    BATCH_WINDOW_SECONDS: WINDOW_SECONDS,
    LOG_LEVEL: 'warn',
  });
  const stack = await startStack(settings);
  const { bus, upstream } = stack;
  if (bus === undefined || upstream === undefined) throw new Error('the demo needs its own stack');
  const samples = readSamples();
  const expected = expectedResults(samples);
  const sender = makeSender(stack, settings);
  const sent: Sent[] = [];
  for (const sample of samples) sent.push(await sender.send(sample));
  await waitForResults(bus, expected.length);
  sender.stop();
  await stack.stop();

  const results = resultsOn(bus);
  const calls = upstream.calls.length;
  const complete = isComplete(results, expected);
  console.log(reportOf(sent, upstream.calls, results));
  console.log(
    complete
      ? `${expected.length} requests for a job in ${samples.length} samples: ${calls} calls, one result each.`
      : `Expected ${expected.length} results and got ${results.length}: something is wrong.`,
  );
  return complete;
};

process.exitCode = (await run()) ? 0 : 1;
