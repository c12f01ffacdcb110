import type { Log } from '../json/log.ts';
import type { Records, Seen, Shelf } from '../ledger/records.ts';
import {
  ADVICE,
  admissionTo,
  type BreakerState,
  OPEN,
  openedAfter,
  probeOf,
  type RefusalOfAll,
  readBreaker,
  reasonIn,
  STRIKES,
  writeBreaker,
} from './circuit-breaker.ts';

/** The states of breakers as the ledger has them. */
export const breakersOf = (records: Records): Shelf<BreakerState> =>
  records.of({ read: readBreaker, write: writeBreaker });

/** One way to the upstream, of a service for a project, of one route there or of a credential, as one invocation knows it. */
export interface SharedBreaker {
  /** Whether nothing goes out on it any more in this invocation. */
  readonly isClosed: () => boolean;
  /** Whether it was closed for a credential's sake, and no request is known to have been served since. */
  readonly wasRefused: () => boolean;
  /** What the last refusal looked like, if no request is known to have been served since. */
  readonly reason: () => string | undefined;
  /** Whether it is closed since there is no such route, so that nothing will ever come of it. */
  readonly leadsNowhere: () => boolean;
  /** Seconds until it is worth to come back; 0 if it is not closed. */
  readonly pause: () => number;
  /** Sets out to see whether a cool-down is over, if one was; false if others do, and closed then. */
  readonly takeProbe: (ms: number) => Promise<boolean>;
  /** The one request that goes alone, while it is under way. */
  readonly probe: () => Promise<unknown> | undefined;
  /** Tells of a request that goes out; if it is a probe, the others wait for it. */
  readonly sending: (exchange: Promise<unknown>) => void;
  /** Somebody was served. */
  readonly pass: (isLook?: boolean) => Promise<void>;
  /** A request was refused as if all were: for certain, or it may be that one job's own trouble. */
  readonly refuse: (refusal: RefusalOfAll) => Promise<void>;
  /** Leaves behind in the ledger what the next invocations have to know. */
  readonly leave: () => Promise<void>;
}

/** So many in a row, and how the last one was. */
interface Refusals {
  readonly strikes: number;
  readonly last: RefusalOfAll;
}

export const makeSharedBreaker = (
  { records, log, now }: { records: Records; log: Log; now: () => number },
  key: string,
  entry: Seen<BreakerState> | undefined,
): SharedBreaker => {
  let record = entry?.record ?? OPEN;
  let seen = entry?.version;
  let closed = admissionTo(record, now()).kind === 'closed';
  let isProbing = false;
  /** Those who come while it is being noted wait for that, and go by it. */
  let taking: Promise<boolean> | undefined;
  let underWay: Promise<unknown> | undefined;
  /** Since a request was served. */
  let refusals: Refusals | undefined;
  /** A look was answered since the last refusal. */
  let isAnswering = false;
  let hasPassed = false;

  const write = async (next: BreakerState): Promise<boolean> => {
    // Whatever becomes of it, this invocation goes by what it has met itself.
    record = next;
    const [written, version] = await breakersOf(records).write(key, next, seen);
    if (written === 'written') seen = version;
    return written === 'written';
  };

  const shut = async ({ strikes, last }: Refusals): Promise<void> => {
    if (closed) return;
    closed = true;
    isProbing = false;
    const next = openedAfter(record, last, now(), strikes);
    const seconds = Math.ceil((next.until - now()) / 1_000);
    const { closure: why, reason } = last;
    const advice = ADVICE[why];
    log.warn('cool-down', {
      way: key,
      why,
      seconds,
      ...(reason !== undefined && { reason }),
      ...(advice !== undefined && { advice }),
    });
    if (await write(next)) return;
    // Somebody else closed it meanwhile, it may be for less.
    const stored = (await breakersOf(records).read([key]))?.get(key);
    if (stored === undefined || (stored.record?.until ?? 0) >= next.until) return;
    seen = stored.version;
    await write(next);
  };

  const take = async (ms: number): Promise<boolean> => {
    if (isProbing || admissionTo(record, now()).kind !== 'probe') return !closed;
    isProbing = await write(probeOf(record, now(), ms));
    closed = !isProbing;
    return isProbing;
  };

  return {
    isClosed: () => closed,
    wasRefused: () => record.ofCredential === true,
    reason: () => refusals?.last.reason ?? reasonIn(record, now()),
    leadsNowhere: () => closed && record.noRoute === true,
    pause: () => {
      if (!closed) return 0;
      const admission = admissionTo(record, now());
      return admission.kind === 'closed' ? admission.seconds : 1;
    },
    takeProbe: (ms) => {
      taking ??= take(ms).finally(() => {
        taking = undefined;
      });
      return taking;
    },
    probe: () => underWay,
    sending: (exchange) => {
      if (!isProbing) return;
      underWay = exchange.finally(() => {
        underWay = undefined;
      });
    },
    pass: async (isLook = false) => {
      if (isLook) isAnswering = true;
      else refusals = undefined;
      hasPassed = true;
      if (!isProbing) return;
      isProbing = false;
      log.info('cool-down over', { way: key });
      await write(OPEN);
    },
    refuse: async (last) => {
      refusals = { strikes: (refusals?.strikes ?? 0) + 1, last };
      isAnswering = false;
      if (last.isCertain || refusals.strikes >= STRIKES) await shut(refusals);
    },
    leave: async () => {
      // A strange reply or two beside good ones are no reason to keep the others waiting.
      const isOdd = hasPassed && refusals?.last.closure === 'unreadable';
      // Where looks are answered after it, a call or two in vain may be their own jobs' matter.
      if (refusals !== undefined && !isOdd && !isAnswering) await shut(refusals);
      else if (isProbing) await write({ ...record, until: now(), probing: false });
    },
  };
};
