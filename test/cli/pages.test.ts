import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/command-line.ts';
import { blocksOf, pages } from '../support/pages.ts';
import { beginStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await beginStack({ BATCH_WINDOW_SECONDS: '0', BATCH_SIZE: '10', SETTLE_SECONDS: '1' });
});
afterAll(() => stack.stop());

const blocks = pages
  .filter(({ path }) => path === 'docs/command-line.md')
  .flatMap(blocksOf)
  .filter(({ language, text }) => language === 'sh' && text.includes('npx job-fanin'));

/** Runs shell text against this test's stack. `npx` itself is tried elsewhere; here it would cost half a second each. */
const run = (text: string) => {
  const npx = `set -eu; npx() { shift; ${process.execPath} cli/job-fanin.js "$@"; }`;
  return runProgram('bash', ['-c', `${npx}\n${text}`], {
    environment: { JOB_FANIN_URL: stack.url },
  });
};

/** Those of the runbook: test/template/runbook-followed.test.ts. */
describe('the commands of the page run as they stand', () => {
  it.each(blocks)('$text', async ({ text }) => {
    const ran = await run(text);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
  });
});
