import { resolve } from 'node:path';
import type { PausableMapping } from '../mapping/pausable-mapping.ts';
import type { Queues } from '../queue/queues.ts';
import type { Settings } from '../settings.ts';
import { BUS_NAME, type Wires } from '../wires.ts';

/** What the command line reads of a stack: the outputs of a deployed one, and where their servers are. */
export interface StackParts {
  readonly region: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Servers in place of AWS's own, by service. Lambda's API is on the front itself. */
  readonly endpoints: Readonly<Record<string, string>>;
}

/** The parts of this stack. `url` is told by none: a client knows by which address it came. */
export const stackParts = (
  settings: Settings,
  {
    wires,
    queues,
    ledger,
    mapping,
  }: {
    readonly wires: Wires;
    readonly queues: Queues;
    readonly ledger: Readonly<Record<string, string>>;
    readonly mapping: Pick<PausableMapping, 'id'>;
  },
): StackParts => {
  const { LEDGER_TABLE, LEDGER_FILE, AWS_ENDPOINT_URL_DYNAMODB: dynamodb } = ledger;
  return {
    region: settings.AWS_REGION,
    outputs: {
      IntentsQueueUrl: queues.intents,
      DeadLetterQueueUrl: queues.deadLetters,
      FailedEventsQueueUrl: queues.failedEvents,
      ControlJobsFunctionName: 'control-jobs',
      EventSourceMappingId: mapping.id,
      ResultsBusName: BUS_NAME,
      ...(LEDGER_TABLE !== undefined && { LedgerTableName: LEDGER_TABLE }),
      ...(LEDGER_FILE !== undefined && { LedgerFile: resolve(LEDGER_FILE) }),
    },
    endpoints: {
      sqs: wires.queue,
      events: wires.bus,
      ...(dynamodb !== undefined && { dynamodb }),
    },
  };
};
