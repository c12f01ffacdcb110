import type { Measure } from '../json/metric.ts';
import { isHeld } from '../reply/reply.ts';
import { isOfLooks } from './destination.ts';
import type { Send } from './send.ts';

/** Sends the same way, and counts each request that went out. A request that was held back counts for nothing. */
export const measuredSend =
  (send: Send, measure: Measure): Send =>
  async (request, turn) => {
    const reply = await send(request, turn);
    const { route } = request;
    if (isHeld(reply) || route === undefined) return reply;
    if (isOfLooks(route)) measure('LooksSent', 1);
    else measure('CallsSent', 1, { operation: route });
    return reply;
  };
