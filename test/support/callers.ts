import { DEFAULT_TOKEN } from '../../local/settings.ts';
import type { Admit } from '../../shared/callers/admit.ts';
import { ANY, type Grant } from '../../shared/callers/caller.ts';

/** The header by which the development caller proves itself on the embedded stack. */
export const DEV_PROOF = { authorization: `Bearer ${DEFAULT_TOKEN}` } as const;

const EVERY_GRANT: readonly Grant[] = [{ projects: [ANY], operations: [ANY] }];

/** Lets each request in, as one caller. For tests of what comes after the proof. */
export const letIn =
  ({ id = 'caller', grants = EVERY_GRANT } = {}): Admit =>
  async () => ({ kind: 'proved', caller: { id, grants } });
