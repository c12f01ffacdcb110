import { expect } from 'vitest';
import { readControlConfig } from '../../shared/edge/control-config.ts';
import { MisconfiguredError } from '../../shared/json/settings.ts';

/** The settings that control-jobs requires, and no others. */
export const control = {
  QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/000000000000/intents',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/000000000000/intents-dead',
  EVENT_BUS_NAME: 'results',
  DLI_ENDPOINT: 'https://dli.example.com/',
  DRS_ENDPOINT: 'http://127.0.0.1:4000',
  FUNCTION_TIMEOUT_SECONDS: '60',
  LEDGER_TABLE: 'ledger',
  UPSTREAM_SECRET_ID: 'job-fanin/upstream',
};

/** The settings that the accept functions require. */
export const accept = { QUEUE_URL: control.QUEUE_URL };

/** Each problem of the settings, in order. */
export const problems = (read: () => unknown): readonly string[] => {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof MisconfiguredError)) throw error;
    expect(error.name).toBe('MisconfiguredError');
    return error.message.replace(/^Settings: /, '').split('; ');
  }
};
export const controlProblems = (part: Record<string, string | undefined>) =>
  problems(() => readControlConfig({ ...control, ...part }));

export const LEDGER_RULE = 'LEDGER_TABLE or LEDGER_FILE must be set, and not both';
export const SECRET_RULE = 'UPSTREAM_SECRET_ID or UPSTREAM_SECRETS_FILE must be set, and not both';
