import type { Result } from '../../shared/intent/result.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import type { FaultName } from './climate.ts';

export type Options = Readonly<Record<string, string | boolean>>;

/** What a caller wishes, as the workload drew it. Jobs by id, each with its own options. */
export interface Wish {
  readonly operation: OperationName;
  readonly project: string;
  readonly options: Options;
  readonly jobs: ReadonlyMap<string, Options>;
}

/** One request to the way in. Each delivery of an event is a request of its own. */
export interface Request {
  /** Equal for all deliveries of one wish by one event, and for nothing else. */
  readonly identity: string;
  readonly beganAt: number;
  /** By the clock of the accepting process. */
  readonly acceptedAt: number;
  /** The time of a late event, in milliseconds since 1970. */
  readonly wishedAt: number | undefined;
  readonly isDated: boolean;
  readonly isEvent: boolean;
  readonly sequence: number | undefined;
  /** Names by which a run may name it as `after`. */
  readonly names: readonly string[];
}

/** What one message says, as the queue's model reads it. */
export interface QueuedIntent extends Wish {
  /** Replaced by its age once the history is over. */
  intentId: string;
  expiresAt: number;
  /** The latest deadline that it may have: that of another delivery of its event, if no result tells which one counts. */
  latestEnd?: number;
  /** The intent that it follows. */
  after: string | undefined;
  readonly request: Request;
  readonly sentAt: number;
}

/** A message on the queue. Without an intent it is unreadable. */
export interface Letter {
  readonly id: string;
  readonly body: string;
  readonly intent: QueuedIntent | undefined;
}

/** One run of the control loop over one batch. */
export interface Invocation {
  readonly n: number;
  readonly letters: readonly Letter[];
  /** The receive count of each message. */
  readonly receives: ReadonlyMap<string, number>;
  readonly begunAt: number;
  /** Conditional writes without a clear success. */
  conflicts: number;
  faults: number;
  ended: 'no' | 'returned' | 'crashed' | 'timed out' | 'threw';
}

/** What the reply that reached the caller says of a job. */
export type Said = 'yes' | 'no' | 'unserved' | 'nothing';

/** Why a job was not served. */
export type Trouble = 'missing' | 'wrong state' | 'busy' | 'denied';

/** One batch request at the upstream. */
export interface Call {
  readonly n: number;
  readonly invocation: Invocation;
  readonly operation: OperationName;
  readonly project: string;
  readonly options: Options;
  /** In the order listed, with repetitions. */
  readonly jobs: readonly { readonly id: string; readonly options: Options }[];
  readonly sentAt: number;
  readonly remainingMs: number;
  /** When its sender stops waiting for an answer. Late effects count from then. */
  endsAt: number;
  /** From then on all its effects show. At once if it never arrives. */
  settledAt: number | undefined;
  /** By the job's place: why it was not served, and its status before. */
  troubles: readonly (Trouble | undefined)[];
  statuses: readonly string[];
  /** What made the savepoint from which a job resumed. */
  savepoints: readonly (string | undefined)[];
  effective: boolean;
  /** Whether it was refused as a whole, for the trouble of one job. */
  refused: boolean;
  fault: FaultName | undefined;
  said: readonly Said[];
}

/** One request for the status of jobs. */
export interface Look {
  readonly invocation: Invocation;
  readonly project: string;
  readonly service: 'dli' | 'drs';
  readonly seenAt: number;
  readonly statuses: ReadonlyMap<string, string>;
  /** When each job was last started. */
  readonly starts: ReadonlyMap<string, number | undefined>;
  /** Whether the answer tells the start, and so which start has ended. */
  readonly tellsStart: boolean;
  /** It was a page of the list. A row may show that a request took effect, and never that it had none. */
  readonly isList?: true;
}

/** What the models saw, in order. Nothing here comes from the code's own records. */
export type Step = { readonly at: number } & (
  | {
      readonly kind: 'accepted';
      readonly wish: Wish;
      readonly request: Request;
      readonly intentId: string;
      /** The intent that it follows. */
      readonly after: string | undefined;
    }
  | { readonly kind: 'turned away'; readonly wish: Wish; readonly reason: string }
  | { readonly kind: 'queued'; readonly letter: Letter }
  | { readonly kind: 'begun'; readonly invocation: Invocation }
  | { readonly kind: 'ended'; readonly invocation: Invocation; readonly staying: readonly string[] }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** `receives`: the receive count of the delivery that was deleted. */
  | { readonly kind: 'deleted'; readonly letter: Letter; readonly receives: number }
  | {
      readonly kind: 'dead-lettered';
      readonly invocation: Invocation;
      readonly letter: Letter;
      readonly body: string;
      readonly reason: string;
    }
  | { readonly kind: 'redriven'; readonly letter: Letter }
  | { readonly kind: 'taken up'; readonly letter: Letter }
  /** The ledger took a claim on a job. `key` is its {@link jobKey}. */
  | { readonly kind: 'claimed'; readonly invocation: Invocation; readonly key: string }
  | { readonly kind: 'called'; readonly call: Call }
  | { readonly kind: 'arrived'; readonly call: Call }
  | { readonly kind: 'heard'; readonly call: Call; readonly reply: string }
  | { readonly kind: 'seen'; readonly look: Look }
  /** A call or a look met a wall. `breaker`: the one that the sender may open. */
  | {
      readonly kind: 'turned back';
      /** A call was denied. One of its jobs may be the reason, so it is isolated. */
      readonly isDenied: boolean;
      readonly invocation: Invocation;
      readonly breaker: string;
      readonly sentAt: number;
    }
  | { readonly kind: 'published'; readonly result: Result }
  | { readonly kind: 'fault'; readonly fault: FaultName }
);

/** A step without its time. */
export type Told = Step extends infer Each
  ? Each extends unknown
    ? Omit<Each, 'at'>
    : never
  : never;

export interface Chronicle {
  readonly steps: readonly Step[];
  readonly tell: (told: Told) => void;
}

export const makeChronicle = (now: () => number): Chronicle => {
  const steps: Step[] = [];
  return {
    steps,
    tell: (told) => {
      steps.push({ at: now(), ...told });
    },
  };
};

/** Names a job among all services and projects. */
export const jobKey = (operation: OperationName, project: string, id: string): string =>
  `${operation.slice(0, 3)}/${project}/${id}`;
