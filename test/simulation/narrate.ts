import type { Result } from '../../shared/intent/result.ts';
import type { Call, Invocation, Look, QueuedIntent, Step } from './chronicle.ts';
import type { History } from './simulate.ts';

/** Short names for intents: I1, I2 and so on. */
const nameIntents = (steps: readonly Step[]): ((id: string) => string) => {
  const ids = new Set(
    steps.flatMap((step) =>
      step.kind === 'queued' && step.letter.intent ? [step.letter.intent.intentId] : [],
    ),
  );
  // In order of age, so that the names show it.
  const names = new Map([...ids].toSorted().map((id, i) => [id, `I${i + 1}`]));
  return (id) => names.get(id) ?? id;
};

const flags = (options: object): string => {
  const text = JSON.stringify(options);
  return text === '{}' ? '' : ` ${text}`;
};

const jobsOf = (jobs: Iterable<readonly [string, object]>): string =>
  Array.from(jobs, ([id, own]) => id + flags(own)).join(', ');

const tellCall = ({ n, operation, project, options, jobs }: Call): string =>
  `call ${n}: ${operation}${flags(options)} of ${project}: ${jobsOf(jobs.map(({ id, options: own }) => [id, own]))}`;

const tellArrival = ({ n, effective, jobs, troubles, statuses }: Call): string => {
  const became = jobs.map(
    ({ id }, i) =>
      `${id} ${statuses[i] ?? ''} ${troubles[i] ?? (effective ? 'served' : 'untouched')}`,
  );
  return `call ${n} arrives: ${became.join(', ')}`;
};

const tellBegun = ({ n, letters, receives }: Invocation): string =>
  `invocation ${n} begins with ${letters.map(({ id }) => `${id} (${receives.get(id)})`).join(', ')}`;

const tellLook = ({ invocation, statuses }: Look): string =>
  `invocation ${invocation.n} sees ${Array.from(statuses, ([id, status]) => `${id} ${status}`).join(', ')}`;

/** Tells steps with short names in place of intent ids. `start` is the start of the history, in milliseconds. */
const makeTell = (name: (id: string) => string, start: number) => {
  const tellIntent = ({ intentId, operation, options, jobs, expiresAt }: QueuedIntent): string =>
    `${name(intentId)} ${operation}${flags(options)}: ${jobsOf(jobs)}, good for ${((expiresAt - start) / 1_000).toFixed(0)} s`;
  const tellResult = (result: Result): string => {
    const { intent_id, job_id, outcome, evidence, error, superseded_by: by } = result;
    return `published ${name(intent_id)}/${job_id} ${[outcome, evidence, error?.code, by && `by ${name(by)}`].filter(Boolean).join(' ')}`;
  };
  return (step: Step): string => {
    switch (step.kind) {
      case 'accepted':
        return `accepted ${name(step.intentId)}${step.after ? `, to follow ${name(step.after)}` : ''}`;
      case 'turned away':
        return `turned away ${step.wish.operation} of ${[...step.wish.jobs.keys()]}: ${step.reason}`;
      case 'queued':
        return `queued ${step.letter.id}: ${step.letter.intent ? tellIntent(step.letter.intent) : JSON.stringify(step.letter.body)}`;
      case 'deleted':
      case 'redriven':
      case 'taken up':
        return `${step.letter.id} ${step.kind}`;
      case 'dead-lettered':
        return `${step.letter.id} dead-lettered by ${step.invocation.n}: ${step.reason}`;
      case 'published':
        return tellResult(step.result);
      case 'fault':
        return `fault: ${step.fault}`;
      default:
        return tellInvocation(step);
    }
  };
};

type OfMessages = 'accepted' | 'turned away' | 'queued' | 'deleted' | 'redriven' | 'taken up';

/** Tells a step of an invocation. */
const tellInvocation = (
  step: Exclude<Step, { kind: OfMessages | 'dead-lettered' | 'published' | 'fault' }>,
): string => {
  switch (step.kind) {
    case 'begun':
      return tellBegun(step.invocation);
    case 'ended':
      return `invocation ${step.invocation.n} ${step.invocation.ended}${step.staying.length > 0 ? `, gives back ${step.staying}` : ''}`;
    case 'threw':
      return `the control loop threw ${step.error}`;
    case 'claimed':
      return `invocation ${step.invocation.n} claims ${step.key}`;
    case 'called':
      return `invocation ${step.call.invocation.n} sends ${tellCall(step.call)}${step.call.fault ? ` [${step.call.fault}]` : ''}`;
    case 'arrived':
      return tellArrival(step.call);
    case 'heard':
      return `call ${step.call.n} is answered ${step.reply}`;
    case 'seen':
      return tellLook(step.look);
    case 'turned back':
      return `invocation ${step.invocation.n} is turned back, which may open the breaker of ${step.breaker}`;
  }
};

/** A history as lines: what was drawn for it, then one line per step, with its virtual time. */
export const narrate = ({ steps, climate, workload, calmAt }: History): readonly string[] => {
  const start = calmAt - climate.calmAfter;
  const tell = makeTell(nameIntents(steps), start);
  const { rates, ...drawn } = climate;
  return [
    `drawn: ${JSON.stringify(drawn)}`,
    `faults: ${Array.from(rates, ([fault, rate]) => `${fault} ${rate.toFixed(2)}`).join(', ') || 'none'}`,
    ...workload.stored.map(
      ({ key, status, savepoint }) =>
        `there is ${key} ${status}${savepoint ? ' with a savepoint' : ''}`,
    ),
    ...steps.map(
      (step) => `${((step.at - start) / 1_000).toFixed(3).padStart(10)} s  ${tell(step)}`,
    ),
  ];
};
