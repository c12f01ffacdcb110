import { type AcceptEdges, makeAccept, makeAcceptSteps } from '../../shared/accept/accept.ts';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import type { Intent } from '../../shared/intent/intent.ts';
import { readMessage } from '../../shared/intent/message.ts';
import type { Measure } from '../../shared/json/metric.ts';
import type { StartSpan } from '../../shared/json/span.ts';
import { idAt, NOW } from './messages.ts';

/** The way in over a queue that keeps what it is given and takes the n-th message if it is told to. */
export const startAcceptance = ({
  takes = () => true,
  maxMessageBytes = 256 * 1024,
  blockJobs,
  startSpan,
  measure,
}: {
  takes?: (message: number) => boolean;
  maxMessageBytes?: number;
  blockJobs?: number;
  startSpan?: StartSpan;
  measure?: Measure;
} = {}) => {
  const sent: string[] = [];
  let age = 0;
  const edges: AcceptEdges = {
    enqueue: async (messages) => {
      sent.push(...messages.map(({ body }) => body));
      return messages.map((_, i) => takes(i));
    },
    now: () => new Date(NOW),
    newIntentId: (after, at) =>
      after === undefined && at === undefined ? idAt(++age) : newIntentId(after, at),
    maxMessageBytes,
    blockJobs,
    startSpan,
    measure,
    deadlineMs: 6 * 3_600_000,
  };
  const accept = makeAccept(edges);
  const steps = makeAcceptSteps(edges);
  const queued = (): readonly Intent[] =>
    sent.map((text) => {
      const reading = readMessage(text);
      if (!reading.ok) throw new Error(reading.reason);
      return reading.intent;
    });
  return { accept, steps, queued, sent };
};
