import type { Case } from './draw.ts';
import type { Outcome, Room } from './room.ts';
import { eventOf, headerOf, isNamed, type Wire } from './wire.ts';

const idOf = ({ headers }: Outcome): unknown => headers['x-intent-id'];

/** A repeat has the answer of the first, and queues nothing. */
const faultsOfRepeat = (first: Outcome, again: Outcome): readonly string[] => [
  ...(again.queued.length > 0 ? ['a repeat was queued'] : []),
  ...(again.status === first.status ? [] : [`a repeat got ${again.status}, not ${first.status}`]),
  ...(idOf(again) === idOf(first) ? [] : ['a repeat has another id']),
  ...(again.text === first.text ? [] : ['a repeat has another answer']),
];

/** The queue took nothing of the first: the repeat is the same intent, and is queued. */
const faultsOfSecond = (first: Outcome, again: Outcome): readonly string[] => [
  ...(again.queued.length > 0 ? [] : ['a repeat after an outage was not queued']),
  ...(again.status < 300 ? [] : [`a repeat after an outage got ${again.status}`]),
  ...(idOf(again) === idOf(first) ? [] : ['a repeat after an outage has another id']),
];

/** The same key with another body. */
const faultsOfReuse = ({ status, queued }: Outcome): readonly string[] => [
  ...(queued.length > 0 ? ['a key that is used again was queued'] : []),
  ...(status === 422 ? [] : [`a key that is used again got ${status}`]),
];

const keyOf = (wire: Wire): string | undefined => headerOf(wire, 'Idempotency-Key');

const longer = (wire: Wire): Wire => ({
  ...wire,
  body: Buffer.concat([wire.body, Buffer.from(' ')]),
});

const statusOf = (wire: Wire, id: unknown): Wire => ({
  ...wire,
  method: 'GET',
  path: `/v1/intents/${id}`,
  query: '',
  body: Buffer.alloc(0),
  headers: wire.headers.filter((header) => !isNamed('Idempotency-Key')(header)),
});

/** Whether a proof is only carried, so that it serves for any other request too. */
const isCarried = ({ base: { covers, scheme } }: Case): boolean =>
  covers === 'nothing' && !scheme.startsWith('hook');

/** Whether it is a CloudEvent, in either mode. */
const isEvent = (wire: Wire): boolean =>
  headerOf(wire, 'ce-id') !== undefined || /cloudevents/.test(headerOf(wire, 'content-type') ?? '');

const keysIn = ({ queued }: Outcome): string => queued.map(({ key }) => key).join();

/** A repeated event may be queued again: the control loop knows it by its key. */
const faultsOfEvent = (first: Outcome, again: Outcome): readonly string[] => [
  ...(again.status < 300 ? [] : [`a repeated event got ${again.status}`]),
  ...(again.queued.length > 0 && keysIn(again) === '' ? ['a repeated event has no key'] : []),
  ...(first.queued.length > 0 && keysIn(again) !== keysIn(first)
    ? ['a repeated event has another key']
    : []),
];

/**
 * Sends what was taken again: as it was, with another body under its key, and as a question for its status. Says what is
 * wrong with the answers.
 */
export const repeatFaults = async (
  { ask }: Room,
  one: Case,
  first: Outcome,
): Promise<readonly string[]> => {
  const { wire, base } = one;
  const isKnown = keyOf(wire) !== undefined || base.covers !== 'nothing';
  if (isEvent(wire) && !isKnown) return faultsOfEvent(first, await ask(one.event));
  if (one.isQueueDown) return isKnown ? faultsOfSecond(first, await ask(one.event)) : [];
  const repeated = isKnown ? faultsOfRepeat(first, await ask(one.event)) : [];
  if (!isCarried(one)) return repeated;
  const reused = keyOf(wire) === undefined ? [] : faultsOfReuse(await ask(eventOf(longer(wire))));
  const { status } = await ask(eventOf(statusOf(wire, idOf(first))));
  return [...repeated, ...reused, ...(status === 200 ? [] : [`its status got ${status}`])];
};
