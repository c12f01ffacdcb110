import { readdirSync, readFileSync } from 'node:fs';
import * as v from 'valibot';

const httpEvent = v.object({
  rawPath: v.string(),
  headers: v.record(v.string(), v.string()),
  body: v.optional(v.string(), ''),
});

const ruleEvent = v.object({ source: v.string(), 'detail-type': v.string(), detail: v.unknown() });

const queueEvent = v.object({ Records: v.array(v.object({ body: v.string() })) });

/** What the demo takes of an event, by the folder that it lies in: the name of its function. */
const schemas = {
  'accept-http': v.pipe(
    httpEvent,
    v.transform((event) => ({ way: 'http' as const, event })),
  ),
  'accept-event': v.union([
    v.pipe(
      ruleEvent,
      v.transform((event) => ({ way: 'bus' as const, event })),
    ),
    v.pipe(
      v.unknown(),
      v.transform((event) => ({ way: 'invocation' as const, event })),
    ),
  ]),
  'control-jobs': v.pipe(
    queueEvent,
    v.transform((event) => ({ way: 'queue' as const, event })),
  ),
};

/** One way into the stack, with an event of its kind. */
export type Arrival = v.InferOutput<(typeof schemas)[keyof typeof schemas]>;

/** A file under `events/`, and how its event comes into the stack. */
export type Sample = { readonly file: string } & Arrival;

const ROOT = new URL('../../events/', import.meta.url);

const FOLDERS = ['accept-http', 'accept-event', 'control-jobs'] as const;

const byNumber = (a: string, b: string): number => Number.parseInt(a, 10) - Number.parseInt(b, 10);

/** Every sample there is, in the order of their numbers. Throws if one is no event of its function. */
export const readSamples = (): readonly Sample[] =>
  FOLDERS.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, ROOT))
      .toSorted(byNumber)
      .map((name): Sample => {
        const file = `${folder}/${name}`;
        const event: unknown = JSON.parse(readFileSync(new URL(file, ROOT), 'utf8'));
        return { file, ...v.parse(schemas[folder], event) };
      }),
  );
