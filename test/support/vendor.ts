/** The vendor's paths, and the examples of its pages, to the letter. */

export const runPath = (project: string) => `/v1.0/${project}/streaming/jobs/run`;
export const stopPath = (project: string) => `/v1.0/${project}/streaming/jobs/stop`;
export const startPath = (project: string) => `/v3/${project}/jobs/batch-starting`;
export const INTENTS_PATH = '/v1/intents';

/** "Running Jobs in Batches". */
export const RUN_EXAMPLE = `{
    "job_ids": [131,130,138,137],
    "resume_savepoint": true
}`;

/** "Stopping Jobs in Batches". */
export const STOP_EXAMPLE = `{
  "job_ids": [128, 137],
  "trigger_savepoint": false
}`;

/** "Starting Tasks in Batches". */
export const START_EXAMPLE = `{ 
"jobs": [ 
{ 
"job_id": "9a470239-2308-4bb5-a6bc-1040402fjb21" 
},
{ 
"job_id": "dbb8127c-b093-4b94-b764-7161e151jb2s",
"start_time": "1599202771816"
} 
] 
}`;

export const SUBMITTED = 'The request for submitting DLI jobs is delivered successfully.';
export const SUBMITTED_ZH = '作业提交请求下发成功';
export const STOPPED = 'The request for stopping DLI jobs is delivered successfully.';

export const delivered = (message: string, count: number) =>
  Array.from({ length: count }, () => ({ is_success: 'true', message }));
