import type { SQSRecord } from 'aws-lambda';
import type { Intent } from '../../shared/intent/intent.ts';
import { readMessage } from '../../shared/intent/message.ts';
import type { BusEvent } from '../bus/event-bus.ts';
import type { Arrived } from '../upstream/wire-watch.ts';
import { makeBoundedList } from './bounded-list.ts';
import { countFewest, type MaxJobsPerCall } from './count-fewest.ts';
import type { Entry, Happening } from './entries.ts';
import { keepFigures } from './figures.ts';
import { makeGatherAlike } from './gather-alike.ts';
import { keepBatches } from './known-batches.ts';
import { type KnownCall, keepCalls, wireOf } from './known-calls.ts';
import { keepIntents } from './known-intents.ts';
import type { Came } from './read-arrival.ts';
import { resultsIn } from './watch-results.ts';

const MOST_ENTRIES = 2_000;
const MOST_INTENTS = { intents: 20_000, jobs: 100_000 };

export interface RecordParts {
  readonly now: () => number;
  readonly maxJobsPerCall: MaxJobsPerCall;
}

/** Happenings that are alike count as one. */
const joined = (before: Happening, next: Happening): Happening => {
  if (before.kind === 'intents' && next.kind === 'intents')
    return { ...next, intents: before.intents + next.intents, jobs: before.jobs + next.jobs };
  if (before.kind === 'results' && next.kind === 'results')
    return { ...next, count: before.count + next.count };
  if (before.kind === 'refused' && next.kind === 'refused')
    return { ...next, count: before.count + next.count };
  return next;
};

/** All that is kept, each part within its bound. */
const keepAll = ({ now }: RecordParts) => {
  let id = 0;
  const next = (): number => {
    id += 1;
    return id;
  };
  const entries = makeBoundedList<Entry>(MOST_ENTRIES);
  const tell = (happening: Happening): void => entries.add({ ...happening, id: next(), at: now() });
  return {
    entries,
    tell,
    alike: makeGatherAlike(joined, tell),
    lastId: () => id,
    figures: keepFigures(),
    intents: keepIntents(MOST_INTENTS),
    calls: keepCalls(),
    // A change counts for the entry that comes next, so that none is missed.
    batches: keepBatches(next),
  };
};

type Kept = ReturnType<typeof keepAll>;

const noteArrival = ({ figures, intents, batches, alike }: Kept, came: Came): void => {
  if (came.kind === 'refused') {
    const { way, status } = came;
    figures.add('refused');
    alike.add(`refused ${way} ${status}`, { kind: 'refused', way, status, count: 1 });
    return;
  }
  for (const arrival of came.arrivals) {
    const { way, operation, project_id, intent_id, job_count: jobs } = arrival;
    intents.arrived(arrival);
    batches.arrived(intent_id, way);
    figures.add('intents');
    figures.add('jobs', jobs);
    figures.came(way);
    const about = { operation, project_id, intent_id, jobs };
    alike.add(`intents ${way} ${operation} ${project_id}`, {
      kind: 'intents',
      way,
      intents: 1,
      ...about,
    });
  }
};

const intentsIn = (records: readonly SQSRecord[]): readonly Intent[] =>
  records.flatMap(({ body }) => {
    const read = readMessage(body);
    return read.ok ? [read.intent] : [];
  });

const beginBatch = (kept: Kept, parts: RecordParts, records: readonly SQSRecord[]) => {
  const { figures, intents, batches, tell, alike } = kept;
  const read = intentsIn(records);
  for (const intent of read) intents.read(intent);
  const at = parts.now();
  const fewest = countFewest(read, at, parts.maxJobsPerCall);
  const wayOf = (id: string) => intents.of(id)?.way;
  const begun = batches.begin(at, { records, intents: read, fewest, wayOf });
  figures.add('batches');
  if (begun.again === 0) figures.add('fewest', fewest);
  alike.flush();
  const { batch, messages, again, jobs } = begun;
  tell({ kind: 'batch', batch, messages, again, jobs });
  return (back: number): void => {
    batches.end(batch, back, parts.now());
    figures.add('back', back);
    tell({ kind: 'batch-end', batch, back, ms: parts.now() - at });
  };
};

const callOf = (arrived: Arrived, { maxJobsPerCall }: RecordParts): KnownCall | undefined => {
  const { call, look, requestId } = arrived;
  const wire = wireOf(arrived);
  if (call !== undefined) {
    const { at, operation, project_id, job_ids, options, fault } = call;
    const limit = maxJobsPerCall({ name: operation });
    const own = { at, operation, project_id, job_ids, options, limit, status: null, wire };
    return { kind: 'call', call: requestId, ...own, ...(fault && { fault }) };
  }
  if (look === undefined) return undefined;
  const { at, service, project_id, job_ids } = look;
  const own = { at, project_id, job_ids, options: {}, status: null, wire };
  return { kind: 'look', call: requestId, operation: `${service} status`, ...own };
};

const noteRequest = (kept: Kept, parts: RecordParts, arrived: Arrived): (() => void) => {
  const known = callOf(arrived, parts);
  if (known === undefined) return () => undefined;
  const { figures, batches, calls, tell } = kept;
  const { kind, call, operation, project_id, job_ids, limit = 1 } = known;
  const service = operation.slice(0, 3);
  const batch = batches.having({ service, project: project_id, job: job_ids[0] });
  const placed: KnownCall = { ...known, ...(batch !== undefined && { batch }) };
  calls.add(placed);
  const about = { call, operation, project_id };
  const jobs = job_ids.length;
  if (kind === 'call') {
    figures.add('calls');
    figures.add('call_jobs', jobs);
    figures.add('call_room', limit);
    const mark = {
      ...about,
      jobs,
      limit,
      status: null,
      ...(known.fault && { fault: known.fault }),
    };
    if (batch !== undefined) batches.called(batch, mark);
  } else {
    figures.add('looks');
    if (batch !== undefined) batches.looked(batch);
  }
  tell({ kind, ...about, jobs, ...(kind === 'call' && { limit }) });
  return () => answered(kept, parts, placed, arrived);
};

const answered = (kept: Kept, { now }: RecordParts, placed: KnownCall, arrived: Arrived): void => {
  const { call, operation, project_id, kind, batch, fault } = placed;
  placed.status = arrived.reply?.status ?? null;
  placed.ms = now() - placed.at;
  const { status, ms } = placed;
  if (batch !== undefined && kind === 'call') kept.batches.replied(batch, { call, status });
  // A look that is answered is no news.
  if (kind === 'look' && status === 200) return;
  const about = { call, operation, project_id, of: kind, status, ms };
  kept.tell({ kind: 'reply', ...about, ...(fault && { fault }) });
};

const noteResults = ({ figures, intents, batches, alike }: Kept, event: BusEvent): void => {
  for (const { ms, ...result } of resultsIn(event)) {
    const { outcome, evidence, error, operation, project_id, job_id, intent_id } = result;
    const verdict = { outcome, ...(evidence !== undefined && { evidence }) };
    if (!intents.settled(intent_id, job_id, verdict)) continue;
    figures.settled(outcome, ms);
    if (evidence === 'observed') figures.add('observed');
    const service = operation.slice(0, 3);
    const batch = batches.having({ service, project: project_id, job: job_id });
    if (batch !== undefined) batches.settled(batch, outcome, evidence === 'observed');
    const about = { outcome, operation, project_id, job_id, intent_id };
    alike.add(['results', outcome, evidence, error, operation, project_id].join(' '), {
      kind: 'results',
      ...about,
      ...(evidence !== undefined && { evidence }),
      ...(error !== undefined && { error }),
      count: 1,
    });
  }
};

/** The console's record of what happens in the stack. All of it is bounded. */
export const makeRecord = (parts: RecordParts) => {
  const kept = keepAll(parts);
  const { entries, figures, intents, calls, batches, lastId } = kept;
  const came = new WeakMap<BusEvent, number>();
  return {
    came: (came: Came): void => noteArrival(kept, came),
    /** A batch goes to control-jobs. The function that it returns is told how many messages come back. */
    batch: (records: readonly SQSRecord[]) => beginBatch(kept, parts, records),
    request: (arrived: Arrived): (() => void) => noteRequest(kept, parts, arrived),
    event: (event: BusEvent): void => {
      came.set(event, parts.now());
      noteResults(kept, event);
    },
    /** When an event came to the bus. */
    cameAt: (event: BusEvent): number => came.get(event) ?? 0,
    lastId,
    since: (id: number): readonly Entry[] => entries.all().filter((entry) => entry.id > id),
    figures: figures.now,
    intents,
    calls,
    batches,
  };
};

export type ConsoleRecord = ReturnType<typeof makeRecord>;
