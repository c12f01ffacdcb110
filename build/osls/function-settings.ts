import * as v from 'valibot';
import { readAcceptConfig } from '../../shared/edge/accept-config.ts';
import { readCallersConfig, readEventsConfig } from '../../shared/edge/callers-config.ts';
import { readControlConfig } from '../../shared/edge/control-config.ts';
import { readLedgerConfig } from '../../shared/edge/ledger-config.ts';
import { readMetricsConfig } from '../../shared/edge/metrics.ts';
import { type Environment, MisconfiguredError, readTogether } from '../../shared/json/settings.ts';
import { standIn } from './stand-in.ts';

/** What each function reads when it starts. A test holds this against `functions/`. */
export const READERS = {
  'accept-http': [readAcceptConfig, readCallersConfig, readLedgerConfig, readMetricsConfig],
  'accept-event': [readAcceptConfig, readEventsConfig, readMetricsConfig],
  'control-jobs': [readControlConfig, readMetricsConfig],
} as const satisfies Readonly<Record<string, readonly ((environment: Environment) => unknown)[]>>;

export type FunctionName = keyof typeof READERS;

export const FUNCTION_NAMES: readonly FunctionName[] = [
  'accept-http',
  'accept-event',
  'control-jobs',
];

const functionSchema = v.object({
  Properties: v.object({
    Environment: v.object({ Variables: v.record(v.string(), v.unknown()) }),
  }),
});

/** The environment of a function of the template, as it will be at its start. */
export const environmentOf = (lambda: unknown): Readonly<Record<string, string>> => {
  const { Variables } = v.parse(functionSchema, lambda).Properties.Environment;
  return Object.fromEntries(Object.entries(Variables).map(([key, value]) => [key, standIn(value)]));
};

/** What a function would say at its start with this environment, in its own words. */
export const startProblems = (name: FunctionName, environment: Environment): readonly string[] => {
  try {
    readTogether(...READERS[name].map((reader) => () => reader(environment)));
    return [];
  } catch (error) {
    if (!(error instanceof MisconfiguredError)) throw error;
    return error.message
      .replace(/^Settings: /, '')
      .split('; ')
      .map((problem) => `${name}: ${problem}`);
  }
};
