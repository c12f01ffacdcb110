import { CALLERS } from './callers.ts';
import type { Case } from './draw.ts';
import type { Outcome, Room } from './room.ts';
import { eventOf, headerOf, isNamed, type Wire, withHeader, withoutHeader } from './wire.ts';

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

/** Another body. Spaces around the data of an event would not make it another. */
const changed = (wire: Wire): Wire => {
  const text = Buffer.from(wire.body)
    .toString()
    .replace(/"_nonce":\d+/, '"_nonce":0');
  return { ...wire, body: Buffer.from(`${text} `) };
};

const statusOf = (wire: Wire, id: unknown): Wire => ({
  ...wire,
  method: 'GET',
  path: `/v1/intents/${id}`,
  query: '',
  body: Buffer.alloc(0),
  headers: wire.headers.filter((header) => !isNamed('Idempotency-Key')(header)),
});

/** The same question of another caller. */
const fromOther = (wire: Wire, { base: { credential, caller } }: Case): Wire => {
  const [token = ''] = CALLERS.find(({ id }) => id !== caller.id)?.tokens ?? [];
  return withHeader(withoutHeader(wire, credential), 'Authorization', `Bearer ${token}`);
};

/** Whether a proof is only carried, so that it serves for any other request too. */
const isCarried = ({ base: { covers, scheme } }: Case): boolean =>
  covers === 'nothing' && !scheme.startsWith('hook');

/** Whether it is a CloudEvent, in either mode. */
const isEvent = (wire: Wire): boolean =>
  headerOf(wire, 'ce-id') !== undefined || /cloudevents/.test(headerOf(wire, 'content-type') ?? '');

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
  const isKnown = isEvent(wire) || keyOf(wire) !== undefined || base.covers !== 'nothing';
  if (one.isQueueDown) return isKnown ? faultsOfSecond(first, await ask(one.event)) : [];
  const repeated = isKnown ? faultsOfRepeat(first, await ask(one.event)) : [];
  if (!isCarried(one)) return repeated;
  const reused = keyOf(wire) === undefined ? [] : faultsOfReuse(await ask(eventOf(changed(wire))));
  const question = statusOf(wire, idOf(first));
  const { status } = await ask(eventOf(question));
  const other = await ask(eventOf(fromOther(question, one)));
  return [
    ...repeated,
    ...reused,
    ...(status === 200 ? [] : [`its status got ${status}`]),
    ...(other.status === 404 ? [] : [`its status got ${other.status} for another caller`]),
  ];
};
