import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cutCalls } from '../shared/intent/cut-calls.ts';
import { readMessage } from '../shared/intent/message.ts';
import { type Call, planCalls, type Queued } from '../shared/intent/plan.ts';
import { type Result, resultOf, timingOf } from '../shared/intent/result.ts';
import { jobIdOf } from '../shared/operations/operation.ts';
import { readReply } from '../shared/reply/read-reply.ts';
import type { WireReply } from '../shared/reply/reply.ts';
import { makeWorkload } from './workload.ts';

const ROUNDS = 9;
const AT = Date.parse('2026-01-31T12:00:01.000Z');

export const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;

const timed = (work: () => unknown): number => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

const plan = (bodies: readonly string[]): readonly Call[] => {
  const queued = bodies.flatMap((body, i): Queued[] => {
    const reading = readMessage(body);
    return reading.ok ? [{ from: String(i), intent: reading.intent }] : [];
  });
  return cutCalls(planCalls(queued, new Date(AT).toISOString()).calls, () => 100);
};

const encode = ({ operation, carriers, options }: Call): string =>
  operation.encode(
    carriers.map(({ job }) => job),
    options,
  );

/** What a well-behaved upstream says to a call. */
const replyTo = ({ operation, carriers }: Call): WireReply => {
  const jobs = carriers.map(({ job }) => job);
  const { status, body } = operation.answer(jobs, 'en-us');
  return { kind: 'replied', status, body: JSON.stringify(body) };
};

const resultsOf = ({ operation, carriers }: Call, reply: WireReply): readonly Result[] => {
  const { verdicts } = operation.decode(
    carriers.map(({ job }) => jobIdOf(job)),
    readReply(reply),
  );
  const call = { id: '01a1f89b-26ba-71df-a364-15cde11c143c', size: carriers.length, attempts: 1 };
  const timing = timingOf(AT, AT + 40);
  return carriers.flatMap(({ job, wishedBy }, i) => {
    const verdict = verdicts[i];
    if (verdict?.kind !== 'delivered') return [];
    const { kind: outcome, evidence } = verdict;
    return wishedBy.map(({ intent }) =>
      resultOf(intent, jobIdOf(job), { outcome, evidence, call }, timing),
    );
  });
};

const parseAll = (texts: readonly string[]): readonly unknown[] =>
  texts.map((text): unknown => JSON.parse(text));

const stringifyAll = (values: readonly unknown[]): number =>
  values.reduce<number>((bytes, value) => bytes + JSON.stringify(value).length, 0);

/**
 * All that is pure on the way of 10,000 messages of 10 ids, messages to call bodies and replies to result events,
 * against the least that it can take: `JSON.parse` of the same input and `JSON.stringify` of the same output.
 */
export const measurePlanning = () => {
  const workload = makeWorkload({ messages: 10_000, jobsPerMessage: 10, projects: 5, seed: 7 });
  const messages = workload.map((intent) => JSON.stringify(intent));
  const calls = plan(messages);
  const replies = calls.map(replyTo);
  const replyTexts = replies.map(({ body }) => body);
  const bodies = parseAll(calls.map(encode));
  const results = calls.map((call, i) => resultsOf(call, replies[i] as WireReply));

  const outward = () => plan(messages).map(encode);
  const homeward = () =>
    calls.map((call, i) => stringifyAll(resultsOf(call, replies[i] as WireReply)));
  const rounds = Array.from({ length: ROUNDS }, () => ({
    outwardFloor: timed(() => [parseAll(messages), stringifyAll(bodies)]),
    outward: timed(outward),
    homewardFloor: timed(() => [parseAll(replyTexts), results.map(stringifyAll)]),
    homeward: timed(homeward),
  }));
  const of = (name: keyof (typeof rounds)[number]) => median(rounds.map((round) => round[name]));
  const floorMs = of('outwardFloor') + of('homewardFloor');
  const ourMs = of('outward') + of('homeward');
  return {
    calls: calls.length,
    floorMs,
    ourMs,
    ratio: ourMs / floorMs,
    outwardRatio: of('outward') / of('outwardFloor'),
    homewardRatio: of('homeward') / of('homewardFloor'),
  };
};

/** Carries one batch of the same size through, call by call as the control loop does, and gives the most memory it took. */
const carryOneBatch = (): number => {
  const workload = makeWorkload({ messages: 10_000, jobsPerMessage: 10, projects: 5, seed: 7 });
  for (const call of plan(workload.map((intent) => JSON.stringify(intent)))) {
    encode(call);
    stringifyAll(resultsOf(call, replyTo(call)));
  }
  return process.resourceUsage().maxRSS / 1024;
};

/** Megabytes resident at the most, in a process of its own. */
export const measureResident = (): number =>
  Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'one batch']));

if (import.meta.main) {
  console.log(process.argv[2] === 'one batch' ? carryOneBatch() : measurePlanning());
}
