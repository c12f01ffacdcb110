import type { IncomingMessage } from 'node:http';
import { PACKED_DETAIL_TYPE, RESULT_DETAIL_TYPE } from '../../shared/intent/result.ts';
import { isObject, parseJson } from '../../shared/json/json.ts';
import type { BusEvent, EventBus } from '../bus/event-bus.ts';
import type { Health } from '../health.ts';
import type { Upstream } from '../upstream/simulator.ts';
import type { StackParts } from './stack-parts.ts';

/** What can be looked into: each is there only if it is embedded, and not another server. */
export interface Inspection {
  readonly health: () => Promise<Health>;
  /** The parts of the stack, as the outputs of a deployed one name them. */
  readonly parts: StackParts;
  readonly bus?: Pick<EventBus, 'events'> | undefined;
  readonly upstream?:
    | Pick<
        Upstream,
        | 'calls'
        | 'looks'
        | 'refusals'
        | 'behaviour'
        | 'behave'
        | 'reset'
        | 'accounts'
        | 'setAccounts'
        | 'putJobs'
      >
    | undefined;
}

interface Seen {
  readonly status: number;
  readonly body: unknown;
}

const ok = (body: unknown): Seen => ({ status: 200, body });
const seenOf = (health: Health): Seen => ({
  status: health.status === 'ok' ? 200 : 503,
  body: health,
});
const elsewhere = (what: string): Seen => ({
  status: 404,
  body: { message: `${what} is another server, not the embedded one: look there.` },
});

/**
 * `GET /healthz`, `GET /local/stack`, `GET /local/results[?intent_id=…]`, `GET /local/calls`, `GET /local/looks`, `GET /local/refusals`,
 * `GET`, `PUT` and `DELETE /local/upstream` for how the upstream simulator behaves, `GET` and `PUT
 * /local/upstream/accounts` for whom it lets in, and `PUT /local/upstream/jobs` for the state of jobs. Undefined if the request is for none of them.
 */
export const inspect = async (
  { method = 'GET', url = '/' }: IncomingMessage,
  body: Buffer,
  { health, parts, bus, upstream }: Inspection,
): Promise<Seen | undefined> => {
  const [path, query] = url.split('?', 2);
  switch (`${method} ${path}`) {
    case 'GET /healthz':
      return seenOf(await health());
    case 'GET /local/stack':
      return ok(parts);
    case 'GET /local/results':
      return bus ? ok(resultsOf(bus, new URLSearchParams(query))) : elsewhere('The event bus');
    default: {
      const look = UPSTREAM_LOOKS[`${method} ${path}`];
      if (look === undefined) return undefined;
      return upstream ? look(upstream, body) : elsewhere('The upstream');
    }
  }
};

type SeenUpstream = NonNullable<Inspection['upstream']>;

const UPSTREAM_LOOKS: Readonly<Record<string, (upstream: SeenUpstream, body: Buffer) => Seen>> = {
  'GET /local/calls': ({ calls }) => ok(calls),
  'GET /local/looks': ({ looks }) => ok(looks),
  'GET /local/refusals': ({ refusals }) => ok(refusals),
  'GET /local/upstream': ({ behaviour }) => ok(behaviour()),
  'PUT /local/upstream': ({ behave, behaviour }, body) =>
    change(body, (value) => behave(value as Parameters<Upstream['behave']>[0]), behaviour),
  'DELETE /local/upstream': ({ reset, behaviour }) => {
    reset();
    return ok(behaviour());
  },
  'GET /local/upstream/accounts': ({ accounts }) => ok(accounts()),
  'PUT /local/upstream/accounts': ({ setAccounts, accounts }, body) =>
    change(body, (value) => setAccounts(value as Parameters<Upstream['setAccounts']>[0]), accounts),
  'PUT /local/upstream/jobs': ({ putJobs }, body) =>
    change(
      body,
      (value) => putJobs(value as Parameters<Upstream['putJobs']>[0]),
      (changed) => changed,
    ),
};

const intentsIn = ({ detail, 'detail-type': type }: BusEvent): readonly unknown[] => {
  if (type === RESULT_DETAIL_TYPE) return [detail.intent_id];
  if (type !== PACKED_DETAIL_TYPE || !Array.isArray(detail.results)) return [];
  return detail.results.map((result) => isObject(result) && result.intent_id);
};

/** The bus also carries intents, for accept-event's rule. */
const resultsOf = ({ events }: Pick<EventBus, 'events'>, query: URLSearchParams) => {
  const intentId = query.get('intent_id');
  return events.filter((event) => {
    const intents = intentsIn(event);
    return intentId === null ? intents.length > 0 : intents.includes(intentId);
  });
};

/** Hands on what was sent, which is then checked, and shows what has become of it. */
const change = <Applied>(
  body: Buffer,
  apply: (value: unknown) => Applied,
  show: (applied: Applied) => unknown,
): Seen => {
  const parsed = parseJson(body.toString());
  if (!parsed.ok) return { status: 400, body: { message: parsed.detail } };
  try {
    return ok(show(apply(parsed.value)));
  } catch (error) {
    return {
      status: 400,
      body: { message: error instanceof Error ? error.message : String(error) },
    };
  }
};
