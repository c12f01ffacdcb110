import { devNull } from 'node:os';
import type { Queues } from './queue/queues.ts';
import type { Settings } from './settings.ts';
import { BUS_NAME, type Wires } from './wires.ts';

/** The environment variables of every function, as the template sets them. */
export const environmentOf = (
  settings: Settings,
  wires: Wires,
  queues: Queues,
  kept: Record<string, string>,
): Record<string, string> => ({
  ...kept,
  AWS_REGION: settings.AWS_REGION,
  AWS_ACCESS_KEY_ID: settings.AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY: settings.AWS_SECRET_ACCESS_KEY,
  ...(settings.AWS_SESSION_TOKEN && { AWS_SESSION_TOKEN: settings.AWS_SESSION_TOKEN }),
  // Lambda has no such files, and their settings are for AWS itself.
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_ENDPOINT_URL_SQS: wires.queue,
  AWS_ENDPOINT_URL_EVENTBRIDGE: wires.bus,
  QUEUE_URL: queues.intents,
  DEAD_LETTER_QUEUE_URL: queues.deadLetters,
  EVENT_BUS_NAME: BUS_NAME,
  DLI_ENDPOINT: wires.dli,
  DRS_ENDPOINT: wires.drs,
  ...(wires.iam !== undefined && { IAM_ENDPOINT: wires.iam }),
  FUNCTION_TIMEOUT_SECONDS: String(settings.FUNCTION_TIMEOUT_SECONDS),
  ...settings.forFunctions,
});

/** The settings of an environment, without the AWS client's own variables, which hold keys. */
export const withoutKeys = (
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')));
