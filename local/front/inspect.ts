import type { IncomingMessage } from 'node:http';
import { parseJson } from '../../shared/core/json.ts';
import { RESULT_DETAIL_TYPE } from '../../shared/core/result.ts';
import type { EventBus } from '../bus/event-bus.ts';
import type { Upstream } from '../upstream/simulator.ts';

/** What can be looked into: each is there only if it is embedded, and not another server. */
export interface Inspection {
  readonly bus?: Pick<EventBus, 'events'> | undefined;
  readonly upstream?: Pick<Upstream, 'calls' | 'behaviour' | 'behave' | 'reset'> | undefined;
}

interface Seen {
  readonly status: number;
  readonly body: unknown;
}

const ok = (body: unknown): Seen => ({ status: 200, body });
const elsewhere = (what: string): Seen => ({
  status: 404,
  body: { message: `${what} is another server, not the embedded one: look there.` },
});

/**
 * `GET /healthz`, `GET /local/results[?intent_id=…]`, `GET /local/calls`, and `GET`, `PUT` and `DELETE /local/upstream`
 * for how the upstream simulator behaves. Undefined if the request is for none of them.
 */
export const inspect = (
  { method = 'GET', url = '/' }: IncomingMessage,
  body: Buffer,
  { bus, upstream }: Inspection,
): Seen | undefined => {
  const [path, query] = url.split('?', 2);
  switch (`${method} ${path}`) {
    case 'GET /healthz':
      return ok({ status: 'ok' });
    case 'GET /local/results':
      return bus ? ok(resultsOf(bus, new URLSearchParams(query))) : elsewhere('The event bus');
    case 'GET /local/calls':
      return upstream ? ok(upstream.calls) : elsewhere('The upstream');
    case 'GET /local/upstream':
      return upstream ? ok(upstream.behaviour()) : elsewhere('The upstream');
    case 'PUT /local/upstream':
      return upstream ? behave(upstream, body) : elsewhere('The upstream');
    case 'DELETE /local/upstream':
      upstream?.reset();
      return upstream ? ok(upstream.behaviour()) : elsewhere('The upstream');
    default:
      return undefined;
  }
};

/** The bus also carries intents, for accept-event's rule. */
const resultsOf = ({ events }: Pick<EventBus, 'events'>, query: URLSearchParams) => {
  const intentId = query.get('intent_id');
  return events.filter(
    ({ detail, 'detail-type': type }) =>
      type === RESULT_DETAIL_TYPE && (intentId === null || detail.intent_id === intentId),
  );
};

const behave = (upstream: NonNullable<Inspection['upstream']>, body: Buffer): Seen => {
  const parsed = parseJson(body.toString());
  if (!parsed.ok) return { status: 400, body: { message: parsed.detail } };
  try {
    upstream.behave(parsed.value as Parameters<Upstream['behave']>[0]);
    return ok(upstream.behaviour());
  } catch (error) {
    return {
      status: 400,
      body: { message: error instanceof Error ? error.message : String(error) },
    };
  }
};
