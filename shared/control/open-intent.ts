import type { Age } from '../intent/age.ts';
import type { Intent } from '../intent/intent.ts';
import type {
  BlockState,
  NotedRequest,
  RecordedVerdict,
  RequestEnd,
} from '../ledger/block-record.ts';
import { recordedVerdict } from '../ledger/recorded-verdict.ts';
import { type Job, type JobId, jobIdOf } from '../operations/operation.ts';
import type { Received } from './received.ts';
import type { Waiting } from './waiting.ts';

/** Short enough for a record with room for a verdict on each job. In UTF-16 code units. */
const LONGEST_REASON = 200;

/**
 * What one record of the ledger is about, while an invocation works on it: a block of an intent's jobs. A message of an
 * older release does not tell of blocks: then all its jobs are one. Verdicts come from the ledger or from this invocation.
 * Law: it is changed by its own methods alone.
 */
export class OpenIntent {
  readonly #names = new Set<string>();
  readonly #formers = new Map<string, readonly Job[]>();
  readonly #messages: Received[] = [];
  readonly #verdicts: (RecordedVerdict | undefined)[] = [];
  readonly #published = new Set<number>();
  readonly #requests = new Map<number, NotedRequest>();
  readonly #ends = new Map<number, RequestEnd>();
  readonly #ownEnds = new Set<number>();
  readonly #waits: Waiting[] = [];
  #age: Age;
  #reason: string | undefined;
  #version: string | undefined;
  #isChanged = false;

  /** The key of its record. */
  readonly key: string;
  readonly intent: Intent;
  /** Where each job stands in the intent, and so in the record. */
  readonly places: ReadonlyMap<JobId, number>;
  /** How others may name this intent: an id for each time that its event was accepted, and what that came with. */
  readonly names: ReadonlySet<string> = this.#names;
  /** Records that an older release kept of whole messages, by key: the jobs of each in their order. */
  readonly formers: ReadonlyMap<string, readonly Job[]> = this.#formers;
  /** More than one if the queue gave it twice. */
  readonly messages: readonly Received[] = this.#messages;
  readonly verdicts: readonly (RecordedVerdict | undefined)[] = this.#verdicts;
  /** The places of verdicts that are known to be on the bus. */
  readonly published: ReadonlySet<number> = this.#published;
  /** The last request for a job without a verdict, by the job's place. */
  readonly requests: ReadonlyMap<number, NotedRequest> = this.#requests;
  /** Until when a request that was left without an answer may take effect, by the job's place. */
  readonly ends: ReadonlyMap<number, RequestEnd> = this.#ends;
  /** Why it has to come back, as the steps of this invocation found it. */
  readonly waits: readonly Waiting[] = this.#waits;

  constructor(key: string, intent: Intent, age: Age) {
    this.key = key;
    this.intent = intent;
    this.places = new Map(intent.jobs.map((job, index) => [jobIdOf(job), index]));
    this.#age = age;
    for (const name of [intent.intent_id, intent.event_id, intent.correlation_id])
      if (name !== undefined) this.#names.add(name);
  }

  get age(): Age {
    return this.#age;
  }

  /** Why a job of it was last left without a verdict. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** The version of its record that this invocation saw last; undefined if it saw none. */
  get version(): string | undefined {
    return this.#version;
  }

  /** Whether the ledger does not know all of it. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  get isSettled(): boolean {
    return this.intent.jobs.every((_, index) => !this.isOpen(index));
  }

  get openJobs(): readonly Job[] {
    return this.intent.jobs.filter((_, index) => this.isOpen(index));
  }

  /** Whether the job at this place has no verdict yet. */
  isOpen(index: number): boolean {
    return this.#verdicts[index] === undefined;
  }

  /** Where a job stands. Throws if the intent does not name the job: that is a bug. */
  placeOf(job: JobId): number {
    const index = this.places.get(job);
    if (index === undefined) throw new Error('a planned job belongs to no open intent');
    return index;
  }

  /** Adds a message that holds it. Of two copies, the one that the queue took first tells the age. */
  addMessage(message: Received, age: Age): void {
    this.#messages.push(message);
    if (age < this.#age) this.#age = age;
  }

  /** Adds the record that an older release may have kept of a whole message with these jobs. */
  addFormer(key: string, jobs: readonly Job[]): void {
    this.#formers.set(key, jobs);
  }

  /** Takes over the messages and the names of another delivery of the same event. */
  join({ messages, names }: OpenIntent): void {
    this.#messages.push(...messages);
    for (const name of names) this.#names.add(name);
  }

  /** Notes which version of its record this invocation has seen. */
  sawVersion(version: string | undefined): void {
    this.#version = version;
  }

  /** Notes that its record holds all of it. */
  wasRecorded(version: string): void {
    this.#version = version;
    this.#isChanged = false;
  }

  /** Has its record written again, though nothing else has changed. */
  markChanged(): void {
    this.#isChanged = true;
  }

  /** Takes over what the ledger knows. A verdict that is there is the verdict, whatever was found since. */
  takeOver(state: BlockState): void {
    state.verdicts.forEach((verdict, index) => {
      if (verdict !== undefined) this.#verdicts[index] = verdict;
    });
    for (const index of state.published) this.#published.add(index);
    for (const [index, noted] of state.requests)
      if (!this.#requests.has(index)) this.#requests.set(index, noted);
    // The ledger may know more of the requests before our own than we have read.
    for (const [index, end] of state.ends ?? [])
      if (!this.#ownEnds.has(index)) this.#ends.set(index, end);
    this.#reason ??= state.reason;
    // A verdict that rests on something seen tells what became of every request.
    for (const index of this.#requests.keys())
      if (this.#verdicts[index]?.evidence !== undefined) this.#requests.delete(index);
  }

  /**
   * Takes over a record that another invocation has written meanwhile. It may have given up a job whose request was served
   * here. Then the claim stays open until the request can have no effect any more: the next run must not go before that. A
   * look proves this only without a request of its own.
   */
  takeOverFrom(state: BlockState, version: string, invocation: string): void {
    const own = [...this.#verdicts];
    this.#version = version;
    this.takeOver(state);
    for (const [index, verdict] of own.entries()) {
      const { outcome, evidence } = verdict ?? {};
      const isSeen = evidence === 'observed' && !this.#ownEnds.has(index);
      const isServed = outcome === 'delivered' && evidence !== undefined && !isSeen;
      if (isServed && this.#verdicts[index]?.evidence === undefined)
        this.#requests.set(index, { invocation, mayBeServed: true });
    }
  }

  /** Its record, as this invocation writes it. */
  stateFor(invocation: string): BlockState {
    return {
      invocation,
      verdicts: this.#verdicts,
      published: this.#published,
      requests: this.#requests,
      ends: this.#ends,
      reason: this.#reason,
    };
  }

  /** Notes the verdict on one job. The first verdict stands. */
  settle(job: JobId, verdict: RecordedVerdict): void {
    const index = this.places.get(job);
    if (index === undefined || !this.isOpen(index)) return;
    this.#verdicts[index] = recordedVerdict(verdict, this.intent.jobs.length);
    // A verdict that rests on nothing seen does not tell what became of the request.
    if (verdict.evidence !== undefined) this.#requests.delete(index);
    this.#isChanged = true;
  }

  /** The same verdict on every job that has none. */
  settleOpen(verdict: RecordedVerdict): void {
    for (const job of this.openJobs) this.settle(jobIdOf(job), verdict);
  }

  /** Notes that the verdict at this place is on the bus. */
  notePublished(index: number): void {
    this.#published.add(index);
  }

  /** Notes the last request for a job. A suspicion stays until there is a closer one. */
  noteRequest(job: JobId, noted: NotedRequest): void {
    const index = this.places.get(job);
    if (index === undefined || !this.isOpen(index)) return;
    const suspects = noted.suspects ?? this.#requests.get(index)?.suspects;
    this.#requests.set(index, { ...noted, suspects });
    this.#isChanged = true;
  }

  /** Notes until when a request that was left without an answer may take effect. */
  noteEnd(job: JobId, end: RequestEnd): void {
    const index = this.places.get(job);
    if (index === undefined) return;
    this.#ends.set(index, end);
    this.#ownEnds.add(index);
    this.#isChanged = true;
  }

  /** Notes why a job has no verdict: the job's result says so if it expires. */
  noteReason(reason: string): void {
    this.#reason = reason.slice(0, LONGEST_REASON).toWellFormed();
  }

  /** Notes why it has to come back. */
  wait(waiting: Waiting): void {
    this.#waits.push(waiting);
  }
}
