import { isObject, parseJson } from '../../shared/json/json.ts';
import type { Service } from '../../shared/operations/operation.ts';
import { services } from '../../shared/operations/services.ts';
import type { BusEvent, EventBus } from '../bus/event-bus.ts';
import type { Upstream } from '../upstream/simulator.ts';
import type { MaxJobsPerCall } from './count-fewest.ts';
import type { JobFactsReader } from './job-facts.ts';
import type { KnownIntent } from './known-intents.ts';
import { operationForms } from './operation-forms.ts';
import type { ConsoleRecord } from './record.ts';
import { sampleChoices } from './samples.ts';
import { verdictsOfCall } from './verdicts-of-call.ts';
import { resultsIn } from './watch-results.ts';

/** An answer in JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface RouteParts {
  readonly record: ConsoleRecord;
  readonly bus: Pick<EventBus, 'events'> | undefined;
  readonly upstream: Pick<Upstream, 'effectsOf' | 'statusOf' | 'seed' | 'behaviour'> | undefined;
  readonly facts: () => Promise<JobFactsReader>;
  readonly maxJobsPerCall: MaxJobsPerCall;
  readonly about: Readonly<Record<string, unknown>>;
  readonly now: () => number;
}

type Serve = (parts: RouteParts, query: URLSearchParams, body: string) => Answer | Promise<Answer>;

const ok = (body: unknown): Answer => ({ status: 200, body });
const missing = (what: string): Answer => ({ status: 404, body: { message: what } });

const shownIntent = ({ jobs, ...intent }: KnownIntent) => ({
  ...intent,
  jobs: [...jobs].map(([job_id, state]) => ({ job_id, ...state })),
});

const eventsOf = (
  bus: RouteParts['bus'],
  fits: (result: { intent_id: string; job_id: string; project_id: string }) => boolean,
): readonly BusEvent[] => bus?.events.filter((event) => resultsIn(event).some(fits)) ?? [];

const MOST_EVENTS = 100;

const tellIntent: Serve = ({ record, bus }, query) => {
  const id = query.get('id') ?? '';
  const intent = record.intents.of(id);
  if (intent === undefined)
    return missing('This intent is not among the latest that the console keeps.');
  const events = eventsOf(bus, ({ intent_id }) => intent_id === id);
  return ok({
    intent: shownIntent(intent),
    event_count: events.length,
    events: events.slice(-MOST_EVENTS),
  });
};

const tellCall: Serve = ({ record, bus }, query) => {
  const call = record.calls.of(query.get('id') ?? '');
  if (call === undefined)
    return missing('This call is not among the latest that the console keeps.');
  const events = (bus?.events ?? []).map((event) => ({ event, at: record.cameAt(event) }));
  return ok({ call, verdicts: verdictsOfCall(call, record.calls.all(), events) });
};

const isService = (text: string | null): text is Service =>
  services.some((service) => service === text);

const tellJob: Serve = async ({ record, bus, upstream, facts }, query) => {
  const [service, project, job] = ['service', 'project', 'job'].map((name) => query.get(name));
  if (!isService(service ?? null) || !project || !job)
    return { status: 400, body: { message: 'service, project and job are needed' } };
  const known = service === 'drs' ? 'drs' : 'dli';
  const intents = [...record.intents.all()].filter(
    (one) =>
      one.project_id === project && one.operation.startsWith(`${known}.`) && one.jobs.has(job),
  );
  const calls = record.calls
    .naming(project, job)
    .filter(({ operation }) => operation.startsWith(known));
  const told = await (await facts()).tell(known, project, job).catch(() => undefined);
  return ok({
    intents: intents.map(({ jobs, ...intent }) => ({ ...intent, state: jobs.get(job) })),
    calls: calls.map(({ job_ids, wire: _, ...call }) => ({ ...call, jobs: job_ids.length })),
    events: eventsOf(bus, (result) => result.project_id === project && result.job_id === job).slice(
      -MOST_EVENTS,
    ),
    why: told?.words ?? [],
    ...(upstream && {
      upstream: {
        status: upstream.statusOf(known, project, job),
        effects: upstream.effectsOf(known, project, job),
      },
    }),
  });
};

const setSeed: Serve = ({ upstream }, _, body) => {
  if (upstream === undefined) return missing('The upstream is another server.');
  const parsed = parseJson(body);
  const seed = parsed.ok && isObject(parsed.value) ? parsed.value.seed : undefined;
  if (typeof seed !== 'number' || !Number.isSafeInteger(seed) || seed < 0)
    return { status: 400, body: { message: 'seed must be a whole number, not negative' } };
  upstream.seed(seed);
  return ok({ seed });
};

const preview: Serve = async ({ now, maxJobsPerCall }, _, body) => {
  const { previewOf } = await import('./preview.ts');
  return ok(previewOf(body, now(), maxJobsPerCall));
};

const tellAbout: Serve = ({ about, maxJobsPerCall, upstream }) =>
  ok({
    ...about,
    simulator: upstream !== undefined,
    operations: operationForms(maxJobsPerCall),
    samples: sampleChoices(),
  });

const ROUTES: Readonly<Record<string, Serve>> = {
  'GET /local/console/about': tellAbout,
  'GET /local/console/intent': tellIntent,
  'GET /local/console/call': tellCall,
  'GET /local/console/job': tellJob,
  'POST /local/console/preview': preview,
  'PUT /local/upstream/seed': setSeed,
};

/** The answer of a route of the console. Undefined if the request is for none of them. */
export const answerRoute = (
  parts: RouteParts,
  { method, path, query }: { method: string; path: string; query: string },
  body: string,
): Answer | Promise<Answer> | undefined =>
  ROUTES[`${method} ${path}`]?.(parts, new URLSearchParams(query), body);
