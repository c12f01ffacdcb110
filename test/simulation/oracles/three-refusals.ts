import type { Invocation, Step } from '../chronicle.ts';
import { isRefusal } from './no-call-while-open.ts';
import type { Oracle } from './oracle.ts';

/** This many refusals in a row open a breaker. */
const STRIKES = 3;

/** A denied call is followed by three requests, which tell whether one of its jobs was the reason. */
const DENIED_SHARE = 1 / 4;

/** What one invocation met. */
interface Met {
  /** By breaker: how many requests in a row were turned back, and when the third reply came. */
  readonly rows: Map<string, { count: number; knownAt: number }>;
  turnedBack: boolean;
  served: boolean;
}

const nothing = (): Met => ({ rows: new Map(), turnedBack: false, served: false });

const serve = (met: Met): void => {
  met.served = true;
  met.rows.clear();
};

const turnBack = (
  met: Met,
  { breaker, at, isDenied }: Extract<Step, { kind: 'turned back' }>,
): void => {
  met.turnedBack = true;
  const row = met.rows.get(breaker) ?? { count: 0, knownAt: Number.POSITIVE_INFINITY };
  row.count += isDenied ? DENIED_SHARE : 1;
  if (row.count >= STRIKES) row.knownAt = Math.min(row.knownAt, at);
  met.rows.set(breaker, row);
};

/**
 * After three calls or looks in a row were turned back on a way, an invocation sends no more on it. If it met nothing but
 * refusals and no message is done, it fails, so that the alarm goes off.
 */
export const threeRefusals: Oracle = {
  promise: 'three refusals open the breaker, and the invocation fails',
  *check({ steps }) {
    const mets = new Map<Invocation, Met>();
    const metBy = (invocation: Invocation): Met => {
      const met = mets.get(invocation) ?? nothing();
      mets.set(invocation, met);
      return met;
    };
    for (const step of steps) {
      if (step.kind === 'seen') serve(metBy(step.look.invocation));
      if (step.kind === 'heard' && !isRefusal(step.reply)) serve(metBy(step.call.invocation));
      if (step.kind === 'turned back') {
        const met = metBy(step.invocation);
        if (step.sentAt > (met.rows.get(step.breaker)?.knownAt ?? Number.POSITIVE_INFINITY))
          yield `invocation ${step.invocation.n} sent another through the breaker of ${step.breaker} after three were turned back`;
        turnBack(met, step);
      }
      if (step.kind !== 'ended' || step.invocation.ended !== 'returned') continue;
      const { invocation, staying } = step;
      const { turnedBack, served } = metBy(invocation);
      if (turnedBack && !served && staying.length === invocation.letters.length)
        yield `invocation ${invocation.n} was turned back whatever it sent, and did not fail`;
    }
  },
};
