import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSEvent } from 'aws-lambda';
import { acceptDollarsOf, dollarsOf } from '../dollars.ts';
import { tellProgress } from '../report/progress.ts';
import { type Cloud, openCloud } from './cloud.ts';
import type { Design } from './designs.ts';
import { type Environment, startEnvironment } from './environments.ts';
import { startMapping } from './mapping.ts';
import { environmentOf, FUNCTION_SECONDS, writeSecrets } from './settings.ts';
import { backlog, type Workload } from './workloads.ts';
import { type Wrongs, wrongsOf } from './wrongs.ts';

/** What one design made of one workload. */
export interface Figures extends Wrongs {
  /** Until the last result. */
  readonly seconds: number;
  readonly calls: number;
  readonly looks: number;
  readonly callsPerOptimum: number;
  /** Requests to the batch endpoint for each that was served or refused for its jobs. */
  readonly attemptsPerCall: number;
  readonly cpuMicroseconds: number;
  readonly peakMegabytes: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly queueRequests: number;
  readonly eventRequests: number;
  readonly lambdaMsPerThousand: number;
  readonly dollarsPerMillion: number;
  /** What accept-http has of them. */
  readonly acceptDollarsPerMillion: number;
  /** Whether messages were left when the time was over. */
  readonly unfinished: number;
}

/** SQS's default. */
const VISIBILITY_MS = 30_000;
const LONGEST_MS = 240_000;

/** A request to AWS takes 5 to 10 ms. */
const AWS_MS = [5, 10] as const;

const warmUp = async (environments: readonly Environment[], cloud: Cloud): Promise<void> => {
  await Promise.all(environments.map(({ ready }) => ready()));
  await Promise.all(
    environments.map(async (environment, i) => {
      const Records = backlog(20, 1).messages.map(({ id, body }) => ({
        messageId: id,
        receiptHandle: `warm-${id}`,
        body: body.replaceAll('054ba152', `warm${i}`),
        attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
        messageAttributes: {},
      }));
      await environment.invoke({ Records });
    }),
  );
  cloud.clear();
  for (const { resetMeter } of environments) resetMeter();
};

/** Runs the workload through the queue. Gives the seconds until the last new result. */
const drain = async (
  cloud: Cloud,
  environments: readonly Environment[],
  design: Design,
  { messages, kills }: Workload,
): Promise<number> => {
  const { queue, bus, upstream } = cloud;
  const start = performance.now();
  let [last, known] = [start, 0];
  bus.watch(() => {
    if (bus.outcomes.size > known) last = performance.now();
    known = bus.outcomes.size;
  });
  const busy = new Map<Environment, number>();
  const invoke = async (slot: number, event: SQSEvent) => {
    const environment = environments[slot % environments.length];
    if (environment === undefined) throw new Error('no environment');
    busy.set(environment, (busy.get(environment) ?? 0) + 1);
    const invoked = await environment.invoke(event);
    busy.set(environment, (busy.get(environment) ?? 1) - 1);
    return invoked;
  };
  const due = [...kills];
  upstream.watch((answered) => {
    if (due[0] === undefined || answered < due[0]) return;
    due.shift();
    [...busy].find(([, invocations]) => invocations > 0)?.[0].kill();
  });
  queue.send(messages);
  const concurrency = environments.length * design.perEnvironment;
  const options = { ...design, concurrency, keepsFailures: design.hasQueue };
  const mapping = startMapping(queue, options, invoke);
  while (queue.left() > 0 && performance.now() - start < LONGEST_MS) await sleep(10);
  await mapping.stop();
  return (last - start) / 1_000;
};

/** What all environments took together. */
const usedBy = (environments: readonly Environment[]) => {
  const all = environments.map(({ used }) => used());
  const sum = (pick: (used: (typeof all)[number]) => number) =>
    all.reduce((total, used) => total + pick(used), 0);
  return {
    billedMs: sum(({ wallMs }) => wallMs),
    cpuMicroseconds: sum((used) => used.cpuMicroseconds),
    peakMegabytes: Math.max(...all.map(({ residentKb }) => residentKb / 1_024)),
    invocations: sum((used) => used.invocations),
  };
};

const figuresOf = (
  cloud: Cloud,
  { billedMs, cpuMicroseconds, peakMegabytes, invocations }: ReturnType<typeof usedBy>,
  design: Design,
  workload: Workload,
  seconds: number,
): Figures => {
  const count = (name: string): number => cloud.counter.counts()[name] ?? 0;
  const jobs = new Set(workload.wishes.flatMap((wish) => wish.jobs)).size;
  const requests = design.hasQueue ? workload.messages.length : 0;
  const answered = count('calls served') + count('calls refused');
  return {
    seconds,
    calls: count('calls'),
    looks: count('looks'),
    callsPerOptimum: count('calls') / workload.optimum,
    attemptsPerCall: count('calls') / answered,
    cpuMicroseconds: cpuMicroseconds / jobs,
    peakMegabytes,
    writeUnits: count('write units') / jobs,
    readUnits: count('read units') / jobs,
    queueRequests: design.hasQueue ? count('queue requests') / jobs : 0,
    eventRequests: count('PutEvents') / jobs,
    lambdaMsPerThousand: (billedMs / jobs) * 1_000,
    dollarsPerMillion: dollarsOf({
      jobs,
      requests,
      invocations,
      billedMs,
      memoryGigabytes: design.memoryGigabytes,
      queueRequests: design.hasQueue ? count('queue requests') : 0,
      writeUnits: count('write units'),
      readUnits: count('read units'),
      events: count('events'),
    }),
    acceptDollarsPerMillion: acceptDollarsOf({ requests, jobs }),
    unfinished: cloud.queue.left(),
    ...wrongsOf(cloud, workload),
  };
};

/** Sends a workload through a design, against a cloud of its own. */
export const tryOut = async (design: Design, workload: Workload): Promise<Figures> => {
  tellProgress(`${design.name}: ${workload.title} …`);
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const { upstream } = workload;
  const cloud = await openCloud({ awsMs: AWS_MS, upstream, visibilityMs: VISIBILITY_MS });
  const env = environmentOf(cloud.url, writeSecrets(folder, design), design);
  const options = { module: design.module, env, timeoutMs: FUNCTION_SECONDS * 1_000 };
  const environments = Array.from({ length: design.environments }, () => startEnvironment(options));
  try {
    await warmUp(environments, cloud);
    const seconds = await drain(cloud, environments, design, workload);
    return figuresOf(cloud, usedBy(environments), design, workload, seconds);
  } finally {
    for (const environment of environments) environment.stop();
    cloud.close();
    rmSync(folder, { recursive: true });
  }
};
