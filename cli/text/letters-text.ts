import { jobIdOf } from '../../shared/operations/operation.ts';
import { fateOf, type Planned } from '../replay/replay-plan.ts';
import { tableOf } from './table.ts';
import { instantOf } from './times.ts';

const LONGEST_REASON = 100;

const leftOutText = ({ choice }: Planned): string => {
  const { settled = 0, stale = 0, repeated = 0 } = choice?.leftOut ?? {};
  return [
    ...(settled > 0 ? [`${settled} settled`] : []),
    ...(stale > 0 ? [`${stale} stale`] : []),
    ...(repeated > 0 ? [`${repeated} repeated`] : []),
  ].join(', ');
};

const whyText = ({ letter: { fault, message } }: Planned): string =>
  (fault ?? message.reason ?? 'it does not say').slice(0, LONGEST_REASON);

/** Letters as a table: what a replay would do with each, and why it lies there. */
export const lettersTable = (planned: readonly Planned[]): readonly string[] =>
  tableOf(
    ['REPLAY', 'QUEUE', 'SINCE', 'OPERATION', 'PROJECT', 'JOBS', 'LEFT OUT', 'WHY', 'MESSAGE'],
    planned.map((one) => [
      fateOf(one) === 'replay' ? 'yes' : `no: ${fateOf(one)}`,
      one.letter.message.queue,
      instantOf(one.letter.message.sentAt),
      one.letter.wish?.operation,
      one.letter.wish?.project_id,
      one.choice === undefined ? '' : String(one.choice.jobs.length),
      leftOutText(one),
      whyText(one),
      one.letter.message.id,
    ]),
  );

/** A letter for scripts. */
export const letterJson = (planned: Planned) => {
  const { letter, choice } = planned;
  const { message, wish, fault } = letter;
  return {
    fate: fateOf(planned),
    queue: message.queue,
    message_id: message.id,
    sent_at: new Date(message.sentAt).toISOString(),
    reason: message.reason,
    fault,
    intent_id: wish?.intent?.intent_id,
    operation: wish?.operation,
    project_id: wish?.project_id,
    job_ids: choice?.jobs.map(jobIdOf),
    left_out: choice?.leftOut,
  };
};
