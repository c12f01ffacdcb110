import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLERS } from './callers.ts';
import { type Case, drawCase } from './draw.ts';
import { makeJudge } from './laws.ts';
import { type Outcome, openRoom, type Room } from './room.ts';

let room: Room;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

type Played = readonly [one: Case, outcome: Outcome];

/** The first request of a seed that is like this, and what came of it. */
const playFirst = async (isIt: (one: Case) => boolean, status?: number): Promise<Played> => {
  for (let number = 0; ; number++) {
    const one = drawCase(1, number);
    if (!isIt(one)) continue;
    const outcome = await room.ask(one.event);
    if (status === undefined || outcome.status === status) return [one, outcome];
  }
};

const valid = (): Promise<Played> =>
  playFirst(({ base, mutations }) => base.due === 'taken' && mutations.length === 0);

const broken = (): Promise<Played> => playFirst(({ effect }) => effect === 'breaks', 401);

const token = CALLERS[0]?.tokens[0] ?? '';

/** What a function with a hole would have done. */
const HOLES: readonly (readonly [
  hole: string,
  play: () => Promise<Played>,
  outcome: (had: Outcome) => Partial<Outcome>,
])[] = [
  ['takes a request without a proof', broken, () => ({ status: 202 })],
  [
    'queues it',
    broken,
    () => ({ queued: [{ caller: 'all', operation: 'dli.run', project_id: 'p', jobs: ['1'] }] }),
  ],
  [
    'queues for another caller',
    valid,
    ({ queued }) => ({ queued: queued.map((one) => ({ ...one, caller: 'powerless' })) }),
  ],
  ['queues less than it was asked', valid, () => ({ queued: [] })],
  ['queues and refuses', valid, () => ({ status: 400 })],
  ['fails', valid, () => ({ status: 500, queued: [] })],
  ['refuses what is valid', valid, () => ({ status: 401, queued: [] })],
  ['answers in a shape of its own', broken, () => ({ text: '{"message":"Forbidden"}' })],
  [
    'answers with more than Lambda sends',
    valid,
    ({ text }) => ({ text: text.replace('{', `{${' '.repeat(6 * 1024 * 1024)}`) }),
  ],
  ['answers with a page', broken, () => ({ text: '<html>' })],
  [
    'tells a secret in its answer',
    valid,
    ({ text }) => ({ text: text.replace('}', `,"x":"${token}"}`) }),
  ],
  [
    'tells a secret in its log',
    valid,
    () => ({ lines: [`{"message":"refused","token":"${token}"}`] }),
  ],
  ['does not log a refusal', broken, () => ({ lines: [] })],
];

describe('the laws notice a function that', () => {
  it.each(HOLES)('%s', async (_, play, change) => {
    const [one, outcome] = await play();
    const judge = makeJudge();
    expect(judge(one, outcome)).toEqual([]);
    expect(judge(one, { ...outcome, ...change(outcome) })).not.toEqual([]);
  });

  it('tells an outsider which check failed', async () => {
    const judge = makeJudge();
    const [one, outcome] = await broken();
    expect(judge(one, outcome)).toEqual([]);
    const text = outcome.text.replace('a valid credential', 'another token');
    expect(judge(one, { ...outcome, text })).toEqual([expect.stringMatching(/^refusals differ/)]);
  });
});
