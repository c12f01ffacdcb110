import type { BlockState, NotedRequest, RequestEnd } from '../ledger/block-record.ts';

const NO_REQUESTS: ReadonlyMap<number, NotedRequest> = new Map();
const NO_ENDS: ReadonlyMap<number, RequestEnd> = new Map();

/**
 * What the record of a block tells of requests, by the place of the job that they were for. Law: it is changed by its own
 * methods alone.
 */
export class NotedRequests {
  // A batch has thousands of blocks. Most of them never need these.
  #last: Map<number, NotedRequest> | undefined;
  #ends: Map<number, RequestEnd> | undefined;
  #ownEnds: Set<number> | undefined;

  /** The last request for each job without a verdict. */
  get last(): ReadonlyMap<number, NotedRequest> {
    return this.#last ?? NO_REQUESTS;
  }

  /** Until when a request that was left without an answer may take effect. */
  get ends(): ReadonlyMap<number, RequestEnd> {
    return this.#ends ?? NO_ENDS;
  }

  /** Takes over what the ledger knows. What this invocation has noted since stays. */
  takeOver({ requests, ends = new Map() }: Pick<BlockState, 'requests' | 'ends'>): void {
    for (const [place, noted] of requests) if (!this.last.has(place)) this.replace(place, noted);
    // The ledger may know more of the requests before our own than we have read.
    for (const [place, end] of ends) if (!this.hasOwnEnd(place)) this.#setEnd(place, end);
  }

  /** Notes the last request for a job. A suspicion stays until there is a closer one. */
  note(place: number, noted: NotedRequest): void {
    const suspects = noted.suspects ?? this.last.get(place)?.suspects;
    this.replace(place, { ...noted, suspects });
  }

  /** Notes a request in place of any other. */
  replace(place: number, noted: NotedRequest): void {
    this.#last ??= new Map();
    this.#last.set(place, noted);
  }

  /** Forgets the request for a job: it is known what became of it. */
  forget(place: number): void {
    this.#last?.delete(place);
  }

  /** Notes when a request of this invocation can have no effect any more. */
  noteEnd(place: number, end: RequestEnd): void {
    this.#setEnd(place, end);
    this.#ownEnds ??= new Set();
    this.#ownEnds.add(place);
  }

  /** Whether this invocation has left a request for the job without an answer. */
  hasOwnEnd(place: number): boolean {
    return this.#ownEnds?.has(place) === true;
  }

  #setEnd(place: number, end: RequestEnd): void {
    this.#ends ??= new Map();
    this.#ends.set(place, end);
  }
}
