import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alarm, readAlarm, rings } from '../support/alarms.ts';
import { startChild } from '../support/child.ts';
import { cliFor, type Ran } from '../support/command-line.ts';
import { readMetrics } from '../support/emf.ts';
import { blocksOf, commandsIn, pages } from '../support/pages.ts';
import { send, until } from '../support/stack.ts';
import { packageOfRun } from './package-service.ts';
import { readTemplate } from './read-template.ts';

/** The project and the job of the runbook's examples. */
const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';
const JOB = '131';

/** The commands of ours in the runbook, each with the section that it stands in. */
const commands = pages
  .filter(({ path }) => path === 'docs/runbook.md')
  .flatMap(({ text }) => text.split(/^## /m))
  .flatMap((text) =>
    blocksOf({ path: 'docs/runbook.md', text })
      .flatMap(commandsIn)
      .filter((command) => command.startsWith('npx job-fanin '))
      .map((command) => ({ section: text.slice(0, text.indexOf('\n')), command })),
  );

const ofSection = (name: string): readonly string[] =>
  commands.filter(({ section }) => section === name).map(({ command }) => command);

let alarms: readonly Alarm[];
let stack: Awaited<ReturnType<typeof startStack>>;
beforeAll(async () => {
  stack = await startStack();
  const { all } = readTemplate((await packageOfRun()).template);
  alarms = Object.entries(all('AWS::CloudWatch::Alarm')).map(([id, one]) => readAlarm(id, one));
});

afterAll(() => stack.stop());

/** The embedded stack in a process of its own, and what its metrics say. */
const startStack = async () => {
  const child = startChild(
    // Both tests use it.
    { onTestFinished: () => undefined },
    { METRICS_NAMESPACE: 'job-fanin-dev', BATCH_WINDOW_SECONDS: '1', SETTLE_SECONDS: '1' },
  );
  const url = await child.ready();
  const cli = cliFor(url);
  return {
    cli,
    stop: () => child.signal('SIGKILL'),
    /** Runs a command of the runbook: here the stack has an address, and no name. */
    run: (command: string): Promise<Ran> => {
      const args = command.replace(/^npx job-fanin /, '').replace(' --stack "$STACK"', '');
      expect(command).toContain(' --stack "$STACK"');
      return cli(args.split(' '));
    },
    /** Has the upstream make trouble. */
    behave: (how: object) =>
      send(
        `${url}/local/upstream`,
        JSON.stringify(how),
        { 'content-type': 'application/json' },
        'PUT',
      ),
    /** Has it work again. */
    mend: () => send(`${url}/local/upstream`, null, {}, 'DELETE'),
    /** The alarms that ring by what the functions have written in the last five minutes. */
    ringing: (): readonly string[] => {
      const points = readMetrics(child.stdout());
      return alarms.filter((alarm) => rings(alarm, [points])).map(({ id }) => id);
    },
  };
};

describe('the runbook', () => {
  it('is followed from an alarm to a drained queue', async () => {
    const { cli, run, behave, mend, ringing } = stack;
    await behave({ 'dli.run': { faults: { throttle: 1 } } });
    const deadline = new Date(Date.now() + 10_000).toISOString();
    await cli(['run', JOB, '--project', PROJECT, '--expires-at', deadline]);
    const [held = ''] = ofSection('BreakerOpen');
    await until(async () => expect((await run(held)).stdout).toContain(PROJECT.slice(0, 4)));
    await until(() => expect(ringing()).toEqual(['FailedResultsAlarm']));

    const [why = '', again = ''] = ofSection('FailedResults');
    expect((await run(why)).stdout).toMatch(/expired/);

    await mend();
    expect(await run(again)).toMatchObject({ code: 0 });
    await until(async () => expect((await run(why)).stdout).toMatch(/verdict +delivered/));
    await until(async () => expect((await run(held)).stdout).toContain('requests flow'));
  });

  it('has commands of ours that run', async () => {
    const { run } = stack;
    expect(commands.length).toBeGreaterThan(15);
    for (const command of new Set(commands.map(({ command }) => command)))
      expect(await run(command), command).toMatchObject({ code: 0 });
  });
});
