import type { Log } from '../json/log.ts';
import { type LedgerAnswer, type RecordStore, type Records, versionIn } from '../ledger/records.ts';
import {
  ADVICE,
  type BreakerRecord,
  CLOSED,
  halfOpened,
  openedAfter,
  type RefusalOfAll,
  readBreaker,
  reasonIn,
  STRIKES,
  stateAt,
  writeBreaker,
} from './circuit-breaker.ts';

/** The breakers' records in the ledger. */
export const breakersIn = (records: Records): RecordStore<BreakerRecord> =>
  records.of({ read: readBreaker, write: writeBreaker });

/** One circuit breaker, as one invocation knows it. All invocations share its record in the ledger. */
export interface SharedBreaker {
  /** This invocation sends nothing more through it. While half-open, requests go one at a time. */
  readonly isOpen: () => boolean;
  /** Seconds since it first opened, if it has not closed since. Undefined: it is closed. */
  readonly openSeconds: () => number | undefined;
  /** Seconds until the breaker may be probed; 0 unless it is open. */
  readonly waitSeconds: () => number;
  /** It opened because a credential was refused, and no request is known to have been served since. */
  readonly blamesCredential: () => boolean;
  /** It is open because the gateway has no such route, so no request can be served. */
  readonly lacksRoute: () => boolean;
  /** The last refusal, if no request is known to have been served since. */
  readonly lastRefusal: () => string | undefined;
  /** Takes the probe if the breaker is half-open. False: another invocation has it, and to this one the breaker is open. */
  readonly takeProbe: (ms: number) => Promise<boolean>;
  /** The probe's request, while it is under way. Other requests wait for it. */
  readonly probeUnderWay: () => Promise<unknown> | undefined;
  /** Tells the breaker of a request that goes out: while half-open, it is the probe. */
  readonly sending: (exchange: Promise<unknown>) => void;
  /** A request was served. */
  readonly success: (isLook?: boolean) => Promise<void>;
  /** A request was refused for a reason that is not its jobs' own. */
  readonly failure: (refusal: RefusalOfAll) => Promise<void>;
  /** Writes to the ledger what the next invocations must know. For the end of an invocation. */
  readonly finish: () => Promise<void>;
}

/** Refusals in a row, and the last of them. */
interface Refusals {
  readonly strikes: number;
  readonly last: RefusalOfAll;
}

interface BreakerEdges {
  readonly records: Records;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What one invocation knows of one breaker. */
interface BreakerInRun extends BreakerEdges {
  readonly key: string;
  record: BreakerRecord;
  /** The version of the ledger's entry. */
  version: string | undefined;
  isOpen: boolean;
  /** This invocation has the probe. */
  isProbing: boolean;
  /** While the probe is being taken: requests that come meanwhile wait for the result. */
  taking?: Promise<boolean> | undefined;
  probe?: Promise<unknown> | undefined;
  /** Since a request was served. */
  refusals?: Refusals | undefined;
  /** A look was answered since the last refusal. */
  areLooksAnswered: boolean;
  hasServed: boolean;
}

/** Whatever becomes of the write, this invocation goes by the record that it has made itself. */
const write = async (it: BreakerInRun, next: BreakerRecord): Promise<boolean> => {
  it.record = next;
  const [written, version] = await breakersIn(it.records).write(it.key, next, it.version);
  if (written === 'written') it.version = version;
  return written === 'written';
};

const logOpen = (
  { log, key }: BreakerInRun,
  { trouble: why, reason }: RefusalOfAll,
  seconds: number,
) => {
  const advice = ADVICE[why];
  log.warn('circuit breaker open', {
    breaker: key,
    why,
    seconds,
    ...(reason !== undefined && { reason }),
    ...(advice !== undefined && { advice }),
  });
};

const open = async (it: BreakerInRun, { strikes, last }: Refusals): Promise<void> => {
  if (it.isOpen) return;
  it.isOpen = true;
  it.isProbing = false;
  const next = openedAfter(it.record, last, it.now(), strikes);
  logOpen(it, last, Math.ceil((next.until - it.now()) / 1_000));
  if (await write(it, next)) return;
  // Another invocation has opened it meanwhile, perhaps for a shorter time.
  const stored = (await breakersIn(it.records).read([it.key]))(it.key);
  if (stored.kind === 'unreachable' || stored.kind === 'absent') return;
  if (stored.kind === 'found' && stored.record.until >= next.until) return;
  it.version = stored.version;
  await write(it, next);
};

const takeProbe = async (it: BreakerInRun, ms: number): Promise<boolean> => {
  if (it.isProbing || stateAt(it.record, it.now()).kind !== 'half-open') return !it.isOpen;
  it.isProbing = await write(it, halfOpened(it.record, it.now(), ms));
  it.isOpen = !it.isProbing;
  return it.isProbing;
};

const waitSeconds = ({ isOpen, record, now }: BreakerInRun): number => {
  if (!isOpen) return 0;
  const state = stateAt(record, now());
  return state.kind === 'open' ? state.seconds : 1;
};

const openSeconds = ({ record, now }: BreakerInRun): number | undefined => {
  const { until, openedAt = now() } = record;
  return until === 0 ? undefined : Math.max(0, (now() - openedAt) / 1_000);
};

const succeed = async (it: BreakerInRun, isLook: boolean): Promise<void> => {
  if (isLook) it.areLooksAnswered = true;
  else it.refusals = undefined;
  it.hasServed = true;
  if (!it.isProbing) return;
  it.isProbing = false;
  it.log.info('circuit breaker closed', { breaker: it.key });
  await write(it, CLOSED);
};

const fail = async (it: BreakerInRun, last: RefusalOfAll): Promise<void> => {
  it.refusals = { strikes: (it.refusals?.strikes ?? 0) + 1, last };
  it.areLooksAnswered = false;
  if (last.isCertain || it.refusals.strikes >= STRIKES) await open(it, it.refusals);
};

const finish = async (it: BreakerInRun): Promise<void> => {
  const { refusals } = it;
  // One or two strange replies beside good ones are no reason to stop the other requests.
  const isOdd = it.hasServed && refusals?.last.trouble === 'unreadable';
  // If looks are answered after a refusal, the refusal may be about its own jobs.
  if (refusals !== undefined && !isOdd && !it.areLooksAnswered) await open(it, refusals);
  else if (it.isProbing) await write(it, { ...it.record, until: it.now(), probing: false });
};

export const makeSharedBreaker = (
  { records, log, now }: BreakerEdges,
  key: string,
  /** A record of another release counts as none: no other invocation would ever close the breaker. */
  stored: LedgerAnswer<BreakerRecord> = { kind: 'absent' },
): SharedBreaker => {
  const record = stored.kind === 'found' ? stored.record : CLOSED;
  const it: BreakerInRun = {
    ...{ records, log, now, key, record },
    version: versionIn(stored),
    isOpen: stateAt(record, now()).kind === 'open',
    isProbing: false,
    areLooksAnswered: false,
    hasServed: false,
  };
  return {
    isOpen: () => it.isOpen,
    openSeconds: () => openSeconds(it),
    waitSeconds: () => waitSeconds(it),
    blamesCredential: () => it.record.ofCredential === true,
    lacksRoute: () => it.isOpen && it.record.noRoute === true,
    lastRefusal: () => it.refusals?.last.reason ?? reasonIn(it.record, now()),
    takeProbe: (ms) => {
      it.taking ??= takeProbe(it, ms).finally(() => {
        it.taking = undefined;
      });
      return it.taking;
    },
    probeUnderWay: () => it.probe,
    sending: (exchange) => {
      if (!it.isProbing) return;
      it.probe = exchange.finally(() => {
        it.probe = undefined;
      });
    },
    success: (isLook = false) => succeed(it, isLook),
    failure: (refusal) => fail(it, refusal),
    finish: () => finish(it),
  };
};
