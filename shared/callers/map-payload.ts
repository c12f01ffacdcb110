import { type Fault, MOST_TOLD } from '../json/fault.ts';
import { isObject, type Json } from '../json/json.ts';
import { asFragment, valueAt } from '../json/json-pointer.ts';
import { MAX_JOBS } from '../operations/job-list.ts';
import type { Hook } from './hook-mapping.ts';
import { type Condition, isPlace, type Place, placesIn } from './place.ts';

/** What a mapping made of one item of a payload: the body of a native request. */
export interface MadeBody {
  readonly body: Json;
  /** The values by which a repeat is known, as one text. Undefined if the mapping names none. */
  readonly key?: string;
  /** Names the place in the payload that a fault in `body` comes from. */
  readonly inPayload: (fault: Fault) => Fault;
}

export type Mapped =
  /** None: a condition did not hold, or the list was empty. */
  | { readonly ok: true; readonly made: readonly MadeBody[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** One item, and where in the body it is. Without `each`, there is only the body. */
interface Scope {
  readonly body: Json;
  readonly item: Json;
  readonly itemPointer: string;
}

/** More would not be queued within the time that senders wait. */
const MOST_ITEMS = 500;

const pointerOf = (place: Place, { itemPointer }: Scope): string =>
  'body' in place ? place.body : itemPointer + place.item;

/** Null counts as nothing. */
const find = (place: Place, { body, item }: Scope): Json | undefined =>
  ('body' in place ? valueAt(body, place.body) : valueAt(item, place.item)) ?? undefined;

const holds = (condition: Condition, scope: Scope): boolean => {
  const wanted = Array.isArray(condition.is) ? condition.is : [condition.is];
  const found =
    'body' in condition ? valueAt(scope.body, condition.body) : valueAt(scope.item, condition.item);
  return wanted.some((one) => one === found);
};

/** Fields that take text alone. Payloads often have ids as numbers. */
const TEXTS: readonly string[] = ['#/project_id', '#/correlation_id', '#/after'];

const asText = (value: Json): Json =>
  typeof value === 'bigint' || Number.isSafeInteger(value) ? String(value) : value;

/** A template with the values of the payload in its places. `at` says where in the intent the template stands. */
const fill = (template: Json, scope: Scope, at = '#'): Json => {
  if (isPlace(template)) {
    const value = find(template, scope) ?? null;
    return TEXTS.includes(at) ? asText(value) : value;
  }
  if (Array.isArray(template))
    return template.map((one: Json, i) => fill(one, scope, `${at}/${i}`));
  if (!isObject(template)) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, one]) => [name, fill(one, scope, `${at}/${name}`)]),
  );
};

/** The place in the payload that a fault in the intent comes from. A constant's fault stays a fault of the mapping. */
const inPayload =
  (origins: ReadonlyMap<string, string>) =>
  ({ pointer, detail }: Fault): Fault => {
    const found = [...origins].find(([at]) => pointer === at || pointer.startsWith(`${at}/`));
    if (found === undefined) return { pointer: `the mapping's intent ${pointer}`, detail };
    const [at, origin] = found;
    return { pointer: origin + pointer.slice(at.length), detail };
  };

/** A key is short. A longer one would cost its length for each item. */
const LONGEST_KEY = 4_096;

/** The text of a value in a key, or why it can be in none. */
type KeyText = { readonly text: string } | { readonly detail: string };

/** Law: other values have other texts. NaN, a number that cannot be read exactly, would be written as null. */
const textOf = (value: Json): KeyText => {
  let isExact = true;
  const text = JSON.stringify(value, (_, one: unknown) => {
    if (Number.isNaN(one)) isExact = false;
    return typeof one === 'bigint' ? String(one) : one;
  });
  if (!isExact) return { detail: 'has a number that cannot be read exactly: send it as text' };
  return text.length > LONGEST_KEY
    ? { detail: `is longer than ${LONGEST_KEY} characters, so it cannot be part of a key` }
    : { text };
};

/** Writes the values of a key. A value of the whole body is written once, however many items there are. */
const keyTexts = () => {
  const ofBody = new Map<string, KeyText>();
  return (place: Place, scope: Scope): KeyText => {
    const kept = 'body' in place ? ofBody.get(place.body) : undefined;
    if (kept !== undefined) return kept;
    const text = textOf(find(place, scope) ?? null);
    if ('body' in place) ofBody.set(place.body, text);
    return text;
  };
};

type One = { readonly made: MadeBody } | { readonly faults: readonly Fault[] };

const mapOne = (
  { intent, key = [] }: Hook,
  scope: Scope,
  writeKey: ReturnType<typeof keyTexts>,
): One => {
  const origins = placesIn(intent).flatMap(({ keys, place }) =>
    isPlace(place) ? [{ at: ['#', ...keys].join('/'), place }] : [],
  );
  const missing = [...origins.map(({ place }) => place), ...key].filter(
    (place) => find(place, scope) === undefined,
  );
  const nameOf = (place: Place): string => asFragment(pointerOf(place, scope));
  if (missing.length > 0)
    return { faults: missing.map((place) => ({ pointer: nameOf(place), detail: 'has no value' })) };
  const written = key.map((place) => ({ place, ...writeKey(place, scope) }));
  const faults = written.flatMap((one) =>
    'detail' in one ? [{ pointer: nameOf(one.place), detail: one.detail }] : [],
  );
  if (faults.length > 0) return { faults };
  const texts = written.flatMap((one) => ('text' in one ? [one.text] : []));
  const places = new Map(origins.map(({ at, place }) => [at, nameOf(place)]));
  return {
    made: {
      body: fill(intent, scope),
      inPayload: inPayload(places),
      ...(key.length > 0 && { key: `[${texts.join(',')}]` }),
    },
  };
};

const scopesOf = (each: string | undefined, body: Json): readonly Scope[] | Fault => {
  if (each === undefined) return [{ body, item: body, itemPointer: '' }];
  const list = valueAt(body, each);
  if (!Array.isArray(list))
    return {
      pointer: asFragment(each),
      detail: list === undefined ? 'has no value' : 'is no list',
    };
  if (list.length > MOST_ITEMS)
    return { pointer: asFragment(each), detail: `has more than ${MOST_ITEMS} items` };
  return list.map((item: Json, i) => ({ body, item, itemPointer: `${each}/${i}` }));
};

const jobsIn = ({ body }: MadeBody): number =>
  isObject(body) && Array.isArray(body.jobs) ? body.jobs.length : 0;

const tooManyJobs = ({ inPayload }: MadeBody): Fault =>
  inPayload({
    pointer: '#/jobs',
    detail: `brings the jobs of the delivery to more than ${MAX_JOBS}: send fewer at once`,
  });

const mapAll = (hook: Hook, scopes: readonly Scope[]): Mapped => {
  const writeKey = keyTexts();
  const made: MadeBody[] = [];
  const faults: Fault[] = [];
  let jobs = 0;
  for (const scope of scopes) {
    const one = mapOne(hook, scope, writeKey);
    if ('faults' in one) faults.push(...one.faults);
    else made.push(one.made);
    if ('made' in one) jobs += jobsIn(one.made);
    if ('made' in one && jobs > MAX_JOBS) return { ok: false, faults: [tooManyJobs(one.made)] };
    if (faults.length > MOST_TOLD) break;
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, made };
};

/**
 * Makes native requests of a payload by a caller's mapping. Laws: ids stay exact (promise P9). What the mapping does not
 * find is named by its pointer into the payload, all of it at once, as far as an answer tells it. Conditions are checked
 * first. All requests together have no more jobs than one request may have.
 */
export const mapPayload = (hook: Hook, body: Json): Mapped => {
  const { each, when = [] } = hook;
  const ofBody = when.filter((condition) => 'body' in condition);
  const whole: Scope = { body, item: body, itemPointer: '' };
  if (!ofBody.every((condition) => holds(condition, whole))) return { ok: true, made: [] };
  const scopes = scopesOf(each, body);
  if ('detail' in scopes) return { ok: false, faults: [scopes] };
  const wanted = scopes.filter((scope) => when.every((condition) => holds(condition, scope)));
  return mapAll(hook, wanted);
};
