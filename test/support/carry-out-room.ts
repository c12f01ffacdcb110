import type { Attempt, ClaimCall } from '../../shared/control/attempt.ts';
import { makeCarryOut } from '../../shared/control/carry-out.ts';
import {
  jobIdOf,
  type Operation,
  type UpstreamRequest,
} from '../../shared/operations/operation.ts';
import type { Reply } from '../../shared/reply/reply.ts';
import { readied } from '../../shared/upstream/readied.ts';
import type { Deadline } from '../../shared/upstream/send.ts';
import { agree, refusal, type SeenCall } from './control-room.ts';
import { ANY_TIME, ONE_BY_ONE, turnUntil } from './deadlines.ts';
import { keptLog } from './logs.ts';
import { NOW, type Wish } from './messages.ts';
import { openWishes, theOnly } from './records-room.ts';
import { replied } from './replies.ts';

export const AT = Date.parse(NOW);

export const MS_PER_CALL = 25_000;

export const SUSPECT = replied(400, refusal('DLI.0001'));

interface Setup {
  readonly reply?: (call: SeenCall) => Reply;
  readonly remainingMs?: () => number;
  /** In place of the operation's own. */
  readonly decode?: Operation['decode'];
  readonly claim?: ClaimCall;
}

/** A world in which each request takes 7 ms, and what it was asked. */
const startWorld = (reply: (call: SeenCall) => Reply) => {
  const world = { at: AT };
  let ids = 0;
  const asked: (readonly string[])[] = [];
  const deadlines: Deadline[] = [];
  const mayBlame: (boolean | undefined)[] = [];
  const { log, lines } = keptLog();
  const now = () => world.at;
  const send = async (request: UpstreamRequest, deadline: Deadline): Promise<Reply> => {
    deadlines.push(deadline);
    const ready = await readied(request, { ...ANY_TIME, ...deadline }, now);
    if (ready.kind === 'held') return ready.reply;
    const { body = '' } = ready;
    const jobs = JSON.parse(body).job_ids.map(String);
    asked.push(jobs);
    mayBlame.push(request.mayBlameJobs?.());
    world.at += 7;
    return reply({ path: request.path, body, jobs });
  };
  const edges = { log, now, newId: () => `call ${++ids}`, random: () => 0, send };
  return { world, edges, asked, deadlines, mayBlame, lines };
};

/** Carries out the one call of some wishes: what was sent, logged and reported. */
export const carryOut = async (
  {
    reply = agree,
    remainingMs = () => 60_000,
    decode,
    claim = async ({ carriers }) => carriers,
  }: Setup,
  ...wishes: Wish[]
) => {
  const { world, edges, ...kept } = startWorld(reply);
  const attempts: Attempt[] = [];
  const call = theOnly(openWishes(...wishes).calls);
  const deadlineFor = () => turnUntil(world.at + remainingMs() - MS_PER_CALL);
  await makeCarryOut(edges, { ...ONE_BY_ONE, deadlineFor, claim })(
    decode === undefined ? call : { ...call, operation: { ...call.operation, decode } },
    async (attempt) => {
      attempts.push(attempt);
    },
  );
  const verdicts = new Map<string, string>(
    attempts.flatMap(({ verdicts }) =>
      verdicts.map(([{ job }, { kind }]) => [jobIdOf(job), kind] as const),
    ),
  );
  return { ...kept, attempts, verdicts };
};
