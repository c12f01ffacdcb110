import type { AboutBlock } from '../ledger/about-block.ts';
import type {
  BlockState,
  NotedRequest,
  RecordedVerdict,
  RequestEnd,
} from '../ledger/block-record.ts';
import { recordedVerdict } from '../ledger/recorded-verdict.ts';
import { NotedRequests } from './noted-requests.ts';

/** Short enough for a record with room for a verdict on each job. In UTF-16 code units. */
const LONGEST_REASON = 200;

const NONE_PUBLISHED: ReadonlySet<number> = new Set();

/**
 * The record of a block of jobs, as an invocation knows it. Jobs go by their place in the block. Verdicts come from the
 * ledger or from this invocation. Law: it is changed by its own methods alone.
 */
export class OpenRecord {
  readonly #size: number;
  readonly #about: AboutBlock | undefined;
  readonly #verdicts: (RecordedVerdict | undefined)[] = [];
  #published: Set<number> | undefined;
  readonly #requests = new NotedRequests();
  #reason: string | undefined;
  #version: string | undefined;
  #isChanged = false;

  readonly verdicts: readonly (RecordedVerdict | undefined)[] = this.#verdicts;

  /** `size`: how many jobs the block has. `about`: what the record tells of the intent. */
  constructor(size: number, about?: AboutBlock) {
    this.#size = size;
    this.#about = about;
  }

  /** The places of verdicts that are known to be on the bus. */
  get published(): ReadonlySet<number> {
    return this.#published ?? NONE_PUBLISHED;
  }

  /** The last request for each job without a verdict. */
  get requests(): ReadonlyMap<number, NotedRequest> {
    return this.#requests.last;
  }

  /** Until when a request that was left without an answer may take effect. */
  get ends(): ReadonlyMap<number, RequestEnd> {
    return this.#requests.ends;
  }

  /** Why a job was last left without a verdict. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** The version that this invocation saw last; undefined if it saw none. */
  get version(): string | undefined {
    return this.#version;
  }

  /** Whether the ledger does not know all of it. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** Whether the job at this place has no verdict yet. */
  isOpen(place: number): boolean {
    return this.#verdicts[place] === undefined;
  }

  /** Notes which version this invocation has seen. */
  sawVersion(version: string | undefined): void {
    this.#version = version;
  }

  /** Notes that the ledger holds all of it. */
  wasRecorded(version: string): void {
    this.#version = version;
    this.#isChanged = false;
  }

  /** Has it written again, though nothing else has changed. */
  markChanged(): void {
    this.#isChanged = true;
  }

  /** Takes over what the ledger knows. A verdict that is there is the verdict, whatever was found since. */
  takeOver(state: BlockState): void {
    state.verdicts.forEach((verdict, place) => {
      if (verdict !== undefined) this.#verdicts[place] = verdict;
    });
    for (const place of state.published) this.notePublished(place);
    this.#requests.takeOver(state);
    this.#reason ??= state.reason;
    // A verdict that rests on something seen tells what became of every request.
    for (const place of this.requests.keys())
      if (this.#verdicts[place]?.evidence !== undefined) this.#requests.forget(place);
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
    for (const [place, verdict] of own.entries()) {
      const { outcome, evidence } = verdict ?? {};
      const isSeen = evidence === 'observed' && !this.#requests.hasOwnEnd(place);
      const isServed = outcome === 'delivered' && evidence !== undefined && !isSeen;
      if (isServed && this.#verdicts[place]?.evidence === undefined)
        this.#requests.replace(place, { invocation, mayBeServed: true });
    }
  }

  /** What this invocation writes. */
  stateFor(invocation: string): BlockState {
    const { verdicts, published, requests, ends, reason } = this;
    return { about: this.#about, invocation, verdicts, published, requests, ends, reason };
  }

  /** Notes the verdict on one job. The first verdict stands. */
  settle(place: number, verdict: RecordedVerdict): void {
    if (!this.isOpen(place)) return;
    this.#verdicts[place] = recordedVerdict(verdict, this.#size);
    // A verdict that rests on nothing seen does not tell what became of the request.
    if (verdict.evidence !== undefined) this.#requests.forget(place);
    this.#isChanged = true;
  }

  /** Notes the last request for a job without a verdict. */
  noteRequest(place: number, noted: NotedRequest): void {
    if (!this.isOpen(place)) return;
    this.#requests.note(place, noted);
    this.#isChanged = true;
  }

  /** Notes until when a request that was left without an answer may take effect. */
  noteEnd(place: number, end: RequestEnd): void {
    this.#requests.noteEnd(place, end);
    this.#isChanged = true;
  }

  /** Notes that the verdict at this place is on the bus. */
  notePublished(place: number): void {
    this.#published ??= new Set();
    this.#published.add(place);
  }

  /** Notes why a job has no verdict: the job's result says so if it expires. */
  noteReason(reason: string): void {
    this.#reason = reason.slice(0, LONGEST_REASON).toWellFormed();
  }
}
