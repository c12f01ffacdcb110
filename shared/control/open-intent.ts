import type { Age } from '../intent/age.ts';
import type { Intent } from '../intent/intent.ts';
import { aboutBlock } from '../ledger/about-block.ts';
import type { NotedRequest, RecordedVerdict, RequestEnd } from '../ledger/block-record.ts';
import { type Job, type JobId, jobIdOf } from '../operations/operation.ts';
import { OpenRecord } from './open-record.ts';
import type { Received } from './received.ts';
import type { Waiting } from './waiting.ts';

const NO_FORMERS: ReadonlyMap<string, readonly Job[]> = new Map();

/**
 * What one record of the ledger is about, while an invocation works on it: a block of an intent's jobs. A message of an
 * older release does not tell of blocks: then all its jobs are one. Law: it is changed by its own methods alone.
 */
export class OpenIntent {
  readonly #names = new Set<string>();
  #formers: Map<string, readonly Job[]> | undefined;
  readonly #messages: Received[] = [];
  readonly #waits: Waiting[] = [];
  #age: Age;

  /** The key of its record. */
  readonly key: string;
  readonly intent: Intent;
  readonly record: OpenRecord;
  /** Where each job stands in the intent, and so in the record. */
  readonly places: ReadonlyMap<JobId, number>;
  /** How others may name this intent: an id for each time that its event was accepted, and what that came with. */
  readonly names: ReadonlySet<string> = this.#names;
  /** More than one if the queue gave it twice. */
  readonly messages: readonly Received[] = this.#messages;
  /** Why it has to come back, as the steps of this invocation found it. */
  readonly waits: readonly Waiting[] = this.#waits;

  constructor(key: string, intent: Intent, age: Age) {
    this.key = key;
    this.intent = intent;
    this.record = new OpenRecord(intent.jobs.length, aboutBlock(intent));
    this.places = new Map(intent.jobs.map((job, index) => [jobIdOf(job), index]));
    this.#age = age;
    for (const name of [intent.intent_id, intent.event_id, intent.correlation_id])
      if (name !== undefined) this.#names.add(name);
  }

  /** Records that an older release kept of whole messages, by key: the jobs of each in their order. */
  get formers(): ReadonlyMap<string, readonly Job[]> {
    return this.#formers ?? NO_FORMERS;
  }

  get age(): Age {
    return this.#age;
  }

  get isSettled(): boolean {
    return this.openJobs.length === 0;
  }

  get openJobs(): readonly Job[] {
    return this.intent.jobs.filter((_, index) => this.record.isOpen(index));
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
    this.#formers ??= new Map();
    this.#formers.set(key, jobs);
  }

  /** Takes over the messages and the names of another delivery of the same event. */
  join({ messages, names }: OpenIntent): void {
    this.#messages.push(...messages);
    for (const name of names) this.#names.add(name);
  }

  /** Notes the verdict on one job. A job of another intent changes nothing, here and below. */
  settle(job: JobId, verdict: RecordedVerdict): void {
    const place = this.places.get(job);
    if (place !== undefined) this.record.settle(place, verdict);
  }

  /** The same verdict on every job that has none. */
  settleOpen(verdict: RecordedVerdict): void {
    for (const job of this.openJobs) this.settle(jobIdOf(job), verdict);
  }

  /** Notes the last request for a job without a verdict. */
  noteRequest(job: JobId, noted: NotedRequest): void {
    const place = this.places.get(job);
    if (place !== undefined) this.record.noteRequest(place, noted);
  }

  /** Notes until when a request that was left without an answer may take effect. */
  noteEnd(job: JobId, end: RequestEnd): void {
    const place = this.places.get(job);
    if (place !== undefined) this.record.noteEnd(place, end);
  }

  /** Notes why it has to come back. */
  wait(waiting: Waiting): void {
    this.#waits.push(waiting);
  }
}
