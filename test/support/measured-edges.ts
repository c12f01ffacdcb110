import type { ControlEdges } from '../../shared/control/edges.ts';
import { measuredWaysOut, type WaysOut } from '../../shared/control/measured-ways-out.ts';
import type { Received } from '../../shared/control/received.ts';
import { makeTally } from '../../shared/json/tally.ts';
import { measuredLedger } from '../../shared/ledger/measured-ledger.ts';
import { measuredSend } from '../../shared/upstream/measured-send.ts';

/** Edges that count, as the function wires them. `measured` takes what was counted since. */
export const measureEdges = <Message extends Received>(
  edges: Omit<ControlEdges<Message>, 'postpone'> & Pick<WaysOut<Message>, 'postpone'>,
) => {
  const { measure, take } = makeTally();
  return {
    edges: {
      ...edges,
      ...measuredWaysOut(edges, measure),
      ledger: measuredLedger(edges.ledger, measure),
      send: measuredSend(edges.send, measure),
      measure,
    },
    measured: take,
  };
};
