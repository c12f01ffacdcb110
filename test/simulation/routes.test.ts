import { describe, expect, it } from 'vitest';
import { readReply } from '../../shared/reply/read-reply.ts';
import { type Invocation, jobKey, type QueuedIntent } from './chronicle.ts';
import { FAULTS } from './climate.ts';
import { drawClimate } from './draw-climate.ts';
import { makeRandom } from './random.ts';
import { replied } from './reply-model.ts';
import { type Breakage, type History, simulate } from './simulate.ts';

const SEEDS = 4_000;

/** All faults but one: the gateway knows no such route, for a while. */
const others = new Set(FAULTS.filter((fault) => fault !== 'no route'));

const jobsOf = ({ operation, project, jobs }: QueuedIntent): readonly string[] =>
  Array.from(jobs.keys(), (id) => jobKey(operation, project, id));

/**
 * What an invocation is given for the first time, and for a job that nothing else is wished of, it sends at once, unless
 * that very route is refused: a 404 of another is no reason to wait.
 */
function* held({ steps, climate }: History): Generator<string> {
  const refused = climate.walls.find(({ as }) => as === 'no route')?.where;
  const wished = new Map<string, number>();
  const called = new Map<Invocation, Set<string>>();
  for (const step of steps)
    if (step.kind === 'queued' && step.letter.intent)
      for (const job of jobsOf(step.letter.intent)) wished.set(job, (wished.get(job) ?? 0) + 1);
  for (const step of steps) {
    if (step.kind === 'begun') called.set(step.invocation, new Set());
    if (step.kind === 'called')
      for (const { id } of step.call.jobs)
        called.get(step.call.invocation)?.add(jobKey(step.call.operation, step.call.project, id));
    if (step.kind !== 'ended') continue;
    const { letters, receives } = step.invocation;
    for (const { intent, id } of letters) {
      const isFirst = receives.get(id) === 1;
      if (intent === undefined || intent.operation === refused || !isFirst) continue;
      if (intent.after !== undefined || intent.expiresAt <= step.at) continue;
      for (const job of jobsOf(intent))
        if (wished.get(job) === 1 && !called.get(step.invocation)?.has(job))
          yield `${intent.operation} of ${job} was held up, and ${refused} alone was refused`;
    }
  }
}

/** What was held up in each history, one after the other. */
async function* play(breakage: Breakage): AsyncGenerator<string> {
  let histories = 0;
  let turnedBack = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { rates, functionMs, callMs, callsForMs, poison } = drawClimate(makeRandom(seed, 1));
    // Time must be no reason, nor a job that spoils the calls that it is in.
    if (!rates.has('no route') || functionMs < 4 * callMs || callsForMs < callMs || poison)
      continue;
    const without = { deeds: new Set<number>(), faults: others };
    const history = await simulate({ seed, without, breakage });
    histories++;
    turnedBack += history.steps.filter(({ kind }) => kind === 'turned back').length;
    for (const what of held(history)) yield `seed ${seed}: ${what}`;
  }
  expect([histories > 100, turnedBack > 100]).toEqual([true, true]);
}

/** The 404 of a route is taken for the trouble of all. */
const closesAll: Breakage = {
  edges: (edges) => ({
    ...edges,
    send: async (request, turn) => {
      const reply = await edges.send(request, turn);
      return reply.kind === 'replied' && reply.says.trouble === 'no-route'
        ? readReply(replied(404, { error_code: 'APIGW.0102', error_msg: 'words' }))
        : reply;
    },
  }),
};

describe('a 404 of one route holds up no other', { timeout: 600_000 }, () => {
  it(`in the histories of ${SEEDS} in which nothing else goes wrong`, async () => {
    const found: string[] = [];
    for await (const what of play({})) found.push(what);
    expect(found).toEqual([]);
  });

  it('and it is noticed of a control loop that opens the breaker of all routes', async () => {
    const { value: first } = await play(closesAll).next();
    expect(first).toMatch(/was held up/);
  });
});
