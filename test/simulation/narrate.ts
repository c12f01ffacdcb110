import type { Ask, Call, Step } from './chronicle.ts';
import type { History } from './simulate.ts';

/** The last digits tell intents apart, and a letter makes them names. */
const nameIntents = (steps: readonly Step[]): ((id: string) => string) => {
  const ids = new Set(
    steps.flatMap((step) =>
      step.kind === 'queued' && step.letter.ask ? [step.letter.ask.intentId] : [],
    ),
  );
  // By age, so that the order of the names is the order of the wishes.
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

/** One readable line for each step, in virtual time; and what was drawn for the history. */
export const narrate = ({ steps, climate, workload, calmAt }: History): readonly string[] => {
  const start = calmAt - climate.calmAfter;
  const name = nameIntents(steps);
  const tellAsk = ({ intentId, operation, options, jobs, expiresAt }: Ask): string =>
    `${name(intentId)} ${operation}${flags(options)}: ${jobsOf(jobs)}, good for ${((expiresAt - start) / 1_000).toFixed(0)} s`;

  const tell = (step: Step): string => {
    switch (step.kind) {
      case 'accepted':
        return `accepted ${name(step.intentId)}${step.after ? `, to follow ${name(step.after)}` : ''}`;
      case 'turned away':
        return `turned away ${step.wish.operation} of ${[...step.wish.jobs.keys()]}: ${step.reason}`;
      case 'queued':
        return `queued ${step.letter.id}: ${step.letter.ask ? tellAsk(step.letter.ask) : JSON.stringify(step.letter.body)}`;
      case 'begun': {
        const { n, letters, receives } = step.invocation;
        return `invocation ${n} begins with ${letters.map(({ id }) => `${id} (${receives.get(id)})`).join(', ')}`;
      }
      case 'ended':
        return `invocation ${step.invocation.n} ${step.invocation.ended}${step.staying.length > 0 ? `, gives back ${step.staying}` : ''}`;
      case 'threw':
        return `the control loop threw ${step.error}`;
      case 'deleted':
      case 'redriven':
      case 'taken up':
        return `${step.letter.id} ${step.kind}`;
      case 'buried':
        return `${step.letter.id} buried by ${step.invocation.n}: ${step.reason}`;
      case 'claimed':
        return `invocation ${step.invocation.n} claims ${step.key}`;
      case 'called':
        return `invocation ${step.call.invocation.n} sends ${tellCall(step.call)}${step.call.fault ? ` [${step.call.fault}]` : ''}`;
      case 'arrived': {
        const { n, effective, jobs, troubles, statuses } = step.call;
        const became = jobs.map(
          ({ id }, i) =>
            `${id} ${statuses[i] ?? ''} ${troubles[i] ?? (effective ? 'served' : 'untouched')}`,
        );
        return `call ${n} arrives: ${became.join(', ')}`;
      }
      case 'heard':
        return `call ${step.call.n} is answered ${step.reply}`;
      case 'seen': {
        const { invocation, statuses } = step.look;
        return `invocation ${invocation.n} sees ${Array.from(statuses, ([id, status]) => `${id} ${status}`).join(', ')}`;
      }
      case 'turned back':
        return `invocation ${step.invocation.n} is turned back on ${step.way}`;
      case 'published': {
        const { intent_id, job_id, outcome, evidence, error, superseded_by: by } = step.result;
        return `published ${name(intent_id)}/${job_id} ${[outcome, evidence, error?.code, by && `by ${name(by)}`].filter(Boolean).join(' ')}`;
      }
      case 'fault':
        return `fault: ${step.fault}`;
    }
  };
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
