import { isIdOfIntent } from '../../shared/intent/after.ts';
import type { IntentId } from '../../shared/intent/intent.ts';
import { usageError } from '../exit.ts';
import { clean } from '../text/clean.ts';
import { SAMPLE_INTENT } from './samples.ts';

/** Reads the id of an intent. Throws a `CommandError` if it is none. */
export const intentIdOf = (given: string): IntentId => {
  const id = given.trim().toLowerCase();
  if (isIdOfIntent(id)) return id;
  throw usageError(
    `"${clean(given)}" is no id of an intent`,
    `give the intent_id of its answer, as ${SAMPLE_INTENT}`,
  );
};
