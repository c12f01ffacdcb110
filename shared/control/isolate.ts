import type { Attempt } from './attempt.ts';
import type { Call } from './planned.ts';

/**
 * How a request went: all its jobs were served; it was refused as a whole, for what may be one job's fault, or for want of a
 * right, which may be one job's or all jobs'; or, undefined, anything else.
 */
export type Passage = 'through' | 'suspect' | 'denied' | undefined;

export interface SentCall {
  readonly passage: Passage;
  /** Whether not all of its jobs were served. */
  readonly isBad: boolean;
  /** Undefined: nothing was sent. */
  readonly attempt: Attempt | undefined;
}

export interface IsolateEdges {
  /** Sends one request, and reports what it says; but not of several jobs that were refused as a whole. */
  readonly sendCall: (
    call: Call,
    attempts: number,
    suspects: number | undefined,
  ) => Promise<SentCall>;
  /** Reports jobs of an attempt that are not to be sent for again, as it found them. */
  readonly leave: (sent: SentCall, call: Call, suspects: number | undefined) => Promise<void>;
  /** Whether any job of the kind was served, so that a missing right is no matter of the credential. */
  readonly isServed: () => boolean;
  /** In [0, 1). */
  readonly random: () => number;
}

/** So many good jobs, and so many more for each bad one, are sent alone before the rest is sent together. */
const PATIENCE = 3;

/** Jobs of which one at least is bad, and what the next call of them counts as. */
interface Bad {
  readonly call: Call;
  readonly attempts: number;
  readonly isDenied: boolean;
}

/**
 * Law (promise P7): a call that was refused as a whole is halved, until single jobs carry the refusal. A half is known to
 * be bad when its whole was refused and its sibling went through: it is halved again unsent, so one bad job among n costs
 * at most 2·ceil(log2 n) + 1 further requests, and k bad ones at most k times that. Both halves are sent before one of them
 * is taken apart. Where every quarter was refused most jobs may be bad: they are sent one by one as long as that is so,
 * n + 6 further requests if all are, and never more than 1.6·n + 4.
 */
export const makeIsolate = ({ sendCall, leave, isServed, random }: IsolateEdges) => {
  const badHalvesOf = async ({ call, attempts }: Bad): Promise<readonly Bad[]> => {
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

  const takeApart = async (bad: Bad): Promise<void> => {
    if (bad.isDenied && !isServed()) return sortOut(bad);
    const halves = await badHalvesOf(bad);
    const [left, right] = halves;
    const isMixed = halves.some(({ isDenied }) => isDenied) && !isServed();
    if (left === undefined || right === undefined || isMixed) {
      for (const half of halves) await takeApart(half);
      return;
    }
    const quarters = [...(await badHalvesOf(left)), ...(await badHalvesOf(right))];
    for (const quarter of quarters) await (quarters.length === 4 ? askAlone : takeApart)(quarter);
  };

  /** Of jobs known to be bad one after the other, until too many good ones are among them. */
  const askAlone = async ({ call, attempts }: Bad): Promise<void> => {
    let patience = PATIENCE;
    let isFound = false;
    for (const [place, carrier] of call.carriers.entries()) {
      const rest = { ...call, carriers: call.carriers.slice(place) };
      if (patience <= 0)
        return isFound ? askTogether(rest, attempts) : takeApartUnsent(rest, attempts);
      const suspects = isFound ? 1 : rest.carriers.length;
      const { isBad } = await sendCall({ ...call, carriers: [carrier] }, attempts, suspects);
      patience += isBad ? PATIENCE : -1;
      isFound ||= isBad;
    }
  };

  const askTogether = async (call: Call, attempts: number): Promise<void> => {
    const sent = await sendCall(call, attempts, call.carriers.length);
    for (const bad of badOf(call, sent, attempts + 1)) await takeApart(bad);
  };

  const takeApartUnsent = async (call: Call, attempts: number): Promise<void> => {
    if (call.carriers.length > 1) return takeApart({ call, attempts, isDenied: false });
    await sendCall(call, attempts, 1);
  };

  /**
   * Whether it is the credential that lacks the right two single jobs tell, drawn by lot: if neither is served, and the
   * others are denied together, none is sent again, after 3 further requests, and none is suspected.
   */
  const sortOut = async ({ call, attempts }: Bad): Promise<void> => {
    const size = call.carriers.length;
    const [first, rest] = drawOne(call, random());
    const ofFirst = await sendCall(first, attempts, undefined);
    if (!ofFirst.isBad) return takeApartUnsent(rest, attempts);
    const ofRest = await sendCall(rest, attempts, size);
    const [bad] = badOf(rest, ofRest, attempts + 1);
    if (bad === undefined) return;
    if (!bad.isDenied || isServed()) return takeApart(bad);
    const [second, others] = drawOne(rest, random());
    const ofSecond = await sendCall(second, attempts + 1, undefined);
    if (!ofSecond.isBad) return takeApartUnsent(others, attempts + 1);
    const isEverybodys = ofFirst.passage === 'denied' && ofSecond.passage === 'denied';
    if (isEverybodys) return leave(ofRest, others, undefined);
    await leave(ofFirst, first, size);
    await leave(ofSecond, second, size);
    await leave(ofRest, others, size);
  };

  return takeApart;
};

/** Several jobs that have to be taken apart after what was said of them. */
export const badOf = (call: Call, { passage }: SentCall, attempts: number): readonly Bad[] =>
  call.carriers.length > 1 && (passage === 'suspect' || passage === 'denied')
    ? [{ call, attempts, isDenied: passage === 'denied' }]
    : [];

const drawOne = (call: Call, random: number): readonly [one: Call, others: Call] => {
  const place = Math.floor(random * call.carriers.length);
  return [
    { ...call, carriers: call.carriers.slice(place, place + 1) },
    { ...call, carriers: call.carriers.toSpliced(place, 1) },
  ];
};
