import type { Intent, IntentId } from '../../shared/intent/intent.ts';
import { readMessage } from '../../shared/intent/message.ts';
import type { Queued } from '../../shared/intent/plan.ts';
import type { OperationName } from '../../shared/operations/operation.ts';

export const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';
export const NOW = '2026-01-31T12:00:00.000Z';

/** An intent in plain words; what is left out is filled in. A higher `age` was accepted later. */
export interface Wish {
  readonly age?: number;
  readonly operation?: OperationName;
  readonly project_id?: string;
  readonly options?: Readonly<Record<string, boolean>>;
  readonly jobs?: readonly (string | Readonly<Record<string, string | boolean>>)[];
  readonly accepted_at?: string;
  readonly expires_at?: string;
  readonly correlation_id?: string;
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly caller?: string;
  /** The age of the intent that it is to follow. */
  readonly after?: number;
}

const uuidAt = (age: number): string =>
  `01890a5d-ac96-774b-bcce-${age.toString(16).padStart(12, '0')}`;

/** The text of a message that `control-jobs` can read. */
export const bodyOf = ({ age = 1, after, ...wish }: Wish): string =>
  JSON.stringify({
    v: 1,
    intent_id: uuidAt(age),
    operation: 'dli.run',
    project_id: PROJECT,
    options: {},
    jobs: ['131'],
    caller: 'test',
    accepted_at: '2026-01-31T11:59:00.000Z',
    ...(after !== undefined && { after: uuidAt(after) }),
    ...wish,
  });

/** The intent as the reader of messages sees it, so that no brand is forged here. */
export const intentOf = (wish: Wish): Intent => {
  const reading = readMessage(bodyOf(wish));
  if (!reading.ok) throw new Error(reading.reason);
  return reading.intent;
};

/** Ids that sort by age, as those of version 7 do. */
export const idAt = (age: number): IntentId => intentOf({ age }).intent_id;

/** An intent as it came in one message. */
export const queuedAs = (from: string, wish: Wish): Queued<string> => ({
  from,
  intent: intentOf(wish),
});
