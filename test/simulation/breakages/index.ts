import type { Broken } from './broken.ts';
import { BROKEN_CALLS } from './calls.ts';
import { BROKEN_INTENTS } from './intents.ts';
import { BROKEN_LEDGER } from './ledger.ts';
import { BROKEN_LOOP } from './loop.ts';
import { BROKEN_REPLIES } from './replies.ts';

/** Every broken variant. The oracles must notice each. */
export const BROKEN: readonly Broken[] = [
  ...BROKEN_LOOP,
  ...BROKEN_LEDGER,
  ...BROKEN_INTENTS,
  ...BROKEN_REPLIES,
  ...BROKEN_CALLS,
];
