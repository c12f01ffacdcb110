import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Design } from './designs.ts';

/** The timeout of every function here. */
export const FUNCTION_SECONDS = 30;

const CREDENTIALS = {
  token: { user: 'bench', password: 'secret', domain: 'OTC1' },
  key: { ak: 'A'.repeat(20), sk: 'S'.repeat(40) },
} as const;

/** Writes the upstream's secret into a folder. */
export const writeSecrets = (folder: string, { credential }: Design): string => {
  const file = join(folder, 'secrets.json');
  writeFileSync(file, JSON.stringify({ projects: { '*': CREDENTIALS[credential] } }));
  return file;
};

/** All settings of control-jobs, and what the peers read. */
export const environmentOf = (url: string, secretsFile: string, { settings }: Design) => ({
  QUEUE_URL: `${url}/1/intents`,
  DEAD_LETTER_QUEUE_URL: `${url}/1/intents-dlq`,
  EVENT_BUS_NAME: 'results',
  DLI_ENDPOINT: url,
  DRS_ENDPOINT: url,
  IAM_ENDPOINT: url,
  FUNCTION_TIMEOUT_SECONDS: String(FUNCTION_SECONDS),
  CALL_TIMEOUT_SECONDS: '5',
  SETTLE_SECONDS: '1',
  LEASE_MARGIN_SECONDS: '1',
  LEDGER_TABLE: 'ledger',
  UPSTREAM_SECRETS_FILE: secretsFile,
  UPSTREAM_URL: url,
  TOKEN: 'T'.repeat(200),
  LOG_LEVEL: 'warn',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_REGION: 'eu-central-1',
  AWS_ENDPOINT_URL: url,
  ...settings,
});
