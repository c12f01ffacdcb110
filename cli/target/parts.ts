import { CommandError, EXIT } from '../exit.ts';

/** The outputs of a stack that the command line reads, by the names that the template gives them. */
export const OUTPUTS = [
  'ApiUrl',
  'IntentsQueueUrl',
  'DeadLetterQueueUrl',
  'FailedEventsQueueUrl',
  'LedgerTableName',
  'ControlJobsFunctionName',
  'EventSourceMappingId',
  'ResultsBusName',
] as const;

/** An embedded stack has a file for a ledger, unless its settings name a table. */
export type OutputName = (typeof OUTPUTS)[number] | 'LedgerFile';

export type AwsService = 'sqs' | 'lambda' | 'dynamodb' | 'events' | 'secrets';

/** What every AWS client takes. Fields that are left out are found as the AWS CLI finds them. */
export interface ClientConfig {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly maxAttempts: number;
}

/** What a job-fanin consists of, and how to reach it. */
export interface Parts {
  /** Throws a `CommandError` if there is none of this name. */
  readonly output: (name: OutputName) => string;
  readonly find: (name: OutputName) => string | undefined;
  readonly config: (service: AwsService) => ClientConfig;
}

/** The parts by the texts that a stack tells. `where` is for messages. */
export const partsOf = (
  told: Readonly<Record<string, string | undefined>>,
  config: Parts['config'],
  where: string,
): Parts => ({
  config,
  find: (name) => told[name],
  output: (name) => {
    const value = told[name];
    if (value !== undefined && value !== '') return value;
    throw new CommandError(EXIT.aws, `there is no output ${name}`, {
      where,
      remedy: 'deploy this release, or check that --stack names a stack of job-fanin',
    });
  },
});
