import type { APIGatewayProxyEventV2, SQSEvent } from 'aws-lambda';
import { readMessage } from '../../shared/intent/message.ts';
import {
  type JobRequest,
  type ReadRequest,
  readNativeRequest,
} from '../../shared/intent/request.ts';
import { readVendorRequest } from '../../shared/intent/vendor-request.ts';
import { isObject, parseJson } from '../../shared/json/json.ts';
import { operations } from '../../shared/operations/index.ts';
import { distinct } from '../../shared/operations/job-list.ts';
import { jobIdOf, pathFor } from '../../shared/operations/operation.ts';
import type { Sample } from './samples.ts';

type Wish = Pick<JobRequest, 'operation' | 'project_id' | 'jobs'>;

const wishIn = (reading: ReadRequest): readonly Wish[] => (reading.ok ? [reading.request] : []);

const wishesOverHttp = ({ rawPath, body = '' }: APIGatewayProxyEventV2): readonly Wish[] => {
  const parsed = parseJson(body);
  if (!parsed.ok) return [];
  if (rawPath === '/v1/intents') return wishIn(readNativeRequest(parsed.value, new Date()));
  const project = rawPath.split('/')[2];
  return operations.flatMap((row) => {
    const reading = wishIn(readVendorRequest(row, project, parsed.value));
    return reading.filter(({ project_id }) => pathFor(row, project_id) === rawPath);
  });
};

const wishesOf = ({ function: name, event }: Sample): readonly Wish[] => {
  switch (name) {
    case 'accept-http':
      return wishesOverHttp(event as APIGatewayProxyEventV2);
    case 'accept-event': {
      const body = isObject(event) && 'detail' in event ? event.detail : event;
      return wishIn(readNativeRequest(body, new Date()));
    }
    case 'control-jobs':
      return (event as SQSEvent).Records.flatMap(({ body }) => {
        const reading = readMessage(body);
        return reading.ok ? [reading.intent] : [];
      });
  }
};

/** What the samples wish for, one line per intent and job: as many results must come. */
export const expectedResults = (samples: readonly Sample[]): readonly string[] =>
  samples
    .flatMap(wishesOf)
    .flatMap(({ operation, project_id, jobs }) =>
      distinct(jobs).map((job) => `${operation} ${project_id} ${jobIdOf(job)}`),
    )
    .toSorted();
