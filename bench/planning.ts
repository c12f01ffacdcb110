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

const AT = Date.parse('2026-01-31T12:00:01.000Z');

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

/** Carries 10,000 messages of ten ids through, call by call as the control loop does. Gives the most memory it took. */
const carryOneBatch = (): number => {
  const workload = makeWorkload({ messages: 10_000, jobsPerMessage: 10, projects: 5, seed: 7 });
  for (const call of plan(workload.map((intent) => JSON.stringify(intent)))) {
    encode(call);
    for (const result of resultsOf(call, replyTo(call))) JSON.stringify(result);
  }
  return process.resourceUsage().maxRSS / 1024;
};

/** Megabytes resident at the most, in a process of its own. */
export const measureResident = (): number =>
  Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url)]));

if (import.meta.main) console.log(carryOneBatch());
