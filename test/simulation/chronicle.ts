import type { Result } from '../../shared/intent/result.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import type { FaultName } from './climate.ts';

export type Options = Readonly<Record<string, string | boolean>>;

/** What a caller wanted, as the workload drew it. Jobs by their id, each with the options of its own. */
export interface Wish {
  readonly operation: OperationName;
  readonly project: string;
  readonly options: Options;
  readonly jobs: ReadonlyMap<string, Options>;
}

/** One time that the way in is asked: of an event that is handed over more than once each has its own. */
export interface Request {
  /** The same for each delivery of the same wish by the same event, and for nothing else. */
  readonly identity: string;
  readonly beganAt: number;
  /** By the clock of whoever accepts it. */
  readonly acceptedAt: number;
  /** When it was wished, where it counts as late: milliseconds since 1970. */
  readonly wishedAt: number | undefined;
  readonly isDated: boolean;
  readonly isEvent: boolean;
  readonly sequence: number | undefined;
  /** Names by which a run may call it. */
  readonly names: readonly string[];
}

/** What one message says, read by the queue's model itself. */
export interface QueuedIntent extends Wish {
  /** As the model of ages has it, once the history is over. */
  intentId: string;
  expiresAt: number;
  /** The intent that it is to follow. */
  after: string | undefined;
  readonly request: Request;
  readonly sentAt: number;
}

/** A message on the queue. Nobody can read one without an ask. */
export interface Letter {
  readonly id: string;
  readonly body: string;
  readonly intent: QueuedIntent | undefined;
}

/** One run of the control loop over one batch. */
export interface Invocation {
  readonly n: number;
  readonly letters: readonly Letter[];
  /** How often the queue had given each of them, this time included. */
  readonly receives: ReadonlyMap<string, number>;
  readonly begunAt: number;
  /** Conditional writes that were not plainly written. */
  conflicts: number;
  faults: number;
  ended: 'no' | 'returned' | 'crashed' | 'timed out' | 'threw';
}

/** What the reply says of a job, once it has reached the caller: nothing, unless it says so. */
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
  /** In the order listed, repetitions and all. */
  readonly jobs: readonly { readonly id: string; readonly options: Options }[];
  readonly sentAt: number;
  readonly remainingMs: number;
  /** When its sender stops waiting for an answer, if none comes: late effects count from then. */
  endsAt: number;
  /** When it can have no effect any more that does not show: at once if it never arrives. */
  settledAt: number | undefined;
  /** By the job's place: what kept it from being served, and its status before. */
  troubles: readonly (Trouble | undefined)[];
  statuses: readonly string[];
  /** By whom the savepoint was made that a job resumed from. */
  savepoints: readonly (string | undefined)[];
  effective: boolean;
  /** Refused as a whole, for one job's trouble. */
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
  /** When they were last started. */
  readonly starts: ReadonlyMap<string, number | undefined>;
  /** Whether the answer tells that, and so which start it is that has ended. */
  readonly tellsStart: boolean;
}

/** What the models saw, in the order in which it happened. Nothing in it is the code's own record. */
export type Step = { readonly at: number } & (
  | {
      readonly kind: 'accepted';
      readonly wish: Wish;
      readonly request: Request;
      readonly intentId: string;
      /** The intent that it is to follow. */
      readonly after: string | undefined;
    }
  | { readonly kind: 'turned away'; readonly wish: Wish; readonly reason: string }
  | { readonly kind: 'queued'; readonly letter: Letter }
  | { readonly kind: 'begun'; readonly invocation: Invocation }
  | { readonly kind: 'ended'; readonly invocation: Invocation; readonly staying: readonly string[] }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** `receives`: how often the queue had given it to whoever deleted it. */
  | { readonly kind: 'deleted'; readonly letter: Letter; readonly receives: number }
  | {
      readonly kind: 'buried';
      readonly invocation: Invocation;
      readonly letter: Letter;
      readonly body: string;
      readonly reason: string;
    }
  | { readonly kind: 'redriven'; readonly letter: Letter }
  | { readonly kind: 'taken up'; readonly letter: Letter }
  /** The ledger took a claim on a job: `key` is as {@link jobKey} has it. */
  | { readonly kind: 'claimed'; readonly invocation: Invocation; readonly key: string }
  | { readonly kind: 'called'; readonly call: Call }
  | { readonly kind: 'arrived'; readonly call: Call }
  | { readonly kind: 'heard'; readonly call: Call; readonly reply: string }
  | { readonly kind: 'seen'; readonly look: Look }
  /** A call or a look met a wall. `way`: what that closes, as far as its sender can tell. */
  | {
      readonly kind: 'turned back';
      /** A call was denied: one of its jobs may be the reason, so it is taken apart. */
      readonly isDenied: boolean;
      readonly invocation: Invocation;
      readonly way: string;
      readonly sentAt: number;
    }
  | { readonly kind: 'published'; readonly result: Result }
  | { readonly kind: 'fault'; readonly fault: FaultName }
);

/** What somebody has to tell, without the time. */
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

/** A job among all services and projects. */
export const jobKey = (operation: OperationName, project: string, id: string): string =>
  `${operation.slice(0, 3)}/${project}/${id}`;
