import type { BlockState, NotedRequest, RequestEnd } from '../ledger/block-record.ts';

/**
 * What the record of a block tells of requests, by the place of the job that they were for. Law: it is changed by its own
 * methods alone.
 */
export class NotedRequests {
  readonly #last = new Map<number, NotedRequest>();
  readonly #ends = new Map<number, RequestEnd>();
  readonly #ownEnds = new Set<number>();

  /** The last request for each job without a verdict. */
  readonly last: ReadonlyMap<number, NotedRequest> = this.#last;
  /** Until when a request that was left without an answer may take effect. */
  readonly ends: ReadonlyMap<number, RequestEnd> = this.#ends;

  /** Takes over what the ledger knows. What this invocation has noted since stays. */
  takeOver({ requests, ends = new Map() }: Pick<BlockState, 'requests' | 'ends'>): void {
    for (const [place, noted] of requests) if (!this.#last.has(place)) this.#last.set(place, noted);
    // The ledger may know more of the requests before our own than we have read.
    for (const [place, end] of ends) if (!this.#ownEnds.has(place)) this.#ends.set(place, end);
  }

  /** Notes the last request for a job. A suspicion stays until there is a closer one. */
  note(place: number, noted: NotedRequest): void {
    const suspects = noted.suspects ?? this.#last.get(place)?.suspects;
    this.#last.set(place, { ...noted, suspects });
  }

  /** Notes a request in place of any other. */
  replace(place: number, noted: NotedRequest): void {
    this.#last.set(place, noted);
  }

  /** Forgets the request for a job: it is known what became of it. */
  forget(place: number): void {
    this.#last.delete(place);
  }

  /** Notes when a request of this invocation can have no effect any more. */
  noteEnd(place: number, end: RequestEnd): void {
    this.#ends.set(place, end);
    this.#ownEnds.add(place);
  }

  /** Whether this invocation has left a request for the job without an answer. */
  hasOwnEnd(place: number): boolean {
    return this.#ownEnds.has(place);
  }
}
