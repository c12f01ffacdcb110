import type { RecordedVerdict } from '../../shared/ledger/block-record.ts';
import type { CallDecision } from '../../shared/ledger/decide-call.ts';
import { NOW } from './messages.ts';

export const AT = Date.parse(NOW);
export const OWNER = 'the claiming invocation';
const ANOTHER = 'another invocation';

const verdict = (part: Pick<RecordedVerdict, 'outcome' | 'evidence'>): RecordedVerdict => ({
  ...part,
  calledAt: AT - 9,
  settledAt: AT - 8,
});

/** What the record of the claim's block says, if there is one: who wrote it last, and what of the job. */
export interface Told {
  readonly by: string;
  readonly asked?: string;
  readonly verdict?: RecordedVerdict;
}

/** How the last claim of a job stands, and what is to become of the next wish. */
export interface Case {
  readonly title: string;
  /** Milliseconds that the lease still runs. */
  readonly lease: number;
  readonly told: Told | undefined;
  /** Of an intent that is as old as the claim's, or newer; or newer and a run after a stop. */
  readonly equal: CallDecision['kind'];
  readonly newer: CallDecision['kind'];
  readonly restart: CallDecision['kind'];
  readonly late?: true;
}

const expired = verdict({ outcome: 'expired' });
export const AFTER_ALL = 'look for the stop';

export const CASES: readonly Case[] = [
  ...[1, 60_000].map(
    (lease): Case => ({
      title: 'its call may be under way',
      lease,
      told: undefined,
      equal: 'wait',
      newer: 'wait',
      restart: 'wait',
    }),
  ),
  {
    title: 'its call may be under way, though others have written of other jobs',
    lease: 60_000,
    told: { by: ANOTHER },
    equal: 'wait',
    newer: 'wait',
    restart: 'wait',
  },
  {
    title: 'its request went unanswered, and may yet take effect',
    lease: 60_000,
    told: { by: OWNER, asked: OWNER },
    equal: 'wait',
    newer: 'wait',
    restart: 'wait',
  },
  {
    title: 'its request went unanswered, long ago',
    lease: 0,
    told: { by: OWNER, asked: OWNER },
    equal: 'look',
    newer: 'look',
    restart: 'stop first',
  },
  {
    title: 'its request went unanswered long ago, and others have written since',
    lease: 0,
    told: { by: ANOTHER, asked: OWNER },
    equal: 'look',
    newer: 'look',
    restart: 'stop first',
  },
  {
    title: 'the fate of its call is unknown',
    lease: 0,
    told: undefined,
    equal: 'look',
    newer: 'look',
    restart: 'stop first',
  },
  {
    title: 'nor do others who have written of other jobs',
    lease: -1,
    told: { by: ANOTHER },
    equal: 'look',
    newer: 'look',
    restart: 'stop first',
  },
  {
    title: 'its call was never sent, or surely not served',
    lease: 60_000,
    told: { by: OWNER },
    equal: 'go',
    newer: 'go',
    restart: 'stop first',
  },
  {
    title: 'so too where an earlier request went unanswered, which it has looked into',
    lease: 60_000,
    told: { by: OWNER, asked: ANOTHER },
    equal: 'go',
    newer: 'go',
    restart: 'stop first',
  },
  {
    title: 'never sent, and its deadline has passed',
    lease: 60_000,
    told: { by: OWNER },
    late: true,
    equal: 'go',
    newer: 'go',
    restart: AFTER_ALL,
  },
  {
    title: 'its fate is unknown, and its deadline has passed',
    lease: 0,
    told: undefined,
    late: true,
    equal: 'look',
    newer: 'look',
    restart: AFTER_ALL,
  },
  ...(['positional', 'observed'] as const).map(
    (evidence): Case => ({
      title: `delivered, ${evidence}`,
      lease: 60_000,
      told: { by: ANOTHER, verdict: verdict({ outcome: 'delivered', evidence }) },
      equal: 'has verdict',
      newer: 'go',
      restart: AFTER_ALL,
    }),
  ),
  {
    title: 'rejected',
    lease: 60_000,
    told: { by: OWNER, verdict: verdict({ outcome: 'rejected', evidence: 'keyed' }) },
    equal: 'has verdict',
    newer: 'go',
    restart: AFTER_ALL,
  },
  {
    title: 'given up by itself without a call',
    lease: 60_000,
    told: { by: OWNER, verdict: expired },
    equal: 'has verdict',
    newer: 'go',
    restart: AFTER_ALL,
  },
  {
    title: 'given up by others while its call may be under way',
    lease: 60_000,
    told: { by: ANOTHER, verdict: expired },
    // Its verdict is there: it can be told, whatever its call does.
    equal: 'has verdict',
    newer: 'wait',
    restart: 'wait',
  },
  {
    title: 'given up after a request that went unanswered long ago',
    lease: 0,
    told: { by: ANOTHER, asked: OWNER, verdict: expired },
    equal: 'has verdict',
    newer: 'look',
    restart: AFTER_ALL,
  },
  {
    title: 'given up by others, and the fate of its call is unknown',
    lease: 0,
    told: { by: ANOTHER, verdict: expired },
    equal: 'has verdict',
    newer: 'look',
    restart: AFTER_ALL,
  },
];
