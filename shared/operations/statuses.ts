/** Every status that a DLI job can have. Source: docs/upstream.md §4. */
export const DLI_STATUSES = [
  'job_init',
  'job_submitting',
  'job_submit_fail',
  'job_running',
  'job_running_exception',
  'job_downloading',
  'job_idle',
  'job_canceling',
  'job_cancel_success',
  'job_cancel_fail',
  'job_savepointing',
  'job_arrearage_stopped',
  'job_arrearage_recovering',
  'job_finish',
] as const;

export type DliStatus = (typeof DLI_STATUSES)[number];

/** Every status that a DRS task can have; `PAUSEING` is another spelling of `PAUSING`. Source: docs/upstream.md §4. */
export const DRS_STATUSES = [
  'CREATING',
  'CREATE_FAILED',
  'CONFIGURATION',
  'STARTJOBING',
  'WAITING_FOR_START',
  'START_JOB_FAILED',
  'PAUSING',
  'PAUSEING',
  'FULL_TRANSFER_STARTED',
  'FULL_TRANSFER_FAILED',
  'FULL_TRANSFER_COMPLETE',
  'INCRE_TRANSFER_STARTED',
  'INCRE_TRANSFER_FAILED',
  'RELEASE_RESOURCE_STARTED',
  'RELEASE_RESOURCE_FAILED',
  'RELEASE_RESOURCE_COMPLETE',
  'REBUILD_NODE_STARTED',
  'REBUILD_NODE_FAILED',
  'CHANGE_JOB_STARTED',
  'CHANGE_JOB_FAILED',
  'CHILD_TRANSFER_STARTING',
  'CHILD_TRANSFER_STARTED',
  'CHILD_TRANSFER_COMPLETE',
  'CHILD_TRANSFER_FAILED',
  'RELEASE_CHILD_TRANSFER_STARTED',
  'RELEASE_CHILD_TRANSFER_COMPLETE',
  'NODE_UPGRADE_START',
  'NODE_UPGRADE_COMPLETE',
  'NODE_UPGRADE_FAILED',
  'DELETED',
] as const;

export type DrsStatus = (typeof DRS_STATUSES)[number];
