import { Option } from 'commander';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import { operations } from '../../shared/operations/index.ts';
import type { Operation, OperationName } from '../../shared/operations/operation.ts';
import { type CliCommand, flagIn, type Options, textIn } from '../command.ts';
import { readIds } from '../input/read-ids.ts';
import { goodRequest } from '../input/read-request.ts';
import { requestedBy, rowOptions } from '../input/row-options.ts';
import { sampleLine } from '../input/samples.ts';
import { keyFor, receiptLine, submit } from '../submit.ts';
import { findCallable } from '../target/target.ts';
import { cleanJson } from '../text/clean.ts';
import type { World } from '../world.ts';
import { handIn } from './hand-in.ts';
import { commonFields, requestOptions } from './request-options.ts';

/** Short names of the operations that are used most. */
const SHORT: Partial<Record<OperationName, string>> = {
  'dli.run': 'run',
  'dli.stop': 'stop',
  'drs.start': 'start',
};

const afterOption = ({ restart }: Operation): readonly Option[] =>
  restart === undefined
    ? []
    : [new Option('--after <name>', `the ${restart.after} to wait for: its intent id or name`)];

const run = async (row: Operation, world: World, args: readonly string[], options: Options) => {
  const ids = await readIds(world, args, textIn(options, 'file'));
  const after = textIn(options, 'after');
  const body = {
    operation: row.name,
    ...commonFields(options),
    ...requestedBy(row, ids, options),
    ...(after !== undefined && { after }),
  };
  const request = goodRequest(body, ids, newIntentId(), world.now());
  const target = await findCallable(world, options);
  return handIn(world, { target, requests: [request], options }, async () => {
    const receipt = await submit(world, target, request, { key: keyFor(options) });
    world.out(flagIn(options, 'json') ? cleanJson(receipt) : receiptLine(receipt));
    return [receipt.intent_id];
  });
};

const commandOf = (row: Operation): CliCommand => {
  const short = SHORT[row.name];
  const name = short ?? row.name;
  const options = [...rowOptions(row), ...afterOption(row), ...requestOptions()];
  return {
    name,
    example: sampleLine(name, row.service, options),
    ...(short !== undefined && { aliases: [row.name] }),
    summary: `${row.name}: hand in an intent for these jobs`,
    details: `Each id is checked before anything is sent. Upstream: ${row.method} ${row.path}.`,
    arguments: [['[ids...]', 'job ids; without any, they are read from stdin']],
    options,
    run: (world, args, options) => run(row, world, args, options),
  };
};

/** One command for each row of the table of operations, with the options of its row. */
export const operationCommands = (): readonly CliCommand[] => operations.map(commandOf);
