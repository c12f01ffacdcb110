import { readNativeRequest } from '../../shared/intent/request.ts';
import { NOW } from './messages.ts';

/** A request's body as the native route reads it. */
export const readBody = (body: unknown) => readNativeRequest(body, new Date(NOW));

/** What is wrong with a body, a line each. */
export const faultsOf = (body: unknown): readonly string[] => {
  const reading = readBody(body);
  return reading.ok ? [] : reading.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);
};

/** What a body asks for, or else what is wrong with it. */
export const requestOf = (body: unknown) => {
  const reading = readBody(body);
  return reading.ok ? reading.request : reading.faults;
};
