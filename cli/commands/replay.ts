import { Option } from 'commander';
import { ProblemError } from '../../clients/typescript/src/errors.ts';
import { type CliCommand, flagIn, type Options, textIn } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { EXIT, type Exit } from '../exit.ts';
import { jsonOption, targetOptions, wholeOption, yesOption } from '../options.ts';
import { chooseJobs } from '../replay/choose-jobs.ts';
import { asFirstAccepted } from '../replay/first-accepted.ts';
import { readStates } from '../replay/job-states.ts';
import type { LetterQueue, Message } from '../replay/letter.ts';
import { readLetter } from '../replay/read-letter.ts';
import { fateOf, inOrder, jobsIn, type Planned, withoutRepeats } from '../replay/replay-plan.ts';
import { faultOf, sendLetter } from '../replay/send-letter.ts';
import type { Letters } from '../target/letters.ts';
import { type OpenLedger, openLedgerOf } from '../target/open-ledger.ts';
import { findCallable, findTarget, type Target } from '../target/target.ts';
import { clean, cleanJson } from '../text/clean.ts';
import { letterJson, lettersTable } from '../text/letters-text.ts';
import { counted } from '../text/times.ts';
import type { World } from '../world.ts';

const QUEUES: readonly LetterQueue[] = ['dead-letters', 'failed-events'];
const DEFAULT_LIMIT = 100;

const planOne = async (
  world: World,
  ledger: OpenLedger,
  message: Message,
  withStale: boolean,
): Promise<Planned> => {
  const read = readLetter(message, world.now());
  if (read.wish === undefined) return { letter: read, choice: undefined };
  const wish = await asFirstAccepted(ledger, read.wish);
  const letter = { ...read, wish };
  const choice = chooseJobs(await readStates(ledger, wish), withStale);
  const fault = faultOf(wish, choice, world.now());
  return fault === undefined
    ? { letter, choice }
    : { letter: { ...letter, fault }, choice: undefined };
};

const show = (world: World, planned: readonly Planned[], isJson: boolean): void => {
  if (isJson) for (const one of planned) world.out(cleanJson(letterJson(one)));
  else if (planned.length === 0) world.out('There are no dead letters and no failed events.');
  else for (const line of lettersTable(planned)) world.out(line);
};

/** Sends letters in order. What the service refuses stays, and does not keep the others. */
const sendAll = async (
  world: World,
  edges: { readonly target: Target; readonly letters: Letters },
  chosen: readonly Planned[],
  { isJson, sent }: { readonly isJson: boolean; readonly sent: (message: Message) => void },
): Promise<void> => {
  for (const one of chosen) {
    const { message } = one.letter;
    try {
      const told = await sendLetter(world, edges, one);
      sent(message);
      const back = told.moved_back ? ', and the message is back on the intents queue' : '';
      const line = `${message.id}  is the new intent ${told.intent_id}${back}`;
      world.out(isJson ? cleanJson(told) : clean(line));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      world.say(clean(`${message.id}  was refused: ${error.message}`));
    }
  }
};

const queuesIn = (options: Options): readonly LetterQueue[] => {
  const only = textIn(options, 'only');
  return QUEUES.filter((queue) => only === undefined || queue === only);
};

const limitIn = ({ limit }: Options): number => (typeof limit === 'number' ? limit : DEFAULT_LIMIT);

/** Takes from the queues at once: each is polled until it is empty. What was taken is told, also if another queue fails. */
const takeAll = async (
  letters: Letters,
  options: Options,
  tell: (message: Message) => void,
): Promise<void> => {
  const takes = queuesIn(options).map(async (queue) =>
    (await letters.take(queue, limitIn(options))).forEach(tell),
  );
  for (const one of await Promise.allSettled(takes))
    if (one.status === 'rejected') throw one.reason;
};

const run = async (world: World, options: Options): Promise<Exit> => {
  const isJson = flagIn(options, 'json');
  // A list calls no public API, so it needs no caller.
  const find = flagIn(options, 'list') ? findTarget : findCallable;
  const target = await find(world, options);
  const parts = await target.parts();
  const ledger = await openLedgerOf(parts, world);
  const { openLetters } = await import('../target/letters.ts');
  const letters = openLetters(parts);
  const left = new Map<string, Message>();
  try {
    await takeAll(letters, options, (message) => left.set(message.receipt, message));
    const withStale = flagIn(options, 'stale');
    const plans = [...left.values()].map((message) => planOne(world, ledger, message, withStale));
    const planned = withoutRepeats(inOrder(await Promise.all(plans)));
    show(world, planned, isJson);
    const chosen = planned.filter((one) => fateOf(one) === 'replay');
    if (flagIn(options, 'list') || chosen.length === 0)
      return planned.length > 0 && !flagIn(options, 'list') ? EXIT.trouble : EXIT.done;
    const what = `${counted(jobsIn(chosen), 'job')} of ${counted(chosen.length, 'message')}`;
    if (!flagIn(options, 'yes')) await confirmed(world, `Hand in ${what} as new intents?`);
    await sendAll(world, { target, letters }, chosen, {
      isJson,
      sent: ({ receipt }) => left.delete(receipt),
    });
    return left.size === 0 ? EXIT.done : EXIT.trouble;
  } finally {
    await letters.giveBack([...left.values()]);
    letters.close();
  }
};

/** Dead letters and failed events, as new intents. */
export const replayCommand: CliCommand = {
  name: 'replay',
  example: 'replay --list',
  summary: 'list dead letters and failed events, and hand them in as new intents',
  details:
    'A job with the outcome failed is not tried again when its message is moved back: that takes a new intent. Jobs that have another outcome are left out, and so are those for which a newer intent came since.',
  options: [
    new Option('--list', 'only list them'),
    new Option('--only <queue>', 'one of the two queues').choices([...QUEUES]),
    new Option('--stale', 'also jobs for which a newer intent was carried out since'),
    wholeOption('--limit <count>', `messages of each queue at most; ${DEFAULT_LIMIT} without it`, {
      least: 1,
      most: 10_000,
    }),
    yesOption(),
    jsonOption(),
    ...targetOptions(),
  ],
  run: (world, _, options) => run(world, options),
};
