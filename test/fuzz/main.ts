import { parseArgs } from 'node:util';
import { type Failure, play, type Report } from './play.ts';
import { openRoom } from './room.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000000' },
    /** Plays this one request of the seed, and shows it. */
    case: { type: 'string' },
  },
});

const write = (text: string): void => void process.stdout.write(`${text}\n`);

const tell = ({ number, faults, one, outcome }: Failure): string =>
  [
    `\nrequest ${number} of seed ${values.seed}: ${faults.join('; ')}`,
    `  ${one.base.scheme} of ${one.base.caller.id}, ${one.base.due}; ${one.mutations.join(', ') || 'unchanged'}`,
    `  ${JSON.stringify(one.event).slice(0, 3_000)}`,
    `  ${JSON.stringify(outcome)?.slice(0, 3_000)}`,
    `  again: npm run fuzz -- --seed ${values.seed} --case ${number}`,
  ].join('\n');

const sum = (
  { requests, taken, messages, statuses, schemes, failed }: Report,
  seconds: number,
): string =>
  [
    `${requests} requests in ${seconds.toFixed(0)} s; ${taken} taken, as ${messages} messages`,
    [...statuses]
      .toSorted(([a], [b]) => a - b)
      .map(([status, count]) => `  ${status === 0 ? 'not HTTP' : status}: ${count}`)
      .join('\n'),
    `taken by scheme: ${[...schemes].map((pair) => pair.join(' ')).join(', ')}`,
    `${failed.length} failures${failed.length > 0 ? `: requests ${failed.slice(0, 50).join(', ')}` : ''}`,
  ].join('\n');

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

const room = await openRoom();
const began = performance.now();
const report = await play(room, {
  seed: Number(values.seed),
  count: values.case === undefined ? Number(values.count) : 1,
  from: Number(values.case ?? 0),
  onProgress: (requests) => write(`${requests} requests`),
});
room.close();
write([...report.failures.map(tell), sum(report, (performance.now() - began) / 1_000)].join('\n'));
if (unhandled.length > 0)
  write(`${unhandled.length} unhandled rejections: ${String(unhandled[0])}`);
process.exitCode = report.failures.length + unhandled.length > 0 ? 1 : 0;
