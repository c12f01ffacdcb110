import { logRetentionDays } from './deploy-settings.ts';
import type { Node } from './fold-conditions.ts';
import type { Stage } from './stage-settings.ts';

/** `MAX_JOBS_PER_CALL` → `MaxJobsPerCall`: CloudFormation takes no underscores. */
export const parameterName = (setting: string): string =>
  setting
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** CloudFormation takes no reference there. The plain template is for production. */
export const LITERALS: Readonly<Record<string, string>> = { DATA_ON_REMOVAL: 'Retain' };

/** Without a revision there are no versions, and so nothing for a canary to go between. */
const DEFAULTS: Readonly<Record<string, string>> = { CANARY: '' };

/** The least and the most, where AWS has bounds, or a function has. All other numbers are at least 1. */
const BOUNDS: Readonly<Record<string, readonly [MinValue: number, MaxValue: number]>> = {
  BATCH_SIZE: [1, 10_000],
  BATCH_WINDOW_SECONDS: [0, 300],
  MAX_CONCURRENCY: [2, 4],
  MAX_RECEIVES: [5, 1_000],
  CALL_TIMEOUT_SECONDS: [1, 54],
  RESULTS_PER_EVENT: [1, 100],
  LOG_SAMPLE_RATE: [0, 1],
};

/** A number, or a word. */
const TEXTS = ['CALLS_PER_KEY'];

/** CloudFormation knows the account. */
const NEEDLESS = ['ACCOUNT_ID'];

const ALLOWED: Readonly<Record<string, readonly Node[]>> = {
  LOG_RETENTION_DAYS: logRetentionDays.map(Number),
  CALLS_PER_KEY: ['1', '2', 'auto'],
  LOG_LEVEL: ['debug', 'info', 'warn'],
  UPSTREAM_LANGUAGE: ['en-us', 'zh-cn'],
};

const typeOf = (name: string, value: Stage['settings'][string]) => {
  const allowed = ALLOWED[name];
  if (typeof value === 'boolean')
    return { Type: 'String', Default: String(value), AllowedValues: ['true', 'false'] };
  const [MinValue, MaxValue] = BOUNDS[name] ?? [1];
  const isNumber = typeof value === 'number' && !TEXTS.includes(name);
  return {
    ...(isNumber
      ? { Type: 'Number', MinValue, ...(MaxValue !== undefined && { MaxValue }), Default: value }
      : { Type: 'String', Default: DEFAULTS[name] ?? String(value) }),
    ...(allowed && { AllowedValues: allowed }),
  };
};

/** The limit of one operation has no line of its own in the list. */
const textOf = (name: string, texts: ReadonlyMap<string, string>): string =>
  texts.get(name) ?? `${texts.get('MAX_JOBS_PER_CALL') ?? ''} (${name})`;

/** Parameters that only this template has: where the zips are, and when to publish versions. */
const OWN: Readonly<Record<string, Node>> = {
  CodeBucket: { Type: 'String', Description: 'The bucket with the zips of the release' },
  CodePrefix: {
    Type: 'String',
    Default: '',
    Description: 'What comes before their names in the bucket, as job-fanin/',
  },
  Revision: {
    Type: 'String',
    Default: '',
    Description:
      'With a value, each function gets a version of its code and settings, and the alias live names it. Change it with every change of a parameter or of the release. Without one, live names $LATEST, and a change takes effect at once.',
  },
};

/** A parameter for each setting, with its meaning and the default of the stage. */
export const parametersOf = (
  { settings }: Stage,
  texts: ReadonlyMap<string, string>,
): Readonly<Record<string, Node>> => ({
  ...OWN,
  ...Object.fromEntries(
    Object.entries(settings)
      .filter(([name]) => LITERALS[name] === undefined && !NEEDLESS.includes(name))
      .map(([name, value]) => [
        parameterName(name),
        { Description: textOf(name, texts), ...typeOf(name, value) },
      ]),
  ),
});
