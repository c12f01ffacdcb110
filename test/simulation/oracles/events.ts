import type { Oracle } from './oracle.ts';

/** An event is one intent, however often it is delivered, and however it is cut into messages. */
export const oneIntent: Oracle = {
  promise: 'an event is one intent',
  *check({ rivals }) {
    yield* rivals;
  },
};

/** An event with a time in whole seconds may be from any moment of that second, but not after its arrival. */
const latestAt = (at: number, acceptedAt: number): number =>
  Math.min(at % 1_000 === 0 ? at + 999 : at, acceptedAt);

const timeOf = (age: string): number => Number.parseInt(age.replace('-', '').slice(0, 12), 16);

/** A late or replayed event is as old as its time, and its default deadline counts from then. */
export const eventAges: Oracle = {
  promise: 'a late event is as old as its time',
  *check({ steps, intents, climate }) {
    const byAge = new Map(intents.map((one) => [one.age, one]));
    for (const { request, id, namesStop } of intents) {
      if (request.wishedAt === undefined || namesStop) continue;
      if (timeOf(id) !== latestAt(request.wishedAt, request.acceptedAt))
        yield `${id} is not of the time of its event`;
    }
    for (const step of steps) {
      if (step.kind !== 'queued' || step.letter.intent === undefined) continue;
      const { intentId, expiresAt } = step.letter.intent;
      const { wishedAt, isDated } = byAge.get(intentId)?.request ?? {};
      if (wishedAt !== undefined && !isDated && expiresAt !== wishedAt + climate.deadlineMs)
        yield `${intentId} is late, and its deadline does not count from when it was wished`;
    }
  },
};
