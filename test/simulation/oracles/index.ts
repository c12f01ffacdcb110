import type { History } from '../simulate.ts';
import { badIdAlone } from './bad-id-alone.ts';
import { claimsAtTurn } from './claims-at-turn.ts';
import { deadlinesKept } from './deadlines-kept.ts';
import { everythingSettles } from './everything-settles.ts';
import { exactIds } from './exact-ids.ts';
import { failedKept } from './failed-kept.ts';
import { fewAsk } from './few-ask.ts';
import { fewestCalls } from './fewest-calls.ts';
import { flagsSacred } from './flags-sacred.ts';
import { lastWish } from './last-wish.ts';
import { namedStop } from './named-stop.ts';
import { nobodyAsks } from './nobody-asks.ts';
import { nothingBlind } from './nothing-blind.ts';
import { nothingLost } from './nothing-lost.ts';
import { nothingStale } from './nothing-stale.ts';
import { oneVerdict } from './one-verdict.ts';
import type { Oracle } from './oracle.ts';
import { onceEach, runAfterStop, stopNotGivenUp } from './restarts.ts';
import { restartsWhole } from './restarts-whole.ts';
import { trueVerdicts } from './true-verdicts.ts';
import { unreadableKept } from './unreadable-kept.ts';

const oracles: readonly Oracle[] = [
  nothingLost,
  oneVerdict,
  nothingStale,
  nothingBlind,
  flagsSacred,
  fewestCalls,
  badIdAlone,
  claimsAtTurn,
  unreadableKept,
  failedKept,
  exactIds,
  trueVerdicts,
  deadlinesKept,
  runAfterStop,
  stopNotGivenUp,
  onceEach,
  restartsWhole,
  namedStop,
  lastWish,
  nobodyAsks,
  fewAsk,
  everythingSettles,
];

export interface Violation {
  readonly promise: string;
  readonly what: string;
}

/** Every promise that a history breaks, and how. */
export const judgeHistory = (history: History): readonly Violation[] =>
  oracles.flatMap(({ promise, check }) =>
    Array.from(check(history), (what) => ({ promise, what })),
  );
