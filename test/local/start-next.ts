import type { TestContext } from 'vitest';
import { readStackSettings } from '../../local/settings.ts';
import { startStack } from '../../local/stack.ts';
import type { Environment } from '../../shared/json/settings.ts';
import { bundledFunctions } from '../support/bundles.ts';

/** The stack that comes after a process has ended, over the same folder. It runs within the test, until the test is over. */
export const startNext = async (context: TestContext, settings: Environment) => {
  const stack = await startStack(
    readStackSettings({ PORT: '0', ...settings }),
    await bundledFunctions(),
  );
  context.onTestFinished(async () => {
    await stack.stop();
  });
  return stack;
};
