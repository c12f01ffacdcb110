/** What happened in the stack, as the console lists it. Ids are strings. Times are milliseconds since 1970. */

/** How an intent came in. */
export const WAYS = ['native route', 'vendor route', 'webhook', 'event', 'invocation'] as const;
export type Way = (typeof WAYS)[number];

/** What several happenings of one kind have in common. They are told as one entry. */
export interface Told {
  readonly operation: string;
  readonly project_id: string;
}

export type Happening =
  | (Told & {
      readonly kind: 'intents';
      readonly way: Way;
      readonly intents: number;
      readonly jobs: number;
      /** The latest of them. */
      readonly intent_id: string;
    })
  | { readonly kind: 'refused'; readonly way: Way; readonly status: number; readonly count: number }
  | {
      readonly kind: 'batch';
      readonly batch: number;
      readonly messages: number;
      readonly again: number;
      readonly jobs: number;
    }
  | {
      readonly kind: 'batch-end';
      readonly batch: number;
      readonly back: number;
      readonly ms: number;
    }
  | (Told & {
      readonly kind: 'call' | 'look';
      readonly call: string;
      readonly jobs: number;
      readonly limit?: number;
    })
  | (Told & {
      readonly kind: 'reply';
      readonly call: string;
      readonly of: 'call' | 'look';
      readonly status: number | null;
      readonly fault?: string;
      readonly ms: number;
    })
  | (Told & {
      readonly kind: 'results';
      readonly outcome: string;
      readonly evidence?: string;
      readonly error?: string;
      readonly count: number;
      /** The latest of them. */
      readonly job_id: string;
      readonly intent_id: string;
    });

export type Entry = Happening & { readonly id: number; readonly at: number };
