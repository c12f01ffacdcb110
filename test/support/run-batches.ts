import { AllRequestsRefusedError, type ControlLoop } from '../../shared/control/control.ts';
import type { Received } from '../../shared/control/received.ts';

/** Runs batches, and keeps what the loop said when it failed. A function that fails leaves all its messages where they are. */
export const makeRun = (control: ControlLoop<Received>, remainingMs: () => number) => {
  const failures: string[] = [];
  const run = async (batch: readonly Received[]): Promise<readonly string[]> => {
    try {
      return await control(batch, remainingMs);
    } catch (error) {
      if (!(error instanceof AllRequestsRefusedError)) throw error;
      failures.push(error.message);
      return batch.map(({ messageId }) => messageId);
    }
  };
  return { run, failures };
};
