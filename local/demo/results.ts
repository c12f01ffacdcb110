import * as v from 'valibot';
import type { EventBus } from '../bus/event-bus.ts';

/** What the demo shows of a result. A result that cannot be read stops the demo. */
const detailSchema = v.object({
  intent_id: v.string(),
  operation: v.string(),
  project_id: v.string(),
  job_id: v.string(),
  outcome: v.string(),
  evidence: v.optional(v.string()),
  superseded_by: v.optional(v.string()),
  call: v.optional(v.object({ id: v.string(), size: v.number() })),
});

export type Detail = v.InferOutput<typeof detailSchema>;

/** Each result once: an event may come twice. */
export const resultsOn = ({ events }: Pick<EventBus, 'events'>): readonly Detail[] => {
  const results = events
    .filter(({ source }) => source === 'job-fanin')
    .flatMap(({ detail }) => (Array.isArray(detail.results) ? detail.results : [detail]))
    .map((detail) => v.parse(detailSchema, detail));
  return [...new Map(results.map((one) => [`${one.intent_id}/${one.job_id}`, one])).values()];
};
