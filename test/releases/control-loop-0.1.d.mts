import type { ControlLimits, ControlLoop } from '../../shared/control/control.ts';
import type { Received } from '../../shared/control/received.ts';
import type { Result } from '../../shared/intent/result.ts';
import type { Log } from '../../shared/json/log.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';

/** What that release sends: the request, and its body as it is when its turn comes. */
export interface OldEdges {
  readonly ledger: Ledger;
  readonly ask: (
    request: { readonly method: 'GET' | 'POST' | 'DELETE'; readonly path: string },
    body: string | undefined,
  ) => Promise<{ readonly status: number; readonly body: string }>;
  readonly identify: () => Promise<{ readonly kind: 'known'; readonly key: string }>;
  readonly publish: (results: readonly Result[]) => Promise<readonly boolean[]>;
  readonly deadLetter: (message: Received, reason: string) => Promise<boolean>;
  readonly postpone: (messages: readonly (readonly [Received, number])[]) => Promise<void>;
  readonly log: Log;
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
}

/** The control loop of release 0.1. */
export const startControlLoop: (edges: OldEdges, limits: ControlLimits) => ControlLoop<Received>;
