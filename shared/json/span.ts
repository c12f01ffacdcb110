import type { MaybeTraced, TraceContext } from './trace-context.ts';

/** Names of attributes are those of conventions.ts. */
export type Attributes = Readonly<Record<string, string | number>>;

/** What a span says when it begins. */
export interface SpanStart {
  readonly name: string;
  readonly kind: 'producer' | 'consumer' | 'client';
  readonly attributes: Attributes;
  /** The trace that it belongs to. Without one, that of the span around it. */
  readonly parent?: MaybeTraced;
  /** The other traces that it serves. */
  readonly links?: readonly TraceContext[];
  /** Milliseconds since 1970, if it began before now. */
  readonly startedAt?: number;
}

/** What a span says when it ends. */
export interface SpanEnd {
  readonly attributes?: Attributes;
  /** The kind of error that it ended with: one of few words. */
  readonly error?: string | undefined;
  /** Milliseconds since 1970, if it ended before now. */
  readonly at?: number;
}

export interface OpenSpan {
  /**
   * The trace context that a message carries on: that of the span if it is sampled, or else the given one as it is. The
   * sampled flag of a caller is never unset.
   */
  readonly carry: (given: MaybeTraced) => MaybeTraced;
  readonly end: (end?: SpanEnd) => void;
}

/** Begins a span. Law: it never throws. Without an SDK nothing is recorded, and `describe` is not called. */
export type StartSpan = (describe: () => SpanStart) => OpenSpan;

export const NO_SPAN: OpenSpan = { carry: (given) => given, end: () => undefined };

/** Records nothing: for what runs without traces. */
export const UNTRACED: StartSpan = () => NO_SPAN;
