import type { Hook } from '../../shared/callers/hook-mapping.ts';
import { mapPayload } from '../../shared/callers/map-payload.ts';
import { readMessage } from '../../shared/intent/message.ts';
import {
  type JobRequest,
  type ReadRequest,
  readNativeRequest,
} from '../../shared/intent/request.ts';
import { readVendorRequest } from '../../shared/intent/vendor-request.ts';
import { type Json, parseJson } from '../../shared/json/json.ts';
import { operations } from '../../shared/operations/index.ts';
import { distinct } from '../../shared/operations/job-list.ts';
import { jobIdOf, pathFor } from '../../shared/operations/operation.ts';
import { DEVELOPMENT_HOOKS } from '../development-hooks.ts';
import type { Sample } from './samples.ts';

type Wish = Pick<JobRequest, 'operation' | 'project_id' | 'jobs'>;

const wishIn = (reading: ReadRequest): readonly Wish[] => (reading.ok ? [reading.request] : []);

const wishesByHook = (hook: Hook, payload: Json): readonly Wish[] => {
  const mapped = mapPayload(hook, payload);
  const made = mapped.ok ? mapped.made : [];
  return made.flatMap(({ body }) => wishIn(readNativeRequest(body, new Date())));
};

const wishesOverHttp = (path: string, body: string): readonly Wish[] => {
  const parsed = parseJson(body);
  if (!parsed.ok) return [];
  if (path === '/v1/intents') return wishIn(readNativeRequest(parsed.value, new Date()));
  const hook = Object.entries(DEVELOPMENT_HOOKS).find(([id]) => path === `/v1/hooks/${id}`);
  if (hook !== undefined) return wishesByHook(hook[1], parsed.value);
  const project = path.split('/')[2];
  return operations.flatMap((row) => {
    const reading = wishIn(readVendorRequest(row, project, parsed.value));
    return reading.filter(({ project_id }) => pathFor(row, project_id) === path);
  });
};

const wishesOf = (sample: Sample): readonly Wish[] => {
  switch (sample.way) {
    case 'http':
      return wishesOverHttp(sample.event.rawPath, sample.event.body);
    case 'bus':
      return wishIn(readNativeRequest(sample.event.detail, new Date()));
    case 'invocation':
      return wishIn(readNativeRequest(sample.event, new Date()));
    case 'queue':
      return sample.event.Records.flatMap(({ body }) => {
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
