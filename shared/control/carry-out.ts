import type { Log } from '../core/log.ts';
import { jobIdOf, type MayBegin, pathFor } from '../core/operation.ts';
import type { Verdict } from '../core/outcome.ts';
import type { Call, Carrier } from '../core/plan.ts';
import { type CallInfo, type Timing, timingOf } from '../core/result.ts';
import type { SendBy } from '../core/route.ts';

export interface CallEdges {
  readonly send: SendBy;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newId: () => string;
}

/** One request and what it says of its jobs: a verdict each, in the call's order. */
export interface Attempt {
  readonly call: Call;
  readonly verdicts: readonly (readonly [Carrier, Verdict])[];
  readonly info: CallInfo;
  readonly timing: Timing;
  /** That nothing was sent, for want of time or since the gates are closed. */
  readonly isHeld: boolean;
  /** Of so many jobs, these among them, one is the reason why all were refused. Undefined: there is no such suspicion. */
  readonly suspects?: number | undefined;
  /** Seconds, if the upstream asked for a pause. */
  readonly retryAfter?: number | undefined;
}

/** How a request went: everybody was served; it was refused as a whole, and has to be taken apart; or, undefined, anything else. */
type Passage = 'through' | 'suspect' | undefined;

/** Carries out one planned call, in as many requests as it takes; reports every job exactly once. */
export type CarryOut = (
  call: Call,
  remainingMs: () => number,
  report: (attempt: Attempt) => Promise<void>,
) => Promise<void>;

/**
 * Law (promise P7): a refusal of the whole call that may be one job's fault is taken apart by halving, until single
 * jobs carry it. A half is known to be bad when its whole was refused and its sibling went through: it is halved again
 * unsent, so one bad job among n costs at most 2·ceil(log2 n) + 1 further requests. Both halves are asked before one of
 * them is taken apart, so that most jobs are rid of a bad one early. None is begun with less than `msPerCall` left: its
 * jobs stay unanswered, and suspected. What was refused beside a status of success is not asked again before a look.
 */
export const makeCarryOut =
  (edges: CallEdges, msPerCall: number): CarryOut =>
  async (planned, remainingMs, report) => {
    const ask = async (call: Call, attempts: number, suspects?: number): Promise<Passage> => {
      const deadline = deadlineOf(call);
      const mayBegin = (inMs = 0): boolean =>
        remainingMs() - inMs >= msPerCall && edges.now() + inMs < deadline;
      if (!mayBegin()) {
        await report({ ...unsent(call, attempts, edges.now()), suspects });
        return undefined;
      }
      const { attempt, suspect } = await send(edges, call, attempts, mayBegin);
      const verdicts = attempt.verdicts.map(([, verdict]) => verdict);
      const isShared = verdicts.length > 1;
      if (isShared && suspect && verdicts.every(({ kind }) => kind === 'rejected'))
        return 'suspect';
      const isInVain = isShared && verdicts.every(isUnclear);
      await report({ ...attempt, suspects: isInVain ? verdicts.length : suspects });
      return verdicts.every(({ kind }) => kind === 'delivered') ? 'through' : undefined;
    };

    const takeApart = async (call: Call, attempts: number): Promise<void> => {
      const middle = Math.ceil(call.carriers.length / 2);
      const left = { ...call, carriers: call.carriers.slice(0, middle) };
      const right = { ...call, carriers: call.carriers.slice(middle) };
      const suspects = call.carriers.length;
      const ofLeft = await ask(left, attempts, suspects);
      const isRightBad = ofLeft === 'through' && right.carriers.length > 1;
      const ofRight = isRightBad ? 'suspect' : await ask(right, attempts, suspects);
      const deeper = isRightBad ? attempts : attempts + 1;
      if (ofLeft === 'suspect') await takeApart(left, deeper);
      if (ofRight === 'suspect') await takeApart(right, deeper);
    };

    if ((await ask(planned, 1)) === 'suspect') await takeApart(planned, 2);
  };

/** Nobody can tell whether it was served: should one of them be the reason, the others have to be rid of it. */
const isUnclear = (verdict: Verdict): boolean =>
  verdict.kind === 'unanswered' && verdict.served !== 'no';

/** Until when every job of a call is wished by somebody, in milliseconds since 1970. */
const deadlineOf = ({ carriers }: Call): number =>
  Math.min(
    ...carriers.map(({ askers }) =>
      Math.max(
        ...askers.map(({ intent: { expires_at: end } }) =>
          end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end),
        ),
      ),
    ),
  );

const send = async (edges: CallEdges, call: Call, attempts: number, mayBegin: MayBegin) => {
  const { operation, project_id, options } = call;
  const jobs = call.carriers.map(({ job }) => job);
  const info: CallInfo = { id: edges.newId(), size: jobs.length, attempts };
  const calledAt = edges.now();
  const request = {
    service: operation.service,
    project: project_id,
    route: operation.name,
    method: 'POST',
    path: pathFor(operation, project_id),
    body: operation.encode(jobs, options),
  } as const;
  const reply = await edges.send(request, mayBegin);
  const timing = timingOf(calledAt, edges.now());
  const { verdicts: read, suspect } = operation.decode(jobs.map(jobIdOf), reply);
  const verdicts = call.carriers.map((carrier, i) => [carrier, read[i] ?? UNREAD] as const);
  edges.log.info('call', {
    call_id: info.id,
    operation: operation.name,
    project_id,
    options,
    jobs: jobs.length,
    intents: intentsOf(call),
    attempts,
    request_id: reply.requestId,
    reply: reply.kind === 'replied' ? reply.status : reply.reason,
    ...tally(verdicts.map(([, verdict]) => verdict)),
    ms: timing.settledAt - timing.calledAt,
  });
  const attempt: Attempt = {
    call,
    verdicts,
    info,
    timing,
    isHeld: reply.held === true,
    retryAfter: reply.retryAfter,
  };
  return { attempt, suspect };
};

/** Of a job that the reader of a reply has left out: it may have been served. */
const UNREAD: Verdict = { kind: 'unanswered', served: 'maybe yet', reason: 'not read' };

const NO_TIME: Verdict = {
  kind: 'unanswered',
  served: 'no',
  reason: 'no time left in this invocation',
};

const unsent = (call: Call, attempts: number, now: number): Attempt => ({
  call,
  verdicts: call.carriers.map((carrier) => [carrier, NO_TIME]),
  isHeld: true,
  info: { id: '', size: call.carriers.length, attempts },
  timing: timingOf(now, now),
});

/** Some of those who asked, so that a log can be searched by intent. */
const MOST_INTENTS = 10;

const intentsOf = ({ carriers }: Call): readonly string[] => {
  const ids = new Set<string>();
  for (const { askers } of carriers)
    for (const { intent } of askers) if (ids.size < MOST_INTENTS) ids.add(intent.intent_id);
  return [...ids];
};

/** Some of the reasons why jobs are unanswered, so that a line of the log stays one. */
const MOST_REASONS = 3;
const LONGEST_REASON = 200;

const tally = (verdicts: readonly Verdict[]) => {
  const count = (kind: Verdict['kind']) =>
    verdicts.filter((verdict) => verdict.kind === kind).length;
  const reasons = new Set<string>();
  for (const verdict of verdicts)
    if (verdict.kind === 'unanswered' && reasons.size < MOST_REASONS)
      reasons.add(verdict.reason.slice(0, LONGEST_REASON));
  return {
    delivered: count('delivered'),
    rejected: count('rejected'),
    unanswered: count('unanswered'),
    ...(reasons.size > 0 && { why: [...reasons] }),
  };
};
