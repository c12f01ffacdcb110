import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_BROWSER, openRoom, type Room } from './browser-room.ts';

const TOKEN = 'a-token-of-our-own';

describe.runIf(HAS_BROWSER)('a stack with a token of its own', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom({ DEV_TOKEN: TOKEN });
  });
  afterAll(() => room.close());

  const ask = { name: 'Which token?' };
  /** The same stack by a name that is not this machine's own, as another machine would reach it. */
  const elsewhere = () => room.stack.url.replace('127.0.0.1', 'other.localhost');

  it('on its machine: it asks, keeps the token until the tab is closed, and sends with it', async () => {
    const page = await room.open('/');
    await page.getByRole('heading', ask).waitFor();
    await page.getByLabel('Token').fill(TOKEN);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Send 200 jobs' }).click();
    await page.getByText('200 wishes were taken').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Send 200 jobs' }).waitFor();
    const other = await room.open('/');
    await other.getByRole('heading', ask).waitFor();
    await Promise.all([page.context().close(), other.context().close()]);
  });

  it('who only looks sees the flow, and is told why nothing can be sent', async () => {
    const page = await room.open('/#/send');
    await page.getByRole('button', { name: 'Only look' }).click();
    await page.getByLabel('Job ids').fill('1');
    await page.getByText('1 job, 1 call').waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Load the page again, and give the token of a caller.').waitFor();
    await page.context().close();
  });

  it('a token that no caller has is forgotten as soon as it was refused', async () => {
    const page = await room.open('/#/send');
    await page.getByLabel('Token').fill('a-wrong-one');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Load the page again, and give the token of a caller.').waitFor();
    await page.reload();
    await page.getByRole('heading', ask).waitFor();
    await page.context().close();
  });

  it('from elsewhere it shows nothing without the token, and all with it', async () => {
    const page = await room.open(elsewhere());
    await page.getByText('From another machine, this page needs').waitFor();
    expect(await page.getByRole('button', { name: 'Only look' }).count()).toBe(0);
    await page.getByLabel('Token').fill('a-wrong-one');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('That was not the token.').waitFor();
    await page.getByLabel('Token').fill(TOKEN);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Send 200 jobs' }).click();
    await page.getByText('200 wishes were taken').waitFor();
    await page.context().close();
  });
});
