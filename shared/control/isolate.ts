import type { Slots } from '../batching/slots.ts';
import type { Asked, LearnedShare } from './bad-share.ts';
import { findWhoseDenial } from './find-whose-denial.ts';
import { freshSize, goodSize, pieceSize } from './piece-size.ts';
import type { Carrier } from './planned.ts';
import type { Piece, SentCall } from './sent-call.ts';
import { isReady, type Root, rootOf, type Suspect, type Suspects, sizeOf } from './suspects.ts';

export interface IsolateEdges {
  /** For requests of the call's project. */
  readonly slots: Slots;
  /** Sends one request, and settles what it tells. But several jobs that were refused as a whole stay unsettled. */
  readonly sendPiece: (piece: Piece) => Promise<SentCall>;
  /** Settles jobs of an attempt as it found them: they are not sent again. */
  readonly leave: (
    sent: SentCall,
    carriers: readonly Carrier[],
    suspects: number | undefined,
  ) => Promise<void>;
  /** Whether jobs that were not sent before may be sent now. If not, they are left as they are. */
  readonly mayBegin: () => boolean;
  /** Whether any job of the kind was served. Then a missing right is no matter of the credential. */
  readonly isServed: () => boolean;
  readonly share: LearnedShare;
  /** In [0, 1). */
  readonly random: () => number;
}

/** What a request of a call is for. `beside`: it goes out beside another one, which may make it needless. */
type Purpose = 'fresh' | 'again' | 'beside';

const PURPOSES = ['again', 'fresh', 'beside'] as const satisfies readonly Purpose[];

/** How far a call has come. Each of its jobs is in one of these lists, or under way, or settled. */
interface Isolation extends IsolateEdges {
  /** Those that were in no request. */
  fresh: readonly Carrier[];
  /** Those that are probably good. */
  good: readonly Suspect[];
  suspects: readonly Suspects[];
  /** Requests that wait for a slot. */
  readonly waiting: Record<Purpose, number>;
  /** Requests that have a slot. */
  running: number;
}

/**
 * Carries out a call. Law (promise P7): a call that was refused as a whole is sent again in pieces, until single jobs carry
 * the refusal. One bad job among n costs at most 2·ceil(log2 n) + 1 further requests. A piece is as large as is worthwhile by
 * the share of bad jobs, as far as it is known. If a piece was refused and the rest of it went through, what is left is
 * known to be bad, and is parted again unsent. Where slots are idle, pieces go out at the same time.
 */
export const isolate = (carriers: readonly Carrier[], edges: IsolateEdges): Promise<void> =>
  new Promise((resolve, reject) => {
    const it: Isolation = {
      ...edges,
      fresh: carriers,
      good: [],
      suspects: [],
      waiting: { fresh: 0, again: 0, beside: 0 },
      running: 0,
    };
    const goOn = (): void => {
      for (const purpose of PURPOSES)
        while (it.waiting[purpose] < wantedFor(it, purpose))
          takeSlot(it, purpose, goOn).then(goOn, reject);
      const waiting = Object.values(it.waiting).reduce((a, b) => a + b);
      if (it.running + waiting === 0) resolve();
    };
    goOn();
  });

const idleIn = ({ suspects }: Isolation): readonly Suspects[] =>
  suspects.filter(({ underWay }) => underWay.length === 0);

/** Suspects of which another piece may go out beside those under way. */
const partedIn = ({ suspects, share, slots }: Isolation): readonly Suspects[] =>
  suspects.filter(
    (one) => one.underWay.length > 0 && pieceSize(share.now(), one, slots.idle()) > 0,
  );

/** How many requests make sense now. */
const wantedFor = (it: Isolation, purpose: Purpose): number => {
  switch (purpose) {
    case 'fresh':
      return Number(it.fresh.length > 0);
    case 'again':
      return idleIn(it).length + Number(it.good.some(isReady));
    case 'beside':
      return it.slots.idle() > 0 ? Number(partedIn(it).length > 0) : 0;
  }
};

/** Waits for a slot. What is sent is decided when it has one: by then more may be known. */
const takeSlot = async (it: Isolation, purpose: Purpose, goOn: () => void): Promise<void> => {
  it.waiting[purpose]++;
  await it.slots.run(purpose === 'fresh' ? 'next' : 'first', async () => {
    it.waiting[purpose]--;
    const send = choose(it, purpose);
    if (send === undefined) return;
    it.running++;
    try {
      goOn();
      await send();
    } finally {
      it.running--;
    }
  });
};

const choose = (it: Isolation, purpose: Purpose): (() => Promise<void>) | undefined => {
  if (purpose === 'fresh') return cutFresh(it);
  const [suspects] = purpose === 'again' ? idleIn(it) : partedIn(it);
  if (suspects !== undefined) return cutSuspects(it, suspects);
  return purpose === 'again' ? cutGood(it) : undefined;
};

const cutFresh = (it: Isolation): (() => Promise<void>) | undefined => {
  const size = it.mayBegin() ? freshSize(it.share, it.fresh.length) : 0;
  const carriers = it.fresh.slice(0, size);
  it.fresh = size === 0 ? [] : it.fresh.slice(size);
  return size === 0 ? undefined : () => sendFresh(it, carriers);
};

const cutSuspects = (it: Isolation, suspects: Suspects): (() => Promise<void>) => {
  const among = sizeOf(suspects);
  const size = pieceSize(it.share.now(), suspects, it.slots.idle());
  const piece = suspects.rest.slice(0, size);
  suspects.rest = suspects.rest.slice(size);
  suspects.underWay.push(size);
  return () => sendSuspects(it, suspects, piece, among);
};

const cutGood = (it: Isolation): (() => Promise<void>) | undefined => {
  const ready = it.good.filter(isReady);
  const piece = ready.slice(0, goodSize(it.share.now(), ready));
  it.good = it.good.filter((one) => !piece.includes(one));
  return piece.length === 0 ? undefined : () => sendGood(it, piece);
};

const sendFresh = async (it: Isolation, carriers: readonly Carrier[]): Promise<void> => {
  const sent = await it.sendPiece({
    carriers,
    attempts: 1,
    suspects: undefined,
    isFresh: true,
    isToBlame: false,
  });
  // Other invocations may have some of them by now.
  const claimed = sent.attempt?.call.carriers ?? carriers;
  if (claimed.length === 0) return;
  learnFrom(it, sent, { size: claimed.length, among: undefined });
  const root = rootOf(claimed.length, sent.passage === 'denied');
  const again = claimed.map((carrier) => ({ carrier, root, tries: 1, among: undefined }));
  await takeApart(it, again, sent);
};

const sendAgain = (
  it: Isolation,
  piece: readonly Suspect[],
  suspects: number | undefined,
): Promise<SentCall> => {
  for (const root of rootsOf(piece)) root.further++;
  const attempts = 1 + Math.max(...piece.map(({ tries }) => tries));
  const carriers = piece.map(({ carrier }) => carrier);
  const isToBlame = piece.every(({ root }) => !root.isDenied);
  return it.sendPiece({ carriers, attempts, suspects, isFresh: false, isToBlame });
};

const sendGood = async (it: Isolation, piece: readonly Suspect[]): Promise<void> => {
  const among = Math.max(...piece.map((one) => one.among ?? piece.length));
  const sent = await sendAgain(it, piece, among);
  await noteGood(it, piece, sent);
};

/** Notes what became of jobs that were not known to hold a bad one. */
const noteGood = async (
  it: Isolation,
  piece: readonly Suspect[],
  sent: SentCall,
): Promise<void> => {
  learnFrom(it, sent, { size: piece.length, among: undefined });
  if (sent.isRefused) for (const root of rootsOf(piece)) root.proved++;
  await takeApart(it, triedAgain(piece), sent);
};

const sendSuspects = async (
  it: Isolation,
  suspects: Suspects,
  piece: readonly Suspect[],
  among: number,
): Promise<void> => {
  const sent = await sendAgain(it, piece, among);
  suspects.underWay.splice(suspects.underWay.indexOf(piece.length), 1);
  if (!suspects.isBad) return noteGood(it, piece, sent);
  const left = sizeOf(suspects);
  learnFrom(it, sent, { size: piece.length, among: left + piece.length });
  if (sent.passage !== 'through' || left === 0)
    acquit(it, suspects, sent.isRefused ? undefined : among);
  await takeApart(it, triedAgain(piece), sent);
};

/** The bad job may be in a piece that was sent, so the others are probably good. `among`: if it was not refused. */
const acquit = (it: Isolation, suspects: Suspects, among: number | undefined): void => {
  suspects.isBad = false;
  suspects.root.open--;
  it.suspects = it.suspects.filter((one) => one !== suspects);
  it.good = [...it.good, ...suspects.rest.map((one) => ({ ...one, among }))];
  suspects.rest = [];
};

const rootsOf = (piece: readonly Suspect[]): ReadonlySet<Root> =>
  new Set(piece.map(({ root }) => root));

const triedAgain = (piece: readonly Suspect[]): readonly Suspect[] =>
  piece.map((one) => ({ ...one, tries: one.tries + 1 }));

const learnFrom = ({ share }: Isolation, { passage, isRefused }: SentCall, asked: Asked): void => {
  if (passage === 'through' || isRefused) share.note(asked, !isRefused);
};

/** Takes jobs apart that were refused together. */
const takeApart = async (
  it: Isolation,
  jobs: readonly Suspect[],
  { passage }: SentCall,
): Promise<void> => {
  if (jobs.length < 2 || (passage !== 'suspect' && passage !== 'denied')) return;
  const send = (piece: readonly Suspect[], suspects: number | undefined) =>
    sendAgain(it, piece, suspects);
  const bad =
    passage === 'denied' && !it.isServed() ? await findWhoseDenial(jobs, { ...it, send }) : jobs;
  const [first] = bad;
  if (first === undefined) return;
  first.root.open++;
  it.suspects = [...it.suspects, { root: first.root, rest: bad, underWay: [], isBad: true }];
};
