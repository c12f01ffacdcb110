import * as v from 'valibot';
import { operations } from '../operations/index.ts';
import type { Operation } from '../operations/operation.ts';
import { type IntentId, timeOf } from './intent.ts';

const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Clocks differ, but not by more. */
export const MOST_AHEAD_MS = 5 * 60_000;

/** The longest deadline there is, and a day, by which an event may be late: an intent that old has its outcome. */
const OLDEST_MS = 8 * 24 * 3_600_000;

const followers = operations.filter(({ restart }) => restart !== undefined);

const ageOf = (id: IntentId, now: Date): number => now.getTime() - timeOf(id);

/** An id as it should be, or as a program may have changed it on the way. */
const looksLikeOne = (text: string): boolean => version7.test(text.trim().toLowerCase());

/** Whether a stop is named by its intent's id; else it is by its event's id or its correlation id. */
export const isIdOfIntent = (text: string): text is IntentId => version7.test(text);

const NAME = /^[\x20-\x7e]{1,128}$/;

/** The stop that an intent is to follow, by a name, for the operations that may follow one. */
export const afterSchema = (row: Operation, now: Date): v.GenericSchema<unknown, string> =>
  row.restart === undefined
    ? v.never(`is only for ${followers.map(({ name }) => name).join(', ')}`)
    : v.pipe(
        v.custom<string>(
          (name) => typeof name === 'string' && NAME.test(name),
          `must be the id of a ${row.restart.after} intent, as its answer gave it, or the id of its event, or its correlation id`,
        ),
        v.check(
          (name) => !looksLikeOne(name) || isIdOfIntent(name),
          `must be the id of a ${row.restart.after} intent, as its answer gave it`,
        ),
        v.check(
          (name) => !isIdOfIntent(name) || ageOf(name, now) < OLDEST_MS,
          'is of an intent more than 8 days ago, which has its outcome: leave it out',
        ),
        v.check(
          (name) => !isIdOfIntent(name) || ageOf(name, now) > -MOST_AHEAD_MS,
          'is of a time to come',
        ),
      );
