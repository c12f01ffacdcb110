import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../shared/control/attempt.ts';
import type { Call } from '../../shared/control/planned.ts';
import { makeSuspicion } from '../../shared/control/suspicion.ts';
import { timingOf } from '../../shared/intent/result.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import type { Verdict } from '../../shared/reply/verdict.ts';
import { maybeServed } from '../support/noted.ts';
import { openWishes } from '../support/records-room.ts';

const SILENT: Verdict = { kind: 'unanswered', served: 'maybe yet', reason: 'timeout' };
const UNSENT: Verdict = { kind: 'unanswered', served: 'no', reason: 'no time left' };
const YES: Verdict = { kind: 'delivered', evidence: 'positional' };

/** Jobs of an intent of one project, what came of its call, and how many of them were in vain before. */
interface Sent {
  readonly verdicts: readonly Verdict[];
  readonly project?: string;
  readonly isRepeat?: readonly boolean[];
  readonly by?: string;
}

/** The request of a call, with these verdicts on its jobs in order. */
const attemptOf = (call: Call, verdicts: readonly Verdict[]): Attempt => ({
  call,
  verdicts: call.carriers.map((carrier, i) => [carrier, verdicts[i] ?? UNSENT]),
  isHeld: false,
  isClaimed: true,
  info: { id: 'call', size: verdicts.length, attempts: 1 },
  timing: timingOf(1, 2),
});

/** Which jobs of each intent are to be called alone, once all of these calls were made. */
const narrowed = (...all: readonly Sent[]) => {
  const opened = all.map(({ project = 'p', verdicts }, n) =>
    openWishes({
      project_id: project,
      jobs: verdicts.map((_, i) => `${n + 1}${i}`),
    }),
  );
  const repeats = new Set<string>();
  const attempts = opened.flatMap(({ calls }, n) =>
    calls.map((call): Attempt => {
      const { verdicts = [], isRepeat = [] } = all[n] ?? {};
      call.carriers.forEach(({ job }, i) => {
        if (isRepeat[i] !== false) repeats.add(jobIdOf(job));
      });
      return attemptOf(call, verdicts);
    }),
  );
  const suspicion = makeSuspicion({
    invocation: 'ours',
    isRepeat: ({ job }) => repeats.has(jobIdOf(job)),
  });
  opened.forEach(({ openIntents }, n) => {
    for (const openIntent of openIntents)
      for (const job of openIntent.intent.jobs)
        openIntent.noteRequest(jobIdOf(job), maybeServed(all[n]?.by ?? 'ours', 4));
  });
  for (const attempt of attempts) suspicion.note(attempt);
  const changed = suspicion.narrow();
  return opened.map(({ openIntents }) =>
    openIntents.map((one) => [
      changed.includes(one),
      [...one.record.requests.values()].map(({ suspects }) => suspects),
    ]),
  );
};

const SERVED: Sent = { verdicts: [YES] };
const [ALONE, AS_BEFORE] = [[[true, [1, 1]]], [[false, [4, 4]]]];

describe('jobs are called alone the next time', () => {
  it.each<[title: string, sent: Sent, beside: Sent, isAlone: boolean]>([
    [
      'if they were in vain again while others were served',
      { verdicts: [SILENT, SILENT] },
      SERVED,
      true,
    ],
    [
      'if of the others one was served',
      { verdicts: [SILENT, SILENT] },
      { verdicts: [UNSENT, YES] },
      true,
    ],
    ['not if no other was', { verdicts: [SILENT, SILENT] }, { verdicts: [SILENT] }, false],
    [
      'not if those were of another project',
      { verdicts: [SILENT, SILENT] },
      { ...SERVED, project: 'q' },
      false,
    ],
    [
      'not if one of them was not in vain before',
      { verdicts: [SILENT, SILENT], isRepeat: [true, false] },
      SERVED,
      false,
    ],
    ['not if one of them was not sent', { verdicts: [SILENT, UNSENT] }, SERVED, false],
    [
      'not if the request was another invocation’s',
      { verdicts: [SILENT, SILENT], by: 'theirs' },
      SERVED,
      false,
    ],
  ])('%s', (_, sent, beside, isAlone) => {
    expect(narrowed(sent, beside)[0]).toEqual(isAlone ? ALONE : AS_BEFORE);
  });

  it('one that was sent alone is under no closer suspicion by that', () => {
    expect(narrowed({ verdicts: [SILENT] }, SERVED)[0]).toEqual([[false, [4]]]);
  });
});
