import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/command-line.ts';
import { blocksOf, commandsIn, pages } from '../support/pages.ts';
import { beginStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await beginStack({ BATCH_WINDOW_SECONDS: '0', BATCH_SIZE: '10', SETTLE_SECONDS: '1' });
});
afterAll(() => stack.stop());

const shellOf = (path: string) =>
  pages
    .filter((page) => page.path === path)
    .flatMap(blocksOf)
    .filter(({ language, text }) => language === 'sh' && text.includes('npx job-fanin'));

/** Runs shell text against this test's stack. `npx` itself is tried elsewhere; here it would cost half a second each. */
const run = (text: string) => {
  const npx = `set -eu; npx() { shift; ${process.execPath} cli/job-fanin.js "$@"; }`;
  return runProgram('bash', ['-c', `${npx}\n${text}`], {
    environment: { JOB_FANIN_URL: stack.url },
  });
};

const ofRunbook = new Set(
  shellOf('docs/runbook.md')
    .flatMap(commandsIn)
    .filter((command) => command.startsWith('npx job-fanin'))
    .map((command) => command.replace(' --stack "$STACK"', '')),
);

describe('the commands of the pages run as they stand', () => {
  it.each(shellOf('docs/command-line.md'))('docs/command-line.md: $text', async ({ text }) => {
    const ran = await run(text);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
  });

  it('the runbook has some', () => {
    expect(ofRunbook.size).toBeGreaterThan(8);
  });

  it.each([...ofRunbook])('docs/runbook.md: %s', async (command) => {
    const ran = await run(command);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
  });
});
