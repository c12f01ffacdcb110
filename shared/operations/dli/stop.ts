import * as v from 'valibot';
import type { Operation } from '../operation.ts';
import {
  answer,
  decode,
  effectOfStop,
  encode,
  isStopped,
  jobId,
  look,
  request,
} from './service.ts';

/**
 * Stops Flink jobs, with a savepoint if asked. Source: the vendor's page "Stopping Jobs in Batches"; its Chinese words
 * are not on record, ours are shaped after those for running.
 */
export const dliStop: Operation = {
  name: 'dli.stop',
  service: 'dli',
  path: '/v1.0/{project_id}/streaming/jobs/stop',
  jobId,
  options: { trigger_savepoint: v.optional(v.boolean('must be true or false')) },
  jobOptions: {},
  request: request('trigger_savepoint'),
  answer: answer({
    'en-us': 'The request for stopping DLI jobs is delivered successfully.',
    'zh-cn': '作业停止请求下发成功',
  }),
  encode,
  decode,
  look,
  repeatHarms: () => false,
  effectOf: effectOfStop,
  isThere: isStopped,
};
