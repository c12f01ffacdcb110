import type { SQSRecord } from 'aws-lambda';
import { isObject } from '../../shared/json/json.ts';
import type { Functions } from '../front/invoke.ts';
import { type Came, readEventArrival, readHttpArrival } from './read-arrival.ts';
import type { ConsoleRecord } from './record.ts';

const recordsIn = (event: unknown): readonly SQSRecord[] =>
  isObject(event) && Array.isArray(event.Records) ? event.Records : [];

const failuresIn = (response: unknown): number =>
  isObject(response) && Array.isArray(response.batchItemFailures)
    ? response.batchItemFailures.length
    : 0;

/** Trouble of the console is no trouble of the stack: it is told on stderr, and the work goes on. */
const attempt = <Done>(note: () => Done): Done | undefined => {
  try {
    return note();
  } catch (error) {
    console.error('the console could not note what happened:', error);
    return undefined;
  }
};

/** The functions, with each invocation told to the record. Law: what they are given and what they answer stays as it is. */
export const watchFunctions = (functions: Functions, record: ConsoleRecord): Functions => {
  const { 'accept-http': http, 'accept-event': event, 'control-jobs': control } = functions;
  const note = (read: () => Came | undefined): void => {
    const came = attempt(read);
    if (came !== undefined) attempt(() => record.came(came));
  };
  return {
    'accept-http': {
      ...http,
      invoke: async (given) => {
        const result = await http.invoke(given);
        note(() => readHttpArrival(given, result, Date.now()));
        return result;
      },
    },
    'accept-event': {
      ...event,
      invoke: async (given) => {
        const result = await event.invoke(given);
        note(() => readEventArrival(given, result));
        return result;
      },
    },
    'control-jobs': {
      ...control,
      invoke: async (given) => {
        const records = recordsIn(given);
        const ended = attempt(() => record.batch(records));
        let back = records.length;
        try {
          const response = await control.invoke(given);
          back = failuresIn(response);
          return response;
        } finally {
          attempt(() => ended?.(back));
        }
      },
    },
  };
};
