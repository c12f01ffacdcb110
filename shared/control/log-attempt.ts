import type { Intent } from '../intent/intent.ts';
import { type Log, traceFields } from '../json/log.ts';
import type { Reply } from '../reply/reply.ts';
import type { Verdict } from '../reply/verdict.ts';
import type { Attempt } from './attempt.ts';
import type { Call } from './planned.ts';

/** The line of the log for one request. */
export const logAttempt = (
  log: Log,
  { call, verdicts, info, timing }: Attempt,
  reply: Reply,
): void => {
  const intents = intentsOf(call);
  for (const intent of intents.values())
    log.debug('intent called', { ...traceFields(intent), call_id: info.id });
  log.info('call', {
    call_id: info.id,
    operation: call.operation.name,
    project_id: call.project_id,
    options: call.options,
    jobs: info.size,
    intents: intents.size,
    attempts: info.attempts,
    request_id: reply.requestId,
    reply: reply.kind === 'replied' ? reply.status : reply.reason,
    ...tally(verdicts.map(([, verdict]) => verdict)),
    ms: timing.settledAt - timing.calledAt,
  });
};

/** The intents of a call, by their ids. */
export const intentsOf = ({ carriers }: Call): ReadonlyMap<string, Intent> =>
  new Map(
    carriers.flatMap(({ wishedBy }) =>
      wishedBy.map(({ intent }) => [intent.intent_id, intent] as const),
    ),
  );

/** A line of the log tells at most so many reasons why jobs are unanswered. */
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
