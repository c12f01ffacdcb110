import { operations } from '../../shared/operations/index.ts';
import type { Operation } from '../../shared/operations/operation.ts';
import type { Random } from '../simulation/random.ts';
import { contractOf, type Options } from '../support/fixtures.ts';
import { type FuzzCaller, NARROW_JOBS, PROJECTS } from './callers.ts';

/** What a valid request asks for. */
export interface Wish {
  readonly row: Operation;
  readonly project: string;
  readonly options: Readonly<Record<string, boolean>>;
  readonly jobs: readonly { readonly id: string; readonly options: Options }[];
}

/** What a queued message says, as far as rights go. */
export interface Queued {
  readonly caller: string;
  readonly operation: string;
  readonly project_id: string;
  readonly jobs: readonly string[];
}

const drawId = ({ service }: Operation, random: Random): string => {
  if (random.chance(0.3)) return random.pick(NARROW_JOBS.slice(0, service === 'dli' ? 2 : 3));
  return service === 'dli'
    ? String(BigInt(random.between(0, 2 ** 31)) * 2_147_483_647n)
    : `task-${random.between(0, 1e9)}`;
};

export const drawWish = (random: Random): Wish => {
  const row = random.pick(operations);
  const { samples } = contractOf(row.name);
  const count = random.chance(0.9) ? random.between(1, 3) : random.between(4, 40);
  const ids = new Set(Array.from({ length: count }, () => drawId(row, random)));
  return {
    row,
    project: random.pick(PROJECTS),
    options: random.pick(samples.options),
    jobs: [...ids].map((id) => ({ id, options: random.pick(samples.jobs) })),
  };
};

/** A DLI id as a number or as a text. */
const idText = (id: string, isNumber: boolean): string => (isNumber ? id : JSON.stringify(id));

const jobText = ({ id, options }: Wish['jobs'][number]): string =>
  Object.keys(options).length === 0
    ? JSON.stringify(id)
    : JSON.stringify({ job_id: id, ...options });

let written = 0;

/** No two are alike, so that none is taken for a repeat: fields that begin with `_` are ignored. */
export const nativeBody = ({ row, project, options, jobs }: Wish): string =>
  `{"_nonce":${++written},"operation":"${row.name}","project_id":"${project}","options":${JSON.stringify(options)},"jobs":[${jobs.map(jobText)}]}`;

export const vendorBody = ({ row, options, jobs }: Wish, isNumber: boolean): string =>
  row.service === 'dli'
    ? `{"job_ids":[${jobs.map(({ id }) => idText(id, isNumber))}],${JSON.stringify(options).slice(1)}`.replace(
        /,\}$/,
        '}',
      )
    : `{"jobs":[${jobs.map(({ id, options: own }) => JSON.stringify({ job_id: id, ...own }))}]}`;

export const vendorPath = ({ row, project }: Wish): string =>
  row.path.replace('{project_id}', project);

const lists = (list: readonly string[], name: string): boolean =>
  list.includes('*') || list.includes(name);

/** Whether a caller may do this: written from the words alone. Each job needs one grant that has all three. */
export const isGranted = (
  { grants }: Pick<FuzzCaller, 'grants'>,
  { operation, project_id, jobs }: Omit<Queued, 'caller'>,
): boolean =>
  jobs.every((job) =>
    grants.some(
      (grant) =>
        lists(grant.projects, project_id) &&
        lists(grant.operations, operation) &&
        (grant.jobs === undefined || grant.jobs.includes(job)),
    ),
  );

/** The caller as one who holds a token of this project alone. */
export const withinProject = (caller: FuzzCaller, project: string): FuzzCaller => ({
  ...caller,
  grants: caller.grants
    .filter(({ projects }) => lists(projects, project))
    .map((grant) => ({ ...grant, projects: [project] })),
});

/** The wish as its messages would say it. */
export const asQueued = ({ row, project, jobs }: Wish): Omit<Queued, 'caller'> => ({
  operation: row.name,
  project_id: project,
  jobs: jobs.map(({ id }) => id),
});
