import type { History } from '../simulate.ts';
import { badIdAlone } from './bad-id-alone.ts';
import { causalOrder } from './causal-order.ts';
import { claimsAtTurn } from './claims-at-turn.ts';
import { deadlinesKept } from './deadlines-kept.ts';
import { eventAges, oneIntent } from './events.ts';
import { everythingSettles } from './everything-settles.ts';
import { exactIds } from './exact-ids.ts';
import { failedKept } from './failed-kept.ts';
import { fewestCalls } from './fewest-calls.ts';
import { flagsSacred } from './flags-sacred.ts';
import { namedStop } from './named-stop.ts';
import { newestIsLast } from './newest-is-last.ts';
import { noCallWhileOpen } from './no-call-while-open.ts';
import { nothingBlind } from './nothing-blind.ts';
import { nothingLost } from './nothing-lost.ts';
import { nothingStale } from './nothing-stale.ts';
import { oneVerdict } from './one-verdict.ts';
import type { Oracle } from './oracle.ts';
import { onceEach, runAfterStop, stopNotGivenUp } from './restarts.ts';
import { restartsWhole } from './restarts-whole.ts';
import { sequenceOrder } from './sequence-order.ts';
import { slotsKept } from './slots-kept.ts';
import { threeRefusals } from './three-refusals.ts';
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
  slotsKept,
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
  newestIsLast,
  noCallWhileOpen,
  threeRefusals,
  everythingSettles,
  causalOrder,
  oneIntent,
  eventAges,
  sequenceOrder,
];

/** These compare ages as accepted. A caller's own sequences may change that order. */
const byAge: readonly Oracle[] = [
  causalOrder,
  nothingStale,
  trueVerdicts,
  stopNotGivenUp,
  restartsWhole,
  namedStop,
  newestIsLast,
  nothingBlind,
  onceEach,
  runAfterStop,
];

export interface Violation {
  readonly promise: string;
  readonly what: string;
}

const oraclesFor = ({ intents }: History): readonly Oracle[] =>
  intents.some(({ request }) => request.sequence !== undefined)
    ? oracles.filter((oracle) => !byAge.includes(oracle))
    : oracles;

/** Every promise that a history breaks, and how. */
export const judgeHistory = (history: History): readonly Violation[] =>
  oraclesFor(history).flatMap(({ promise, check }) =>
    Array.from(check(history), (what) => ({ promise, what })),
  );
