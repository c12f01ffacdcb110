import * as v from 'valibot';
import { closedObject } from '../json/closed-object.ts';
import type { JsonObject } from '../json/json.ts';
import { wireForm } from '../json/wire-form.ts';
import { templateSchema } from './intent-template.ts';
import {
  type Condition,
  conditionSchema,
  type Place,
  placeSchema,
  placesIn,
  pointerSchema,
} from './place.ts';

/** How the payload of a caller's webhook becomes intents: one for each item, or one in all. */
export interface Hook {
  /** Points to a list in the body. Each of its items makes one intent. */
  readonly each?: string;
  /** All must hold. Else there is no intent. */
  readonly when?: readonly Condition[];
  /** A native intent. Each place in it stands for the value there. */
  readonly intent: JsonObject;
  /** An item with the same values here is the same wish again, whatever else has changed. */
  readonly key?: readonly Place[];
}

/** A person writes the mapping, so every field in it has a meaning. */
const NOTHING = (): boolean => false;

const MOST = 20;

const listOf = <Output>(item: v.GenericSchema<unknown, Output>) =>
  v.pipe(
    v.array(item, 'must be a list'),
    v.maxLength(MOST, `must have at most ${MOST} entries`),
    wireForm((of) => ({ type: 'array', maxItems: MOST, items: of(item) })),
  );

const fields: v.GenericSchema<unknown, Hook> = closedObject(
  {
    each: v.exactOptional(pointerSchema),
    when: v.exactOptional(listOf(conditionSchema)),
    intent: templateSchema,
    key: v.exactOptional(listOf(placeSchema)),
  },
  'must be an object',
  NOTHING,
);

/** Whether a mapping has items, or does not speak of any. */
const hasItsItems = ({ each, when = [], intent, key = [] }: Hook): boolean =>
  each !== undefined ||
  ![...when, ...key, ...placesIn(intent).map(({ place }) => place)].some((one) => 'item' in one);

/** Reads a mapping. Law: every fault of it is named at cold start, those of its constants too. */
export const hookSchema: v.GenericSchema<unknown, Hook> = v.pipe(
  fields,
  v.check(hasItsItems, 'has a place in an item, but no "each"'),
);
