import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_BROWSER, openRoom, type Room } from './browser-room.ts';
import { PROJECT, wish } from './console-room.ts';

describe.runIf(HAS_BROWSER)('a newcomer', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room.close());

  it('sees what it is for before anything was sent, and then many wishes as few calls', async () => {
    const page = await room.open();
    await page.getByRole('heading', { level: 1, name: 'Many wishes, few calls.' }).waitFor();
    await page.getByRole('img', { name: /leave it as one call/ }).waitFor();
    await page.getByRole('button', { name: 'Send 200 jobs' }).click();
    await page
      .getByRole('heading', { level: 1, name: /^\d+ wish(es)? became \d+ calls?\.$/ })
      .waitFor();
    await room.stack.idle();
    await page.getByText('200 wishes', { exact: true }).waitFor();
    expect(room.stack.upstream.calls.length).toBeLessThan(12);
    await page.context().close();
  });

  it('finds one call by its bar, and one job by its id, at addresses that can be loaded again', async () => {
    const page = await room.open();
    await page
      .getByRole('list', { name: 'Batches, the latest first' })
      .getByRole('link')
      .first()
      .click();
    await page.getByRole('heading', { level: 2, name: 'Request, secrets blanked' }).waitFor();
    expect(await page.getByText('authorization: •••').count()).toBe(1);
    await page.getByRole('list', { name: 'Jobs' }).getByRole('link').first().click();
    await page.getByRole('heading', { level: 2, name: 'Its history' }).waitFor();
    const job = await page.getByRole('heading', { level: 1 }).textContent();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: job ?? '' }).waitFor();
    await page.getByText('the upstream took the request').waitFor();
    await page.context().close();
  });

  it('sends what the form previews, and repeats it from its own page', async () => {
    const page = await room.open('/#/send');
    await page.getByLabel('Operation').selectOption('dli.stop');
    await page.getByLabel('Job ids').fill('31; 32\n33 | 9223372036854775807');
    await page.getByLabel('trigger_savepoint, per call').selectOption('true');
    await page.getByText('4 jobs, 1 call').waitFor();
    const curl = await page.getByLabel('curl', { exact: true }).textContent();
    expect(curl).toContain('"jobs":["31","32","33","9223372036854775807"]');
    const commandLine = page.getByLabel('command line', { exact: true });
    await commandLine
      .getByText(
        `job-fanin stop 31 32 33 9223372036854775807 --project ${PROJECT} --trigger-savepoint`,
      )
      .waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Accepted, 4 jobs:').waitFor();
    await page.getByRole('status').getByRole('link').click();
    await page.getByText('4 of 4 settled').waitFor();
    expect(room.stack.upstream.calls.at(-1)).toMatchObject({
      operation: 'dli.stop',
      job_ids: ['31', '32', '33', '9223372036854775807'],
      options: { trigger_savepoint: true },
    });
    await page.getByRole('link', { name: 'Repeat this intent' }).click();
    await page.getByText('4 jobs, 1 call').waitFor();
    expect(await page.getByLabel('trigger_savepoint, per call').inputValue()).toBe('true');
    await page.context().close();
  });

  it('sends each sample as its sender would, webhooks with their signatures', async () => {
    const page = await room.open('/#/send');
    const choice = page.getByLabel('Sample');
    const names = await choice.getByRole('option').allTextContents();
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) {
      await choice.selectOption(name);
      await page.getByRole('button', { name: 'Send the sample' }).click();
      await page.getByText(`${name.split(':')[0]} was taken`).waitFor();
    }
    await room.stack.idle();
    const callers = new Set(room.stack.results().map(({ caller }) => caller));
    for (const name of ['dev-github', 'dev-alertmanager', 'dev-webhook'])
      expect(callers).toContain(name);
    await page.context().close();
  });

  it('is told every fault before anything is sent', async () => {
    const page = await room.open('/#/send');
    await page.getByLabel('Job ids').fill('12, not-a-number');
    await page.getByText('The service would refuse this:').waitFor();
    await page.context().close();
  });

  it('switches trouble on and off by name, and sees that it is on', async () => {
    const page = await room.open('/#/break');
    const outage = page.getByRole('switch', { name: 'Outage' });
    await outage.click();
    await expect.poll(() => room.stack.upstream.behaviour()['*']?.down).toBe(true);
    await expect.poll(() => outage.getAttribute('aria-checked')).toBe('true');
    await page.getByRole('link', { name: 'Flow' }).click();
    await page.getByText('The simulated upstream was told to make trouble.').waitFor();
    await page.getByRole('link', { name: 'See what, and put it back' }).click();
    await page.getByRole('button', { name: 'Put everything back' }).click();
    await expect.poll(() => room.stack.upstream.behaviour()['*']?.down ?? false).toBe(false);
    await page.context().close();
  });

  it('kills a reply, and sees that nothing is sent twice', async () => {
    const page = await room.open('/#/tour');
    await page.getByRole('button', { name: 'Kill a reply' }).click();
    await page.getByText('Nothing was sent twice').waitFor();
    await page.getByRole('button', { name: 'Send a bad id' }).click();
    await page.getByText('19 delivered, 1 rejected').waitFor();
    await page.context().close();
  });

  it('meets ids and names as text, also where they look like markup', async () => {
    const name = '<img src=x onerror="document.title=1">';
    const body = { operation: 'dli.run', project_id: PROJECT, jobs: ['41'], correlation_id: name };
    const { intentId } = await room.stack.post('/v1/intents', JSON.stringify(body));
    await room.stack.idle();
    const page = await room.open(`/#/intent?id=${intentId}`);
    await page.getByText(name, { exact: true }).waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    const hash = `/#/job?${new URLSearchParams({ service: 'drs', project: PROJECT, job: '<b>bold</b>' })}`;
    const other = await room.open(hash);
    await other.getByRole('heading', { level: 1, name: '<b>bold</b>' }).waitFor();
    expect(await other.locator('main h1 b').count()).toBe(0);
    await Promise.all([page.context().close(), other.context().close()]);
  });

  it('and no page said an error', async () => {
    await wish(room.stack, ['51']);
    expect(room.errors).toEqual([]);
  });
});
