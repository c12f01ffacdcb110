import { possibleJobs } from '../../cli/input/job-id.ts';
import { openLedgerOf } from '../../cli/target/open-ledger.ts';
import { type ClientConfig, partsOf } from '../../cli/target/parts.ts';
import { keysOfProject, readBreakers } from '../../cli/target/read-breakers.ts';
import { readJobFacts } from '../../cli/target/read-job-facts.ts';
import { answerFor, type JobAnswer } from '../../cli/why/job-answer.ts';
import { type Fact, jobFacts } from '../../cli/why/job-words.ts';
import { isOperationName, OPERATIONS } from '../../shared/operations/index.ts';
import { isProjectId, type Service } from '../../shared/operations/operation.ts';
import type { StackParts } from '../front/stack-parts.ts';
import type { OpenJob } from './waiting.ts';

/** Credentials that the stack itself has for its servers. */
export type Credentials = NonNullable<ClientConfig['credentials']>;

/** What the ledger knows of a job, as a record and in the words of `job-fanin why`. */
export interface ToldJob {
  readonly answer: JobAnswer;
  readonly words: readonly Fact[];
}

/** The ledger of the stack. It is opened at the first use, and again after a failure. */
const lazyLedger = (
  { region, outputs, endpoints }: StackParts,
  credentials: Credentials,
  now: () => number,
) => {
  const config = (service: string): ClientConfig => ({
    region,
    credentials,
    maxAttempts: 3,
    ...(endpoints[service] !== undefined && { endpoint: endpoints[service] }),
  });
  let opened: ReturnType<typeof openLedgerOf> | undefined;
  return async () => {
    opened ??= openLedgerOf(partsOf(outputs, config, 'this stack'), { now });
    return opened.catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
  };
};

/** Reads the ledger by the functions of the command line, so that both tell the same. */
export const makeJobFacts = (parts: StackParts, credentials: Credentials, now: () => number) => {
  const open = lazyLedger(parts, credentials, now);
  const of = async (service: Service, project: string, job: string): Promise<JobAnswer> => {
    if (!isProjectId(project)) throw new TypeError('not the id of a project');
    const [, id] = possibleJobs(job).find(([possible]) => possible === service) ?? [];
    if (id === undefined) throw new TypeError(`not the id of a job of ${service}`);
    const ledger = await open();
    const facts = await readJobFacts(ledger, service, project, id);
    const breakers = await readBreakers(ledger, keysOfProject(project));
    const own = breakers.filter(({ key }) => key.startsWith(`cool/${service}/`));
    return answerFor(facts, own, now());
  };
  const answerOf = async (job: OpenJob): Promise<readonly [OpenJob, JobAnswer]> => {
    const name = isOperationName(job.operation) ? job.operation : 'dli.run';
    return [job, await of(OPERATIONS[name].service, job.project_id, job.job_id)];
  };
  return {
    /** What is known of one job. */
    tell: async (service: Service, project: string, job: string): Promise<ToldJob> => {
      const answer = await of(service, project, job);
      return { answer, words: jobFacts(answer, now()) };
    },
    /** The same of several, without the words. */
    answers: (jobs: readonly OpenJob[]) => Promise.all(jobs.map(answerOf)),
  };
};

export type JobFactsReader = ReturnType<typeof makeJobFacts>;
