import { endpoints, SIMULATED } from '../../local/upstream/operations/index.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { contractOf } from '../support/fixtures.ts';
import type { Options, Wish } from './chronicle.ts';
import type { Climate } from './climate.ts';
import type { Random } from './random.ts';

/** What a caller does. `at` is in milliseconds after the start. */
export type Deed =
  | {
      readonly kind: 'ask';
      readonly at: number;
      readonly wish: Wish;
      /** The native request, as JSON. */
      readonly text: string;
      /** Handed over by an event rule, which may do so again: the same intent each time. */
      readonly event: string | undefined;
      /** By so much the time of the event is behind; ahead if it is less than nothing. */
      readonly behindMs: number;
      /** How often it is handed over again, each so many milliseconds later, and whether that is by an archive. */
      readonly again: readonly { readonly afterMs: number; readonly isReplay: boolean }[];
      readonly correlation: string;
      readonly sequence: number | undefined;
      /** Whether it has a deadline of its own. */
      readonly isDated: boolean;
      /** By which of its names the deed that it is to follow is called. */
      readonly calls: 'id' | 'event' | 'correlation';
      /** The deed that it follows, if that is accepted by then; or an unknown name. */
      readonly after: Deed | 'nobody' | undefined;
    }
  | { readonly kind: 'litter'; readonly at: number; readonly body: string };

export interface StoredJob {
  readonly key: string;
  readonly status: string;
  readonly savepoint: boolean;
}

export interface Workload {
  readonly deeds: readonly Deed[];
  /** The jobs that exist upstream. */
  readonly stored: readonly StoredJob[];
}

/** How long after one wish another follows that has to do with it. */
const SOON = [1, 50, 5_000, 60_000];

/** The way in runs in so many. */
export const PROCESSES = 3;

/** Ids that a double cannot hold, next to those that it would make of them. */
const DLI_IDS = ['9223372036854775807', '9007199254740993', '9007199254740992', '131', '0'];
const DRS_IDS = [
  '9a470239-2308-4bb5-a6bc-1040402fjb21',
  'dbb8127c-b093-4b94-b764-7161e151jb2s',
  '12345678901234567890',
  'task_4',
];

interface JobName {
  readonly service: 'dli' | 'drs';
  readonly project: string;
  readonly id: string;
}

const drawJobs = (random: Random, climate: Climate): readonly JobName[] => {
  const drs = random.pick([0, 0, 1, climate.jobs]);
  const projects = ['p1', 'p2'].slice(0, climate.projects);
  return projects.flatMap((project) => [
    ...DLI_IDS.slice(0, Math.max(climate.jobs - drs, drs === 0 ? 1 : 0)).map(
      (id) => ({ service: 'dli', project, id }) as const,
    ),
    ...DRS_IDS.slice(0, drs).map((id) => ({ service: 'drs', project, id }) as const),
  ]);
};

/** Some of the options that the operation may have; none as a rule, where it needs none. */
const drawOptions = (samples: readonly Options[], random: Random, climate: Climate): Options => {
  const [plain = {}, ...others] = samples;
  const mayBeBare = Object.keys(plain).length === 0;
  if (mayBeBare && (others.length === 0 || !random.chance(climate.flagged))) return plain;
  return random.pick(mayBeBare ? others : samples);
};

const flagsFor = (operation: OperationName, random: Random, climate: Climate): Options =>
  drawOptions(contractOf(operation).samples.options, random, climate);

const ownOptions = (operation: OperationName, random: Random, climate: Climate): Options =>
  drawOptions(contractOf(operation).samples.jobs, random, climate);

const namesOf = (service: JobName['service']): readonly OperationName[] =>
  endpoints.flatMap((endpoint) => (endpoint.service === service ? [endpoint.operation] : []));

const OPERATIONS_OF = { dli: namesOf('dli'), drs: namesOf('drs') } as const;

/** A stop and a start that make a restart. */
const restartsOf = (service: JobName['service']) =>
  namesOf(service).flatMap((operation) => {
    const { follows } = contractOf(operation);
    return follows === undefined ? [] : [[follows, operation] as const];
  });

const RESTARTS = { dli: restartsOf('dli'), drs: restartsOf('drs') } as const;

/** The request in JSON, numbers for DLI's ids where the draw says so: digits, which no double ever holds. */
const textOf = (
  { operation, project, options, jobs }: Wish,
  expiresAt: string | undefined,
  asNumbers: boolean,
): string => {
  const list = Array.from(jobs, ([id, own]) => {
    const isNumber = SIMULATED[operation].service === 'dli';
    const name = asNumbers && isNumber ? id : JSON.stringify(id);
    const rest = JSON.stringify(own).slice(1);
    return rest === '}' ? name : `{"job_id":${name},${rest}`;
  });
  const fields = [
    `"operation":"${operation}"`,
    `"project_id":"${project}"`,
    `"jobs":[${list.join(',')}]`,
    `"options":${JSON.stringify(options)}`,
    ...(expiresAt === undefined ? [] : [`"expires_at":"${expiresAt}"`]),
  ];
  return `{${fields.join(',')}}`;
};

const LITTER = [
  'no JSON at all',
  '',
  '{"v":2,"intent_id":"from the future","jobs":["1"]}',
  '[]',
  '{"v":1,"operation":"dli.run"}',
  '{"v":1,"intent_id":"0193b4a0-0000-7000-8000-000000000000","operation":"dli.run","project_id":"p1","options":{},"jobs":["007"],"caller":"x","accepted_at":"2026-01-01T00:00:00.000Z"}',
  '\ufeff{"v":1} \u0000 \ud83d\ude80',
];

/** The states in which an operation makes sense, of each one. */
const sensibleFor = (service: JobName['service']): readonly string[] =>
  endpoints.filter((endpoint) => endpoint.service === service).map(({ law }) => law.unseen);

const PLAIN = {
  dli: [...sensibleFor('dli'), 'job_running', 'job_cancel_success'],
  drs: sensibleFor('drs'),
} as const;

/** States in which earlier wishes than those of the history have left a job. */
const ODD = {
  dli: [
    'job_finish',
    'job_finish',
    'job_submit_fail',
    'job_running_exception',
    'job_cancel_fail',
    'job_arrearage_stopped',
    'job_idle',
    'job_downloading',
    'job_arrearage_recovering',
  ],
  drs: [
    'CONFIGURATION',
    'INCRE_TRANSFER_STARTED',
    'START_JOB_FAILED',
    'FULL_TRANSFER_COMPLETE',
    'CHILD_TRANSFER_STARTED',
    'REBUILD_NODE_FAILED',
    'RELEASE_RESOURCE_STARTED',
  ],
} as const;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Whole seconds, but now and then another time. */
const BEHIND = [6 * MINUTE, 40 * MINUTE, 7 * HOUR, 30 * HOUR, 2 * MINUTE, -4 * MINUTE, -24 * HOUR];

/** Draws who asks for what, and when. */
export const drawWorkload = (random: Random, climate: Climate, start: number): Workload => {
  const names = drawJobs(random, climate);
  const stored = names.flatMap(({ service, project, id }): readonly StoredJob[] => {
    if (random.chance(climate.badJobs)) return [];
    const key = `${service}/${project}/${id}`;
    const odd = random.chance(climate.odd);
    const status = random.pick(odd ? ODD[service] : PLAIN[service]);
    return [{ key, status, savepoint: status === 'job_cancel_success' && random.chance(0.5) }];
  });

  const drawWish = (
    operation: OperationName,
    among: readonly JobName[],
    options: Options,
  ): Wish => {
    const { service, project } = random.pick(among);
    const fit = among.filter((name) => name.service === service && name.project === project);
    const count = random.between(1, Math.min(climate.jobsPerWish, fit.length));
    const picked = random.shuffle(fit).slice(0, count);
    return {
      operation,
      project,
      options,
      jobs: new Map(picked.map(({ id }) => [id, ownOptions(operation, random, climate)])),
    };
  };

  const voice = (wish: Wish, at: number, after?: Deed | 'nobody'): Deed => {
    const soon = random.chance(climate.shortDeadlines);
    const expiresAt = soon
      ? new Date(start + at + random.between(3_000, random.pick([30_000, 600_000]))).toISOString()
      : undefined;
    const isEvent = random.chance(0.35);
    const agains = isEvent && random.chance(0.5) ? random.between(1, 2) : 0;
    return {
      kind: 'ask',
      at,
      wish,
      text: textOf(wish, expiresAt, random.chance(0.5)),
      event: isEvent ? `event ${at} ${random.next()}` : undefined,
      behindMs: random.chance(climate.oddTimes) ? random.pick(BEHIND) : 0,
      again: Array.from({ length: agains }, () => ({
        afterMs: random.between(0, random.pick([1_000, 120_000, 900_000])),
        isReplay: random.chance(0.2),
      })),
      correlation: `c${deeds.length} ${random.next()}`,
      sequence: random.chance(climate.sequenced) ? random.between(1, 5) : undefined,
      isDated: expiresAt !== undefined,
      calls: random.pick(['id', 'id', 'correlation', 'event']),
      after,
    };
  };

  const deeds: Deed[] = [];
  const ask = (
    operation: OperationName,
    among: readonly JobName[],
    options: Options,
    at: number,
    after?: Deed | 'nobody',
  ): Deed => {
    const wish = drawWish(operation, among, options);
    const deed = voice(wish, at, after);
    deeds.push(deed);
    if (random.chance(climate.echoes)) deeds.push(voice(wish, at + random.pick(SOON), after));
    if (
      deed.kind === 'ask' &&
      deed.event &&
      deed.calls !== 'event' &&
      random.chance(climate.reused)
    ) {
      // Another event of the same id: a run could not tell the two apart by that.
      const other = voice(drawWish(operation, among, options), at + random.pick(SOON));
      if (other.kind === 'ask') deeds.push({ ...other, event: deed.event, calls: 'id' });
    }
    return deed;
  };
  // Callers wake up together more often than not.
  const moments = Array.from({ length: 3 }, () => random.between(0, climate.acceptsFor));
  const moment = () =>
    random.chance(0.4) ? random.pick(moments) : random.between(0, climate.acceptsFor);
  for (let i = 0; i < climate.wishes; i++) {
    const at = moment();
    const { service } = random.pick(names);
    const fit = names.filter((name) => name.service === service);
    const restarts = RESTARTS[service];
    if (restarts.length > 0 && random.chance(climate.restarts)) {
      const one = [random.pick(fit)];
      const [stopping, running] = random.pick(restarts);
      const stop = ask(stopping, one, flagsFor(stopping, random, climate), at);
      const later = at + random.pick(SOON);
      const named = random.chance(0.9) ? stop : 'nobody';
      const after = random.chance(0.6) ? named : undefined;
      ask(running, one, flagsFor(running, random, climate), later, after);
    } else {
      const operation = random.pick(OPERATIONS_OF[service]);
      ask(operation, fit, flagsFor(operation, random, climate), at);
    }
    if (random.chance(climate.garbage))
      deeds.push({ kind: 'litter', at: moment(), body: random.pick(LITTER) });
  }
  return { deeds, stored };
};
