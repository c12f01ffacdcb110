import type { Unread } from '../../shared/reply/reply.ts';
import type { Look } from './chronicle.ts';
import type { JobsModel } from './job-model.ts';
import type { Random } from './random.ts';
import { replied, SILENCE } from './reply-model.ts';

/** Jobs on a page, as the control loop asks for it. */
const PAGE_ROWS = 100;

/** How a list may be refused for good: nothing else depends on it. */
export const LIST_REFUSALS = ['silence', 'error 500', 'no right', 'no route', 'page'] as const;

/** How DLI's list of jobs behaves in one history. */
export interface ListClimate {
  /** From so many jobs on the control loop asks for it. */
  readonly leastJobs: number;
  /** Jobs move among so many pages: each time that a page is asked for, a job is on one of them, or was. */
  readonly pages: number;
  /** How often a job is left out, as one of another user is. */
  readonly leavesOut: number;
  /** How often a row shows the state of a job before its detail does. Other rows are as late as the detail. */
  readonly ahead: number;
  readonly refusesAs: (typeof LIST_REFUSALS)[number];
  readonly refuses: number;
}

const REPLIES: Readonly<Record<ListClimate['refusesAs'], Unread>> = {
  silence: SILENCE,
  'error 500': replied(500, { error_code: 'DLI.10001', error_msg: 'words' }),
  'no right': replied(403, { error_code: 'APIGW.0302', error_msg: 'words' }),
  'no route': replied(404, { error_code: 'APIGW.0101', error_msg: 'words' }),
  page: replied(200, '<html></html>'),
};

/** A page of the list, as it is when it is asked for. */
export const makeListModel = (jobs: JobsModel, climate: ListClimate, random: Random) => ({
  /** Undefined: it is not refused. */
  refusal: (): Unread | undefined =>
    random.chance(climate.refuses) ? REPLIES[climate.refusesAs] : undefined,
  page: (project: string, offset: number): Pick<Look, 'statuses' | 'starts'> => {
    const keys = jobs
      .idsIn(`dli/${project}/`)
      .map((id) => [id, `dli/${project}/${id}`] as const)
      .filter(() => !random.chance(climate.leavesOut))
      .filter(() => random.between(0, climate.pages - 1) === offset / PAGE_ROWS);
    const rows = keys.map(
      ([id, key]) => [id, jobs.rowOf(key, random.chance(climate.ahead))] as const,
    );
    return {
      statuses: new Map(rows.map(([id, { status }]) => [id, status])),
      starts: new Map(rows.map(([id, { startedAt }]) => [id, startedAt])),
    };
  },
  reply: ({ statuses, starts, tellsStart }: Look): Unread => {
    const rows = Array.from(statuses, ([id, status]) => {
      const start = tellsStart ? `,"start_time":${starts.get(id) ?? 0}` : '';
      return `{"job_id":${id},"status":"${status}"${start}}`;
    });
    const total = climate.pages * PAGE_ROWS;
    const list = `{"total_count":${total},"jobs":[${rows.join(',')}]}`;
    return replied(200, `{"is_success":"true","job_list":${list}}`);
  },
});

export type ListModel = ReturnType<typeof makeListModel>;
