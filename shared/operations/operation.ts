import type { GenericSchema, ObjectEntries } from 'valibot';
import type { JsonSchema } from '../json/wire-form.ts';
import type { Reading } from '../reply/correlate.ts';
import type { Reply } from '../reply/reply.ts';
import type { Refusal } from '../reply/verdict.ts';
import type { OPERATIONS } from './index.ts';
import type { Service } from './services.ts';
import type { Sighting } from './sighting.ts';

declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

/** A job's id, a string even where the upstream's is a 64-bit integer (promise P9). */
export type JobId = Brand<'JobId'>;
export type ProjectId = Brand<'ProjectId'>;

export type { Service };

/** The name of a row. */
export type OperationName = keyof typeof OPERATIONS;

/** Options that the upstream takes once per call: part of the group key, never merged or defaulted (promise P5). */
export type GroupOptions = Readonly<Record<string, boolean>>;

/** Options that the upstream takes per job: they travel with their job, exactly as given (promise P5). */
export type JobOptions = Readonly<Record<string, string | boolean>>;

/** A job as it is asked for: its bare id, or the id with options of its own. */
export type Job = JobId | ({ readonly job_id: JobId } & JobOptions);

export const jobIdOf = (job: Job): JobId => (typeof job === 'string' ? job : job.job_id);

/** A caller's jobs in the order listed, repetitions and all, and the options for the call. */
export interface RequestedJobs {
  readonly jobs: readonly Job[];
  readonly options: GroupOptions;
}

export type Language = 'en-us' | 'zh-cn';

/** What the upstream would say to a request, and so what our drop-in route says. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The JSON text to send in place of `body`. */
  readonly text?: string;
  /** If it is not application/json. */
  readonly contentType?: string;
  /** More headers, by names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as any upstream takes it; the edge adds what all have in common. */
export interface UpstreamRequest {
  readonly service: Service;
  /** On whose behalf: decides on the credentials and the pace. */
  readonly project: ProjectId;
  /** What it is for: an operation, a look at jobs, or a page of the list of jobs. */
  readonly route?: OperationName | 'look' | 'list';
  readonly method: 'GET' | Operation['method'];
  readonly path: string;
  /** Whether it asks for the state of jobs, and changes nothing. */
  readonly isLook?: boolean;
  readonly body?: string;
  /**
   * In place of `body`: makes the request ready to be sent, once it has its turn, and resolves to its body; or to
   * undefined if nothing is to be sent any more. To be asked for anew each time that the request is sent.
   */
  readonly ready?: () => Promise<string | undefined>;
  /** Whether a right that is missing may be one job's own matter, so that it tells nothing of the others. */
  readonly mayBlameJobs?: () => boolean;
}

/** One page of a service's list of jobs. */
export interface JobPage {
  /** Jobs on all pages. */
  readonly total: number;
  /** By the id of the job. */
  readonly sightings: ReadonlyMap<string, Sighting>;
}

/** How to see many jobs at once, whichever the service lists. A job that is on no page may exist all the same. */
export interface JobList {
  /** Rows of a page at most. */
  readonly pageRows: number;
  /** `offset`: how many jobs come before the page. */
  readonly request: (project: ProjectId, offset: number) => UpstreamRequest;
  /** Undefined: the reply is no page. Never throws. */
  readonly decode: (reply: Reply) => JobPage | undefined;
}

/** How to see what state jobs are in. */
export interface Look {
  /** Jobs that one request can ask about. */
  readonly maxJobs: number;
  readonly request: (project: ProjectId, jobs: readonly JobId[]) => UpstreamRequest;
  /** What the reply tells of each job; nothing of those that it does not name. Never throws. */
  readonly decode: (jobs: readonly JobId[], reply: Reply) => ReadonlyMap<JobId, Sighting>;
  /** Undefined: the service has no such list, or a look asks for as many jobs. */
  readonly list?: JobList;
}

/**
 * What a job's status tells of a request. `taken`: it took effect, or was never needed. `earlier`: the job is where the
 * request would bring it, but has been there since before; once statuses cannot be late any more, that is `taken` too.
 * `none`: it had no effect, as far as statuses are not late. `pending`: nothing yet.
 */
export type Effect = 'taken' | 'earlier' | 'none' | 'pending';

/** How a service writes its job ids. */
export interface JobIdRule {
  /** Whether a text is an id, in its one canonical spelling. */
  readonly is: (text: string) => boolean;
  /** Whether callers may also write ids as JSON numbers. */
  readonly numeric: boolean;
  /** The rule in words, for faults. */
  readonly detail: string;
  /** The rule as JSON Schema, for the published documents. */
  readonly form: () => JsonSchema;
}

/** How one job is written, with the options that an operation has for it. */
export interface JobForm {
  /** The rule for its id in words, for faults. */
  readonly detail: string;
  /** Its options, by name, and those of them that must not be left out. */
  readonly options: readonly string[];
  readonly needed: readonly string[];
  /** Its options with what validates each. */
  readonly entries: ObjectEntries;
  /** Reads a job on the native route. */
  readonly schema: GenericSchema<unknown, Job>;
  /** Whether this is a job in a queue message. */
  readonly is: (value: unknown) => value is Job;
}

/** One upstream batch endpoint: a row of the table in `operations/index.ts`, and the one place that knows its words. */
export interface Operation {
  readonly name: OperationName;
  readonly service: Service;
  /** Of the upstream's endpoint, and of our drop-in route. A DELETE has a body too. */
  readonly method: 'POST' | 'DELETE';
  /** Path template of both. */
  readonly path: `/${string}{project_id}${string}`;
  /** The operation after which this one makes a restart: both are carried out, in that order. */
  readonly restart?: {
    readonly after: OperationName;
    /** Whether a job that was seen so has ended what went before. */
    readonly readyAt: (sighting: Sighting) => boolean;
    /** Whether what went before was delivered and has failed, where a job was seen so. */
    readonly failedAt: (sighting: Sighting) => boolean;
  };
  readonly job: JobForm;
  /** The options of a call, by name. */
  readonly options: ObjectEntries;
  /** Reads the upstream's own request body. What the call could not carry is refused by name; null counts as absent. */
  readonly request: GenericSchema<unknown, RequestedJobs>;
  /** The upstream's own reply to a request that it takes whole, or of which it refuses some jobs. */
  readonly answer: (
    listed: readonly Job[],
    language: Language,
    refusalOf?: (job: JobId) => Refusal | undefined,
  ) => Answer;
  /** The request body for distinct jobs. */
  readonly encode: (jobs: readonly Job[], options: GroupOptions) => string;
  /** Law: any reply whatever yields one verdict per job asked for, and never throws. */
  readonly decode: (asked: readonly JobId[], reply: Reply) => Reading;
  /**
   * Law: of a job whose status was not told nothing can be said: `effectOf` is pending, it is not there, and not ready
   * for a restart.
   */
  readonly look: Look;
  /** Whether a second request does harm where the first was served: it uses up a savepoint, or pays an order again. */
  readonly repeatHarms: (options: GroupOptions) => boolean;
  /** What became of a request for `job` that was sent at `since`, in milliseconds since 1970, or a little later. */
  readonly effectOf: (sighting: Sighting, since: number, job?: Job) => Effect;
  /**
   * Whether a job that was seen so is where the operation would bring it, or on its way there: then a refusal is no harm.
   * Less than that it took effect: a job whose start has failed since was started once, and is not there.
   */
  readonly isThere: (sighting: Sighting, job?: Job) => boolean;
}

export const projectId = /^[A-Za-z0-9_-]{1,64}$/;

export const isProjectId = (text: unknown): text is ProjectId =>
  typeof text === 'string' && projectId.test(text);

export const PROJECT_ID_RULE =
  'must be a project id: 1 to 64 letters, digits, hyphens or underscores';

/** The path of an operation's endpoint for one project. */
export const pathFor = (operation: Operation, project: ProjectId): string =>
  operation.path.replace('{project_id}', project);
