import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliFor } from '../support/command-line.ts';
import { beginStack, type TestStack, until } from '../support/stack.ts';

const P = '054ba152d480d55b2f5dc0069e7ddef0';

let stack: TestStack;
let cli: ReturnType<typeof cliFor>;

beforeAll(async () => {
  stack = await beginStack({ BATCH_WINDOW_SECONDS: '0', BATCH_SIZE: '10', SETTLE_SECONDS: '1' });
  cli = cliFor(stack.url);
});
afterAll(() => stack.stop());

describe('pause and resume', () => {
  it('a paused stack accepts, and calls nothing until it is resumed', async () => {
    expect(await cli(['pause'])).toMatchObject({ code: 0 });
    await cli(['run', '11', '-p', P]);
    expect(await stack.depths()).toMatchObject({ intents: 1 });
    expect(stack.upstream.calls).toEqual([]);
    expect(JSON.parse((await cli(['resume', '--json'])).stdout)).toEqual({ state: 'Enabled' });
    await stack.idle();
    expect(stack.results()).toMatchObject([{ job_id: '11', outcome: 'delivered' }]);
  });
});

describe('an outage of one project', () => {
  it('held tells the breaker, why tells what the job waits for, and what became of it', async () => {
    stack.upstream.behave({ '*': { down: true } });
    await cli(['stop', '21', '-p', P]);
    await until(async () => expect((await cli(['held'])).stdout).toMatch(/open .*dli +054b/));
    const { held } = JSON.parse((await cli(['held', '--json', '-p', P])).stdout);
    expect(held).toMatchObject([
      {
        service: 'dli',
        project: P,
        since: expect.stringMatching(/^\d{4}-.*Z$/),
        reason: expect.stringMatching('503'),
      },
    ]);
    expect((await cli(['held'])).stdout).toMatch(/SINCE[\s\S]* ago\) /);

    const why = await cli(['why', '21', '-p', P]);
    expect(why.code).toBe(0);
    expect(why.stdout).toMatch(/newest intent +\S{36}, dli\.stop, accepted /);
    expect(why.stdout).toMatch(/tried again +when its message comes back/);

    stack.upstream.reset();
    await stack.idle();
    expect((await cli(['why', '21', '-p', P])).stdout).toMatch(
      /verdict +delivered[\s\S]*no: it has its verdict/,
    );
    await until(async () => expect((await cli(['held'])).stdout).toContain('requests flow'));
  });

  it('of a job without a record, why says so', async () => {
    const { stdout } = await cli(['why', '4711', '-p', P, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ service: 'dli', next: { kind: 'not begun' } });
  });
});
