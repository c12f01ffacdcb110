import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import type { Log, LogEvent } from '../json/log.ts';

export interface LogOptions {
  /** The lowest level that is written. */
  readonly level: 'debug' | 'info' | 'warn';
  /** Of so many invocations, lines of the level `debug` are written too: 0 to 1. */
  readonly sampleRate: number;
}

/** The names that Powertools gives to lines of its own. A field of ours must not replace one. */
type Fields = Readonly<Record<string, unknown>>;

const LEVELS = { debug: 'DEBUG', info: 'INFO', warn: 'WARN' } as const;

/**
 * The log of one function: lines of JSON on stdout, with the keys of Powertools (`level`, `message`, `timestamp`, `service`,
 * `cold_start`, `function_request_id`, `xray_trace_id`), the release, and the fields of the event that `message` names.
 * https://docs.aws.amazon.com/powertools/typescript/latest/features/logger/
 */
export const makeLog = (
  { level, sampleRate }: LogOptions,
  { service, version }: { readonly service: string; readonly version: string },
) => {
  const logger = new Logger({
    serviceName: service,
    logLevel: LEVELS[level],
    sampleRateValue: sampleRate,
    persistentKeys: { version },
  });
  const write =
    (method: 'debug' | 'info' | 'warn') =>
    (event: LogEvent, fields: Fields): void =>
      logger[method](event, fields);
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn') };
  return {
    log,
    /** A handler whose lines tell of their invocation. */
    logged:
      <Event, Answer>(handler: (event: Event, context: Context) => Promise<Answer>) =>
      (event: Event, context: Context): Promise<Answer> => {
        logger.refreshSampleRateCalculation();
        logger.addContext(context);
        return handler(event, context);
      },
  };
};
