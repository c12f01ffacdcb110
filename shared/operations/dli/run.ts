import * as v from 'valibot';
import type { Operation } from '../operation.ts';
import {
  answer,
  decode,
  effectOfRun,
  encode,
  hasStopped,
  hasSurvived,
  isStarted,
  jobId,
  look,
  request,
} from './service.ts';

/** Starts Flink jobs, from their savepoints if asked. Source: the vendor's page "Running Jobs in Batches". */
export const dliRun: Operation = {
  name: 'dli.run',
  service: 'dli',
  path: '/v1.0/{project_id}/streaming/jobs/run',
  restart: { after: 'dli.stop', readyAt: hasStopped, failedAt: hasSurvived },
  jobId,
  options: { resume_savepoint: v.optional(v.boolean('must be true or false')) },
  jobOptions: {},
  request: request('resume_savepoint'),
  answer: answer({
    'en-us': 'The request for submitting DLI jobs is delivered successfully.',
    'zh-cn': '作业提交请求下发成功',
  }),
  encode,
  decode,
  look,
  repeatHarms: ({ resume_savepoint: resumes }) => resumes === true,
  effectOf: effectOfRun,
  isThere: isStarted,
};
