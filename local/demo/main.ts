import * as v from 'valibot';
import type { BusEvent, EventBus } from '../bus/event-bus.ts';
import { readStackSettings } from '../settings.ts';
import { startStack } from '../stack.ts';
import type { UpstreamCall } from '../upstream/simulator.ts';
import { expectedResults } from './expectation.ts';
import { makeSender, readSamples, type Sent } from './samples.ts';
import { table } from './table.ts';

/** `npm run demo`: every sample through the whole stack, and what came of it. Exits 0 only if every job got its result. */

/** Long enough for all samples to meet in one batch, short enough to wait for. */
const WINDOW_SECONDS = '2';
const DEADLINE_MS = 60_000;

/** What the table tells of a result; one that cannot be read stops the demo. */
const detailSchema = v.object({
  intent_id: v.string(),
  operation: v.string(),
  project_id: v.string(),
  job_id: v.string(),
  outcome: v.string(),
  evidence: v.optional(v.string()),
  superseded_by: v.optional(v.string()),
  call: v.optional(v.object({ id: v.string(), size: v.number() })),
});

type Detail = v.InferOutput<typeof detailSchema>;

/** Each result once: an event may come twice. */
const resultsOn = ({ events }: Pick<EventBus, 'events'>): readonly Detail[] => {
  const results = events
    .filter(({ source }) => source === 'job-fanin')
    .map(({ detail }) => v.parse(detailSchema, detail));
  return [...new Map(results.map((one) => [`${one.intent_id}/${one.job_id}`, one])).values()];
};

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

const requestsTable = (sent: readonly Sent[]): string =>
  table(
    ['sample', 'way in', 'answer'],
    sent.map(({ sample, way, answer }) => [sample.file, way, answer]),
  );

const callsTable = (calls: readonly UpstreamCall[]): string =>
  table(
    ['operation', 'options', 'status', 'jobs'],
    calls.map(({ operation, options, status, job_ids }) => [
      operation,
      JSON.stringify(options),
      String(status ?? 'none'),
      job_ids.join(', '),
    ]),
  );

/** Ids that begin with the same instant differ in their ends. */
const short = (id: string): string => `…${id.slice(-12)}`;

const resultsTable = (results: readonly Detail[]): string =>
  table(
    ['intent', 'operation', 'job', 'outcome', 'rests on'],
    results
      .toSorted((a, b) => (a.intent_id + a.job_id < b.intent_id + b.job_id ? -1 : 1))
      .map(({ intent_id, operation, job_id, outcome, evidence, superseded_by, call }) => [
        short(intent_id),
        operation,
        job_id,
        outcome,
        superseded_by
          ? `intent ${short(superseded_by)}`
          : `${evidence ?? 'nothing'}, a call of ${call?.size ?? 0}`,
      ]),
  );

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
  console.log(`\nRequests\n\n${requestsTable(sent)}\n`);
  console.log(`Calls upstream\n\n${callsTable(upstream.calls)}\n`);
  console.log(`Results on the bus\n\n${resultsTable(results)}\n`);
  const got = results.map(
    ({ operation, project_id, job_id }) => `${operation} ${project_id} ${job_id}`,
  );
  const complete = JSON.stringify(got.toSorted()) === JSON.stringify(expected);
  console.log(
    complete
      ? `${expected.length} wishes for jobs in ${samples.length} samples: ${upstream.calls.length} calls, one result each.`
      : `Expected ${expected.length} results and got ${got.length}: something is wrong.`,
  );
  return complete;
};

process.exitCode = (await run()) ? 0 : 1;
