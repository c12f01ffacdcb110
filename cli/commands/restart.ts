import { newIntentId } from '../../shared/edge/intent-id.ts';
import { OPERATIONS, operations } from '../../shared/operations/index.ts';
import type { Operation } from '../../shared/operations/operation.ts';
import { type CliCommand, flagIn, type Options, textIn } from '../command.ts';
import { readIds } from '../input/read-ids.ts';
import { type GoodRequest, goodRequest } from '../input/read-request.ts';
import { requestedBy, rowOptions } from '../input/row-options.ts';
import { sampleLine } from '../input/samples.ts';
import { keyFor, receiptLine, submit } from '../submit.ts';
import { findCallable, type Target } from '../target/target.ts';
import { cleanJson } from '../text/clean.ts';
import type { World } from '../world.ts';
import { handIn } from './hand-in.ts';
import { commonFields, requestOptions } from './request-options.ts';

/** A stop and the operation that follows it. */
interface Pair {
  readonly stop: Operation;
  readonly begin: Operation;
}

const pairs: readonly Pair[] = operations.flatMap((begin) =>
  begin.restart === undefined ? [] : [{ stop: OPERATIONS[begin.restart.after], begin }],
);

/** The run is handed in under the id that the stop's answer gave. If that fails, the stop goes on alone. */
const send = async (
  world: World,
  target: Target,
  { stop, begin }: { readonly stop: GoodRequest; readonly begin: GoodRequest },
  options: Options,
): Promise<readonly string[]> => {
  const key = keyFor(options);
  const tell = flagIn(options, 'json') ? cleanJson : receiptLine;
  const stopped = await submit(world, target, stop, { key, part: '-stop' });
  world.out(tell(stopped));
  const after = stopped.intent_id;
  const sent = { ...begin.sent, after };
  const begun = await submit(world, target, { ...begin, sent }, { key, part: '-run' }).catch(
    (error: unknown) => {
      world.say(`The stop ${after} was accepted, and what follows it was not.`);
      throw error;
    },
  );
  world.out(tell(begun));
  return [stopped.intent_id, begun.intent_id];
};

const run = async (
  { stop, begin }: Pair,
  world: World,
  args: readonly string[],
  options: Options,
) => {
  const ids = await readIds(world, args, textIn(options, 'file'));
  const common = commonFields(options);
  const good = (row: Operation, more: object = {}): GoodRequest => {
    const body = { operation: row.name, ...common, ...requestedBy(row, ids, options), ...more };
    return goodRequest(body, ids, newIntentId(), world.now());
  };
  const first = good(stop);
  const second = good(begin, { after: first.intent.intent_id });
  const target = await findCallable(world, options);
  return handIn(world, { target, requests: [first, second], options }, () =>
    send(world, target, { stop: first, begin: second }, options),
  );
};

const SHORT: Readonly<Record<string, string>> = { 'dli.restart': 'restart' };

const commandOf = (pair: Pair): CliCommand => {
  const { stop, begin } = pair;
  const long = `${begin.service}.restart`;
  const short = SHORT[long];
  const name = short ?? long;
  const options = [...rowOptions(stop), ...rowOptions(begin), ...requestOptions()];
  return {
    name,
    example: sampleLine(name, begin.service, options),
    ...(short !== undefined && { aliases: [long] }),
    summary: `${stop.name}, and then ${begin.name} once each job stands still`,
    details: `The ${begin.name} names the ${stop.name} by "after", so it waits for it in whatever order the queue gives them.`,
    arguments: [['[ids...]', 'job ids; without any, they are read from stdin']],
    options,
    run: (world, args, options) => run(pair, world, args, options),
  };
};

/** One command for each operation that makes a restart with the one before it. */
export const restartCommands = (): readonly CliCommand[] => pairs.map(commandOf);
