import * as v from 'valibot';
import { drsOperation, flag } from './service.ts';

/** "If this parameter is left empty, the task is started immediately." */
const startTime = v.nullish(v.pipe(v.string(), v.regex(/^\d{0,16}$/)));

/**
 * `{"jobs": [{"job_id": "…", "start_time": "1599202771816", "is_only_init_task": true}]}`, the `StartInfo` of the vendor's
 * SDKs. That a task which was only initialised waits for its start is our guess, and so is
 * that a start resumes a paused task.
 */
export const drsStart = drsOperation({
  method: 'POST',
  path: '/v3/{project}/jobs/batch-starting',
  job: { start_time: startTime, is_only_init_task: flag, is_auto_create_compare: flag },
  law: {
    unseen: 'CONFIGURATION',
    allows: ({ status, effects }) =>
      status === 'CONFIGURATION' ||
      status === 'PAUSING' ||
      (status === 'WAITING_FOR_START' && effects.at(-1)?.onlyInitialised === true),
    starts: true,
    effect: (_, { is_only_init_task: initialises }) =>
      initialises ? { effect: 'start', onlyInitialised: true } : { effect: 'start' },
    steps: ({ start_time: wished, is_only_init_task: initialises }, at, stepMs) => {
      const waitMs = Math.max(0, Number(wished ?? 0) - at);
      const begun = [
        ...(waitMs > 0 ? [{ afterMs: 0, status: 'WAITING_FOR_START' }] : []),
        { afterMs: waitMs, status: 'STARTJOBING' },
      ];
      if (initialises) return [...begun, { afterMs: stepMs(), status: 'WAITING_FOR_START' }];
      return [
        ...begun,
        { afterMs: stepMs(), status: 'FULL_TRANSFER_STARTED' },
        { afterMs: stepMs(), status: 'INCRE_TRANSFER_STARTED' },
      ];
    },
  },
});
