import type { Attempt } from './attempt.ts';
import type { Call } from './planned.ts';

/**
 * How a request went. `through`: all its jobs were served. `suspect`: it was refused as a whole, maybe for one job's fault.
 * `denied`: it was refused for want of a right, to one job or to all. Undefined: anything else.
 */
export type Passage = 'through' | 'suspect' | 'denied' | undefined;

/** A call that was sent, or had no time. */
export interface SentCall {
  readonly passage: Passage;
  /** Whether not all of its jobs were served. */
  readonly isBad: boolean;
  /** Undefined: nothing was sent. */
  readonly attempt: Attempt | undefined;
}

export interface IsolateEdges {
  /** Sends one request, and settles what it tells. But several jobs that were refused as a whole stay unsettled. */
  readonly sendCall: (
    call: Call,
    attempts: number,
    suspects: number | undefined,
  ) => Promise<SentCall>;
  /** Settles jobs of an attempt as it found them: they are not sent again. */
  readonly leave: (sent: SentCall, call: Call, suspects: number | undefined) => Promise<void>;
  /** Whether any job of the kind was served. Then a missing right is no matter of the credential. */
  readonly isServed: () => boolean;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Jobs of which one at least is bad, and what the next call of them counts as. */
interface Bad {
  readonly call: Call;
  readonly attempts: number;
  readonly isDenied: boolean;
}

/** Takes apart jobs of which one at least is bad. */
export type Isolate = (bad: Bad) => Promise<void>;

/** After so many good jobs, and so many more for each bad one, the rest is sent together again. */
const PATIENCE = 3;

/**
 * Law (promise P7): a call that was refused as a whole is halved, until single jobs carry the refusal. If its whole was
 * refused and its sibling went through, a half is known to be bad: it is halved again unsent. So one bad job among n costs
 * at most 2·ceil(log2 n) + 1 further requests, and k bad ones at most k times that. Both halves are sent before one of them
 * is taken apart. If every quarter was refused, most jobs may be bad: they are sent one by one as long as that is so. That
 * costs n + 6 further requests if all are bad, and never more than 1.6·n + 4.
 */
export const makeIsolate =
  (edges: IsolateEdges): Isolate =>
  (bad) =>
    takeApart(bad, edges);

/** Several jobs that have to be taken apart after what was said of them. */
export const badOf = (call: Call, { passage }: SentCall, attempts: number): readonly Bad[] =>
  call.carriers.length > 1 && (passage === 'suspect' || passage === 'denied')
    ? [{ call, attempts, isDenied: passage === 'denied' }]
    : [];

const takeApart = async (bad: Bad, edges: IsolateEdges): Promise<void> => {
  if (bad.isDenied && !edges.isServed()) return findWhoseDenial(bad, edges);
  const halves = await badHalvesOf(bad, edges);
  const [left, right] = halves;
  const isMixed = halves.some(({ isDenied }) => isDenied) && !edges.isServed();
  if (left === undefined || right === undefined || isMixed) {
    for (const half of halves) await takeApart(half, edges);
    return;
  }
  const quarters = [...(await badHalvesOf(left, edges)), ...(await badHalvesOf(right, edges))];
  const next = quarters.length === 4 ? sendAlone : takeApart;
  for (const quarter of quarters) await next(quarter, edges);
};

/** Sends both halves, unless the first shows that the second is bad. Resolves to the bad ones. */
const badHalvesOf = async (
  { call, attempts }: Bad,
  { sendCall }: IsolateEdges,
): Promise<readonly Bad[]> => {
  const size = call.carriers.length;
  const middle = Math.ceil(size / 2);
  const left = { ...call, carriers: call.carriers.slice(0, middle) };
  const right = { ...call, carriers: call.carriers.slice(middle) };
  const leftSent = await sendCall(left, attempts, size);
  if (leftSent.passage === 'through' && right.carriers.length > 1)
    return [{ call: right, attempts, isDenied: false }];
  const rightSent = await sendCall(right, attempts, size);
  return [...badOf(left, leftSent, attempts + 1), ...badOf(right, rightSent, attempts + 1)];
};

/** Sends jobs one after the other, until too many of them are good. */
const sendAlone = async ({ call, attempts }: Bad, edges: IsolateEdges): Promise<void> => {
  let patience = PATIENCE;
  let isFound = false;
  for (const [place, carrier] of call.carriers.entries()) {
    const rest = { ...call, carriers: call.carriers.slice(place) };
    if (patience <= 0)
      return isFound ? sendTogether(rest, attempts, edges) : takeApartUnsent(rest, attempts, edges);
    const suspects = isFound ? 1 : rest.carriers.length;
    const { isBad } = await edges.sendCall({ ...call, carriers: [carrier] }, attempts, suspects);
    patience += isBad ? PATIENCE : -1;
    isFound ||= isBad;
  }
};

const sendTogether = async (call: Call, attempts: number, edges: IsolateEdges): Promise<void> => {
  const sent = await edges.sendCall(call, attempts, call.carriers.length);
  for (const bad of badOf(call, sent, attempts + 1)) await takeApart(bad, edges);
};

const takeApartUnsent = async (
  call: Call,
  attempts: number,
  edges: IsolateEdges,
): Promise<void> => {
  if (call.carriers.length > 1) return takeApart({ call, attempts, isDenied: false }, edges);
  await edges.sendCall(call, attempts, 1);
};

/**
 * Finds out whether the credential lacks the right. Two single jobs tell, drawn at random. If neither is served, and the others
 * are denied together, nothing is sent again, after 3 further requests, and no job is suspected.
 */
const findWhoseDenial = async ({ call, attempts }: Bad, edges: IsolateEdges): Promise<void> => {
  const { sendCall, leave, isServed, random } = edges;
  const size = call.carriers.length;
  const [first, rest] = drawOne(call, random());
  const firstSent = await sendCall(first, attempts, undefined);
  if (!firstSent.isBad) return takeApartUnsent(rest, attempts, edges);
  const restSent = await sendCall(rest, attempts, size);
  const [bad] = badOf(rest, restSent, attempts + 1);
  if (bad === undefined) return;
  if (!bad.isDenied || isServed()) return takeApart(bad, edges);
  const [second, others] = drawOne(rest, random());
  const secondSent = await sendCall(second, attempts + 1, undefined);
  if (!secondSent.isBad) return takeApartUnsent(others, attempts + 1, edges);
  const isOfAll = firstSent.passage === 'denied' && secondSent.passage === 'denied';
  if (isOfAll) return leave(restSent, others, undefined);
  await leave(firstSent, first, size);
  await leave(secondSent, second, size);
  await leave(restSent, others, size);
};

const drawOne = (call: Call, random: number): readonly [one: Call, others: Call] => {
  const place = Math.floor(random * call.carriers.length);
  return [
    { ...call, carriers: call.carriers.slice(place, place + 1) },
    { ...call, carriers: call.carriers.toSpliced(place, 1) },
  ];
};
