import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRecord } from '../../local/console/record.ts';
import { HAS_BROWSER, openRoom, type Room } from './browser-room.ts';
import { frameThat, PROJECT, wish } from './console-room.ts';

const PER_SECOND = 1_000;

const resultOf = (n: number, at: string) => ({
  result_id: `${n}`,
  outcome: 'delivered',
  evidence: 'positional',
  operation: 'dli.run',
  project_id: PROJECT,
  job_id: String(n),
  intent_id: `intent-${Math.floor(n / 10)}`,
  caller: 'dev-bearer',
  accepted_at: at,
  settled_at: at,
});

const eventOf = (n: number, at: string) => ({
  version: '0',
  id: String(n),
  'detail-type': 'Job Control Result',
  source: 'job-fanin',
  account: '000000000000',
  time: at,
  region: 'eu-west-1',
  resources: [],
  detail: resultOf(n, at),
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const bytesInUse = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

describe('the record of ten minutes at a thousand results per second', () => {
  it('is bounded, and costs a small part of a processor', async () => {
    const record = makeRecord({ now: Date.now, maxJobsPerCall: () => 100 });
    const at = new Date().toISOString();
    const second = (from: number): void => {
      for (let n = from; n < from + PER_SECOND; n += 1) {
        if (n % 10 === 0)
          record.came({
            kind: 'accepted',
            arrivals: [
              {
                way: 'native route',
                intent_id: `intent-${n / 10}`,
                operation: 'dli.run',
                project_id: PROJECT,
                job_count: 10,
                at: Date.now(),
              },
            ],
          });
        record.event(eventOf(n, at));
      }
    };
    for (let s = 0; s < 60; s += 1) second(s * PER_SECOND);
    const before = bytesInUse();
    const { user } = process.cpuUsage();
    for (let s = 60; s < 600; s += 1) second(s * PER_SECOND);
    const seconds = (process.cpuUsage().user - user) / 1e6;
    expect(bytesInUse() - before).toBeLessThan(64 * 1_024 * 1_024);
    expect(seconds / 540).toBeLessThan(0.1);
    expect(record.figures().outcomes).toEqual({ delivered: 600 * PER_SECOND });
    expect([...record.intents.all()].length).toBeLessThanOrEqual(20_000);
    expect(record.since(0).length).toBeLessThan(2_300);
  });
});

describe.runIf(HAS_BROWSER)('a page that is open at a thousand results per second', () => {
  const SECONDS = 10;
  let room: Room;
  let sent = 0;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room.close());

  const jobsOf = (round: number) =>
    Array.from({ length: PER_SECOND }, (_, i) => String(1_000_000 + round * PER_SECOND + i));

  /** Sends a second's jobs, and takes a second. */
  const second = async (round: number): Promise<void> => {
    const due = Date.now() + 1_000;
    await wish(room.stack, jobsOf(round));
    sent += PER_SECOND;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - Date.now())));
  };

  it('lets an id of the live list be pressed: it stands still under the pointer and with the focus', async () => {
    const page = await room.open();
    const rounds = (async () => {
      for (let round = 0; round < 4; round += 1) await second(100 + round);
    })();
    const log = page.getByRole('list', { name: 'What happens, the latest first' });
    await log.getByRole('link', { name: /^\d+$/ }).first().waitFor();
    await log.hover();
    const id = log.getByRole('link', { name: /^\d+$/ }).first();
    const name = await id.textContent();
    await id.scrollIntoViewIfNeeded();
    const box = await id.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 4, (box?.y ?? 0) + 4);
    await page.mouse.down();
    await rounds;
    await page.mouse.up();
    await page.getByRole('heading', { level: 1, name: name ?? '' }).waitFor();
    await page.goBack();
    await log.getByRole('link').first().focus();
    await second(104);
    const hasFocus = "document.activeElement === document.querySelector('.log a')";
    expect(await page.evaluate(hasFocus)).toBe(true);
    await room.stack.idle();
    await page.context().close();
  });

  it('stays small, still, and up to date; and each frame is small', async () => {
    const page = await room.open();
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const metrics = async () => {
      const { metrics: all } = await session.send('Performance.getMetrics');
      return Object.fromEntries(all.map(({ name, value }) => [name, value]));
    };
    await page.evaluate(
      `globalThis.shifted = 0; new PerformanceObserver((list) => {
        for (const one of list.getEntries()) if (!one.hadRecentInput) globalThis.shifted += one.value;
      }).observe({ type: 'layout-shift', buffered: false })`,
    );
    const before = await metrics();
    for (let round = 0; round < SECONDS; round += 1) {
      await second(round);
    }
    await room.stack.idle();
    const all = sent.toLocaleString('en');
    await page.getByRole('term').filter({ hasText: 'Jobs' }).waitFor();
    await page.getByText(all, { exact: true }).first().waitFor();
    const after = await metrics();
    const heap = (after.JSHeapUsedSize ?? 0) / 1_048_576;
    const busy = ((after.TaskDuration ?? 0) - (before.TaskDuration ?? 0)) / SECONDS;
    console.log(
      `page: ${heap.toFixed(1)} MB, ${after.Nodes} nodes, ${busy.toFixed(2)} s of work per second`,
    );
    expect(heap).toBeLessThan(60);
    expect(after.Nodes).toBeLessThan(20_000);
    expect(busy).toBeLessThan(1);
    expect(await page.evaluate('globalThis.shifted')).toBeLessThan(0.01);
    const frame = await frameThat(room.stack.url, () => true);
    expect(JSON.stringify(frame.data).length).toBeLessThan(256 * 1_024);
    expect(room.errors).toEqual([]);
    await page.context().close();
  });
});
