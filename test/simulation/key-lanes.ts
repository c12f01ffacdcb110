import { fixedAllowance, proofOfSignature, slowStart } from '../../shared/upstream/allowance.ts';
import type { Send } from '../../shared/upstream/send.ts';
import { type InTurn, makeTurns } from '../../shared/upstream/turns.ts';
import type { Climate } from './climate.ts';

/**
 * Execution environments, each with turns of its own for requests by the one key pair. One serves an invocation at a time,
 * and the next if that has ended well; one whose invocation has died is never used again.
 */
export const makeKeyLanes = (
  { callsPerKey, callConcurrency: upTo, slowStarts }: Climate,
  now: () => number,
) => {
  const allowance = () =>
    slowStarts
      ? slowStart({ upTo, step: 1, proofOf: proofOfSignature, now })
      : fixedAllowance(callsPerKey);
  const idle: InTurn[] = [];
  return {
    enter: () => {
      const inTurn = idle.pop() ?? makeTurns(allowance());
      return {
        inTurn:
          (send: Send): Send =>
          async (request, turn) => {
            const run = async () => ({ reply: await send(request, turn) });
            const { reply } = await inTurn(request.project, run, request.isLook ? 'look' : 'call');
            return reply;
          },
        leave: () => {
          idle.push(inTurn);
        },
      };
    },
  };
};
