import * as v from 'valibot';
import { wireForm } from '../json/wire-form.ts';
import { operations } from '../operations/index.ts';
import type { Operation } from '../operations/operation.ts';
import { type IntentId, timeOf } from './intent.ts';

const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The clocks of the functions and of the senders of events never differ by more. */
export const MOST_AHEAD_MS = 5 * 60_000;

/** The longest deadline (7 days), and a day for late events. Any older intent has its outcome. */
const OLDEST_MS = 8 * 24 * 3_600_000;

const followers = operations.filter(({ restart }) => restart !== undefined);

const ageOf = (id: IntentId, now: Date): number => now.getTime() - timeOf(id);

/** Whether a text is an intent id, or one that a program has changed in case or spacing. */
const looksLikeOne = (text: string): boolean => version7.test(text.trim().toLowerCase());

/** Whether `after` holds an intent id. If not, it is an event id or a correlation id. */
export const isIdOfIntent = (text: string): text is IntentId => version7.test(text);

const NAME = /^[\x20-\x7e]{1,128}$/;

/** Reads `after`: the name of the stop that this intent follows. Only some operations may follow one. */
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
        wireForm(() => ({
          description: `The ${row.restart?.after} that this intent follows: its intent id, its event's id or its correlation id. An intent id is at most 8 days old.`,
          type: 'string',
          pattern: NAME.source,
        })),
      );
