import type { Call, Invocation, Step } from '../chronicle.ts';
import type { Oracle } from './oracle.ts';

/** The shortest time that a breaker stays open, less the difference of two clocks. */
const SECONDS = 3;

const projectOf = ({ operation, project }: Call): string => `${operation.slice(0, 3)}/${project}`;
const routeOf = (call: Call): string => `${projectOf(call)}/${call.operation}`;

/** No answer, a server error, a throttle, a bad credential, or a page. A 403 and a 413 may be about one job. */
export const isRefusal = (reply: string): boolean =>
  /^(silence|5\d\d|429|401|4(?!03|13)\d\d <|200 (<|$)|404 .*APIGW\.0101)/.test(reply);

/** Whether a refusal is about the path alone. */
const isOfRoute = (reply: string): boolean => /^404 (<|.*APIGW\.0101)/.test(reply);

/** What one invocation heard behind a breaker, and when it was refused first. The breaker may be open from then on. */
interface Heard {
  readonly refused: boolean;
  readonly served: boolean;
  readonly at: number;
}

const UNHEARD: Heard = { refused: false, served: false, at: 0 };

/** The breakers behind which an invocation met nothing but refusals, and until when they are open. */
const openedBy = (heard: ReadonlyMap<string, Heard>): readonly (readonly [string, number])[] =>
  Array.from(heard, ([breaker, { refused, served, at }]) =>
    refused && !served ? ([breaker, at + SECONDS * 1_000] as const) : undefined,
  ).filter((entry) => entry !== undefined);

const refuse = (heard: Map<string, Heard>, breaker: string, now: number): void => {
  const { refused, served, at } = heard.get(breaker) ?? UNHEARD;
  heard.set(breaker, { refused: true, served, at: refused ? at : now });
};

const serve = (heard: Map<string, Heard>, breaker: string): void => {
  heard.set(breaker, { ...(heard.get(breaker) ?? UNHEARD), served: true });
};

const note = (heard: Map<string, Heard>, step: Extract<Step, { kind: 'heard' }>): void => {
  const { call, reply, at } = step;
  if (isRefusal(reply)) refuse(heard, isOfRoute(reply) ? routeOf(call) : projectOf(call), at);
  else for (const breaker of [projectOf(call), routeOf(call)]) serve(heard, breaker);
};

/** After an invocation that met nothing but refusals behind a breaker, later invocations send nothing there while it is open. */
export const noCallWhileOpen: Oracle = {
  promise: 'no call while the breaker is open',
  *check({ steps }) {
    const heard = new Map<Invocation, Map<string, Heard>>();
    const openUntil = new Map<string, number>();
    const openAtStart = new Map<Invocation, ReadonlyMap<string, number>>();
    for (const step of steps) {
      if (step.kind === 'begun') openAtStart.set(step.invocation, new Map(openUntil));
      if (step.kind === 'heard') {
        const own = heard.get(step.call.invocation) ?? new Map();
        note(own, step);
        heard.set(step.call.invocation, own);
      }
      if (step.kind === 'seen') {
        const { invocation, service, project } = step.look;
        const own = heard.get(invocation) ?? new Map();
        serve(own, `${service}/${project}`);
        heard.set(invocation, own);
      }
      if (step.kind === 'ended' && step.invocation.conflicts === 0) {
        const isWhole = step.invocation.ended === 'returned' || step.invocation.ended === 'threw';
        if (isWhole)
          for (const [breaker, until] of openedBy(heard.get(step.invocation) ?? new Map()))
            openUntil.set(breaker, until);
      }
      if (step.kind !== 'called') continue;
      const known = openAtStart.get(step.call.invocation);
      const ends = [projectOf(step.call), routeOf(step.call)].map(
        (breaker) => known?.get(breaker) ?? 0,
      );
      const until = Math.max(...ends);
      if (step.at < until)
        yield `call ${step.call.n} was sent ${until - step.at} ms before a breaker was half-open`;
    }
  },
};
