import { strayVariables } from '../shared/json/nearest-name.ts';
import { explain, greet, tellOf } from './messages.ts';
import { readStackSettings, type Settings, STACK_SETTINGS } from './settings.ts';
import { type Stack, startStack } from './stack.ts';

/** A terminal's Ctrl-C comes twice within this time: from the terminal, and from npm. */
const SAME_SIGNAL_MS = 500;

const fail = (line: string): never => {
  console.error(line);
  process.exit(1);
};

/**
 * The first signal stops the stack and ends the process; a second one ends it at once. One listener stays for good: while
 * listeners are exchanged, a signal is lost or kills.
 */
const endBySignal = (stack: Stack, settings: Settings): void => {
  let endingSince: number | undefined;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (endingSince !== undefined) {
      if (performance.now() - endingSince < SAME_SIGNAL_MS) return;
      fail('ended without waiting');
    }
    endingSince = performance.now();
    console.log(`${signal}: finishing what is in flight`);
    const line = tellOf(await stack.stop(), settings);
    if (line !== '') console.log(line);
    process.exit(0);
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
};

/** Starts the stack by these settings, says where it listens, and ends the process at a signal or if it cannot start. */
export const runUntilSignal = async (environment: NodeJS.ProcessEnv): Promise<void> => {
  let settings: Settings | undefined;
  try {
    settings = readStackSettings(environment);
    for (const line of strayVariables(environment, STACK_SETTINGS)) console.error(line);
    const stack = await startStack(settings);
    endBySignal(stack, settings);
    // Last: a reader of this line may send a signal at once.
    console.log(greet(stack, settings));
  } catch (error) {
    fail(explain(error, settings));
  }
};
