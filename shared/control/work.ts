import { operationOf } from '../core/intent.ts';
import type { Sealed } from '../core/part-record.ts';
import type { Call } from '../core/plan.ts';
import { cutCalls, partRepeats, planCalls, type Queued } from '../core/plan.ts';
import type { VerdictInfo } from '../core/result.ts';
import { type Book, makeBook } from './book.ts';
import { makeCarryOut } from './carry-out.ts';
import { candidatesOf, makeClaim } from './claim.ts';
import { makeConclude } from './conclude.ts';
import type { ControlEdges, ControlLimits } from './edges.ts';
import { type Destination, type Gates, makeGates } from './gates.ts';
import { failIfLast } from './give-up.ts';
import { makeLookAt } from './look.ts';
import type { Part, Received } from './part.ts';
import { isSettled, openJobsOf, recallInto } from './part.ts';
import { makeReport, settleAskers } from './report.ts';
import { slotsPer } from './slots.ts';
import { type Weighed, weigh } from './weigh.ts';

type Parts<Message extends Received = Received> = ReadonlyMap<string, Part<Message>>;

/** Everything between reading a batch and giving back what stays. Tells whether the upstream refused all it was asked. */
export const workOn = async <Message extends Received>(
  received: Parts<Message>,
  edges: ControlEdges<Message>,
  limits: ControlLimits,
  remainingMs: () => number,
  acknowledge: (done: readonly Part<Message>[]) => Promise<void>,
): Promise<{ readonly areAllRefused: boolean }> => {
  const { now, log } = edges;
  const invocation = edges.newId();
  const { keepSeconds, msPerCall, callConcurrency, leaseMs } = limits;
  const book = makeBook(edges.ledger, { newVersion: edges.newId, now, keepSeconds, log });
  const parts = await recall(book, received);
  if (parts === undefined) return { areAllRefused: false };
  const gates = makeGates({ ...edges, book }, msPerCall);
  const toUpstream = { ...edges, send: gates.send };
  const lookUntil = (least: number) =>
    makeLookAt(toUpstream, callConcurrency, (inMs = 0) => remainingMs() - inMs >= least);
  // Half of the time at the most: if looks took it all, what they show would never be acted on.
  const lookBefore = lookUntil((remainingMs() + msPerCall) / 2);
  const claim = makeClaim({ book, now, invocation, leaseMs, parts });
  const report = makeReport({ parts, invocation, lookAt: lookUntil(msPerCall) });
  const carryOut = makeCarryOut(toUpstream, msPerCall);
  const record = makeConclude({ book, invocation, publish: edges.publish });

  const conclude = async (some: readonly Part<Message>[]): Promise<void> => {
    for (const part of some) failIfLast(part, limits.maxReceives, now());
    const done = new Set<Part>(await record(some));
    await acknowledge(some.filter((part) => done.has(part)));
  };

  await gates.open(destinationsOf(parts));
  const planned = plan(parts, gates, now(), limits.restartDelaySeconds);
  const weighed = await weigh(planned, { book, lookAt: lookBefore, now });
  for (const [carrier, superseded_by] of weighed?.superseded ?? [])
    settleAskers(parts, carrier, sealedAt(now(), { outcome: 'superseded', superseded_by }));
  for (const carrier of await claim(weighed?.observed ?? [], 'served'))
    settleAskers(parts, carrier, sealedAt(now(), { outcome: 'delivered', evidence: 'observed' }));

  for (const { askers } of weighed?.unseen ?? [])
    for (const part of partsOf(parts, askers)) part.outOfTime = true;

  const perform = async (call: Call, { candidates }: Weighed): Promise<void> => {
    if (gates.standing(destinationOf(call)) !== 'open') return;
    if (remainingMs() < msPerCall) {
      log.warn('no time left', { operation: call.operation.name, jobs: call.carriers.length });
      for (const part of partsOf(parts, askersOf(call))) part.outOfTime = true;
      return;
    }
    const carriers = await claim(candidatesOf(call, candidates), 'open');
    if (carriers.length > 0) await carryOut({ ...call, carriers }, remainingMs, report);
  };
  const calls =
    weighed === undefined
      ? []
      : cutCalls(
          partRepeats(weighed.calls, (carrier) => weighed.repeats.get(carrier)),
          limits.maxJobsPerCall,
        );
  const unfinished = countCalls(parts, calls);
  const finishedBy = (call: Call) =>
    partsOf(parts, askersOf(call)).filter((part) => {
      const left = (unfinished.get(part) ?? 0) - 1;
      unfinished.set(part, left);
      return left === 0;
    });
  const slotsOf = slotsPer(callConcurrency);
  await Promise.all([
    conclude([...parts.values()].filter((part) => !unfinished.has(part))),
    ...calls.map(async (call) => {
      if (weighed !== undefined) await slotsOf(call.project_id)(() => perform(call, weighed));
      await conclude(finishedBy(call));
    }),
  ]);

  await gates.leave();
  for (const part of parts.values())
    if (!isSettled(part)) part.pause = Math.max(part.pause, gates.pause(destinationOfPart(part)));
  return { areAllRefused: gates.areAllRefused() };
};

/**
 * Reads what the ledger knows of the parts, and leaves out those of whom it knows what this release cannot read.
 * Undefined if it is out of reach.
 */
const recall = async <Message extends Received>(
  book: Book,
  parts: Parts<Message>,
): Promise<Parts<Message> | undefined> => {
  const stored = await book.parts([...parts.keys()]);
  if (stored === undefined) return undefined;
  const known = new Map(parts);
  for (const [key, { record, version }] of stored) {
    const part = parts.get(key);
    if (part === undefined) continue;
    part.seen = version;
    if (record === undefined) known.delete(key);
    else recallInto(part, record);
  }
  return known;
};

/** The calls that may go out; what needs none is settled, and what has to wait knows how long. */
const plan = (
  parts: Parts,
  gates: Gates,
  at: number,
  restartDelaySeconds: number,
): readonly Call[] => {
  const { calls, settled, waiting } = planCalls(queuedOf(parts), new Date(at).toISOString());
  for (const { job_id: job, asker, ...verdict } of settled)
    settleAskers(parts, { job, askers: [asker] }, sealedAt(at, verdict));
  for (const { askers } of waiting)
    for (const { part: key } of askers) {
      const part = parts.get(key);
      if (part !== undefined) part.pause = restartDelaySeconds;
    }
  return calls.filter((call) => {
    const standing = gates.standing(destinationOf(call));
    if (standing === 'nobody')
      for (const carrier of call.carriers) settleAskers(parts, carrier, sealedAt(at, NOBODYS));
    return standing === 'open';
  });
};

/** The verdict on the jobs of a project that nobody can send requests for. */
const NOBODYS: VerdictInfo = {
  outcome: 'rejected',
  error: {
    code: 'no-credential',
    message: 'There is no credential for this project: add one to the upstream’s secret',
  },
};

/** The parts with the jobs alone that have no verdict yet. */
const queuedOf = (parts: Parts): readonly Queued[] =>
  [...parts.values()].flatMap((part) => {
    const jobs = openJobsOf(part);
    if (jobs.length === 0) return [];
    return [{ part: part.key, intent: { ...part.intent, jobs } }];
  });

const destinationOf = ({ operation: { service }, project_id: project }: Call): Destination => ({
  service,
  project,
});

const destinationOfPart = ({ intent }: Part): Destination => ({
  service: operationOf(intent).service,
  project: intent.project_id,
});

/** Where the jobs that have no verdict yet would be sent, each once. */
const destinationsOf = (parts: Parts): readonly Destination[] => {
  const open = [...parts.values()].filter((part) => !isSettled(part)).map(destinationOfPart);
  return [...new Map(open.map((it) => [`${it.service}/${it.project}`, it])).values()];
};

const sealedAt = (at: number, verdict: VerdictInfo): Sealed => ({
  ...verdict,
  calledAt: at,
  settledAt: at,
});

const partsOf = <Message extends Received>(
  parts: Parts<Message>,
  askers: readonly Queued[],
): readonly Part<Message>[] => {
  const keys = new Set(askers.map(({ part }) => part));
  return [...keys].flatMap((key) => parts.get(key) ?? []);
};

const askersOf = ({ carriers }: Call): readonly Queued[] =>
  carriers.flatMap(({ askers }) => askers);

/** How many calls each part waits for; parts that wait for none are left out. */
const countCalls = (parts: Parts, calls: readonly Call[]): Map<Part, number> => {
  const counts = new Map<Part, number>();
  for (const call of calls)
    for (const part of partsOf(parts, askersOf(call)))
      counts.set(part, (counts.get(part) ?? 0) + 1);
  return counts;
};
