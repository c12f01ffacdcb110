import type { Send } from '../../shared/upstream/send.ts';
import { type InTurn, makeTurns } from '../../shared/upstream/turns.ts';

/**
 * Execution environments, each with turns of its own for requests by the one key pair. One serves an invocation at a time,
 * and the next if that has ended well; one whose invocation has died is never used again.
 */
export const makeKeyLanes = (callsPerKey: number) => {
  const idle: InTurn[] = [];
  return {
    enter: () => {
      const inTurn = idle.pop() ?? makeTurns(callsPerKey);
      return {
        inTurn:
          (send: Send): Send =>
          async (request, turn) => {
            const { reply } = await inTurn(request.project, async () => ({
              reply: await send(request, turn),
            }));
            return reply;
          },
        leave: () => {
          idle.push(inTurn);
        },
      };
    },
  };
};
