import { readNative } from '../../shared/intent/request.ts';
import { NOW } from './messages.ts';

/** A request's body as the native route reads it. */
export const readDraft = (body: unknown) => readNative(body, new Date(NOW));

/** What is wrong with a body, a line each. */
export const faultsOf = (body: unknown): readonly string[] => {
  const reading = readDraft(body);
  return reading.ok ? [] : reading.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);
};

/** What a body asks for, or else what is wrong with it. */
export const draftOf = (body: unknown) => {
  const reading = readDraft(body);
  return reading.ok ? reading.draft : reading.faults;
};
