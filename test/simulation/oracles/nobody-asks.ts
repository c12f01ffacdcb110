import type { Call, Invocation, Step } from '../chronicle.ts';
import type { Oracle } from './oracle.ts';

/** The shortest cool-down, less what two clocks may differ by. */
const SECONDS = 3;

const wayOf = ({ operation, project }: Call): string => `${operation.slice(0, 3)}/${project}`;

const isRefusal = (reply: string): boolean => /^(silence|5\d\d|429|401)/.test(reply);

/** What one invocation heard on each way, and when it was refused first: from then on a cool-down may run. */
interface Heard {
  readonly refused: boolean;
  readonly served: boolean;
  readonly at: number;
}

/** The ways that an invocation met nothing but refusals on, once it has ended and told so. */
const closedBy = (heard: ReadonlyMap<string, Heard>): readonly (readonly [string, number])[] =>
  Array.from(heard, ([way, { refused, served, at }]) =>
    refused && !served ? ([way, at + SECONDS * 1_000] as const) : undefined,
  ).filter((entry) => entry !== undefined);

const note = (heard: Map<string, Heard>, step: Extract<Step, { kind: 'heard' }>): void => {
  const way = wayOf(step.call);
  const { refused, served, at } = heard.get(way) ?? { refused: false, served: false, at: 0 };
  const isNo = isRefusal(step.reply);
  heard.set(way, {
    refused: refused || isNo,
    served: served || !isNo,
    at: isNo && !refused ? step.at : at,
  });
};

/** Where an invocation met nothing but refusals, none that begins after it sends anything until a cool-down is over. */
export const nobodyAsks: Oracle = {
  promise: 'nobody asks while everybody is refused',
  *check({ steps, climate }) {
    // A look that brings a page is no refusal, and leaves no trace here.
    if (climate.rates.has('look html')) return;
    const heard = new Map<Invocation, Map<string, Heard>>();
    const closed = new Map<string, number>();
    const barred = new Map<Invocation, ReadonlyMap<string, number>>();
    for (const step of steps) {
      if (step.kind === 'begun') barred.set(step.invocation, new Map(closed));
      if (step.kind === 'heard') {
        const own = heard.get(step.call.invocation) ?? new Map();
        note(own, step);
        heard.set(step.call.invocation, own);
      }
      if (step.kind === 'seen') {
        const { invocation, service, project } = step.look;
        const own = heard.get(invocation) ?? new Map();
        own.set(`${service}/${project}`, { refused: false, served: true, at: step.at });
        heard.set(invocation, own);
      }
      if (step.kind === 'ended' && step.invocation.conflicts === 0) {
        const isWhole = step.invocation.ended === 'returned' || step.invocation.ended === 'threw';
        if (isWhole)
          for (const [way, until] of closedBy(heard.get(step.invocation) ?? new Map()))
            closed.set(way, until);
      }
      if (step.kind !== 'called') continue;
      const until = barred.get(step.call.invocation)?.get(wayOf(step.call)) ?? 0;
      if (step.at < until)
        yield `call ${step.call.n} was sent ${until - step.at} ms before a cool-down was over`;
    }
  },
};
