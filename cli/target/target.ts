import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, createClient } from '../../clients/typescript/src/client.ts';
import { type Options, textIn } from '../command.ts';
import { CommandError, EXIT, usageError } from '../exit.ts';
import { reasonOf } from '../text/reason.ts';
import type { World } from '../world.ts';
import { readEmbedded } from './embedded.ts';
import type { Parts } from './parts.ts';

/** The job-fanin that a command is about. */
export interface Target {
  /** For messages: its address, or its stack. */
  readonly name: string;
  readonly isEmbedded: boolean;
  readonly url: string;
  /** A client of its public API, which repeats what may pass. */
  readonly client: Client;
  readonly token: string;
  /** What else it consists of. Read at the first use. */
  readonly parts: () => Promise<Parts>;
}

/** Where `npm start` listens. */
const DEFAULT_URL = 'http://127.0.0.1:3000';

/** The public token of the embedded stack's development caller. */
const DEV_TOKEN = 'dev-token';

/** The embedded stack writes its address into this file of its data folder. */
const ADDRESS_FILE = 'address.txt';

const addressIn = async (folder: string): Promise<string> => {
  const path = join(folder, ADDRESS_FILE);
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    throw new CommandError(EXIT.unanswered, 'no embedded stack runs on this data folder', {
      where: path,
      remedy: 'start it with npm start and this DATA_DIR, or name its address with --url',
    });
  }
};

const readToken = async (path: string): Promise<string> => {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    throw usageError('the token file cannot be read', 'name a file that you may read', path);
  }
};

/** The token that was given by a file or a variable. Never by an argument: other users see those. */
const givenToken = async (
  { environment }: World,
  options: Options,
): Promise<string | undefined> => {
  const file = textIn(options, 'tokenFile');
  return file === undefined ? environment.JOB_FANIN_TOKEN || undefined : readToken(file);
};

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

/** A wrong address is told before anything is sent to it. */
const clientOf = (url: string, token: string): Client => {
  try {
    return createClient({ url, token });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw usageError(why, 'give an address such as http://127.0.0.1:3000', url);
  }
};

const embedded = async (world: World, options: Options): Promise<Target> => {
  const folder = textIn(options, 'dataDir');
  const url =
    textIn(options, 'url') ?? (folder === undefined ? DEFAULT_URL : await addressIn(folder));
  const { environment } = world;
  const token = (await givenToken(world, options)) ?? (environment.DEV_TOKEN || DEV_TOKEN);
  const client = clientOf(url, token);
  const parts = once(() => readEmbedded({ url, token, environment }));
  return { name: url, isEmbedded: true, url, client, token, parts };
};

/** As the AWS CLI finds it. AWS's clients for JavaScript know no AWS_DEFAULT_REGION. */
const regionOf = ({ environment }: World, options: Options): string | undefined =>
  textIn(options, 'region') ??
  (environment.AWS_REGION || environment.AWS_DEFAULT_REGION || undefined);

const deployed = async (world: World, options: Options, stack: string): Promise<Target> => {
  // AWS's clients take longer to load than all the rest: only commands that need one load it.
  const { readStack } = await import('./stack.ts');
  const { name, parts } = await readStack(stack, regionOf(world, options));
  const token = await givenToken(world, options);
  const url = parts.output('ApiUrl');
  const client = clientOf(url, token ?? 'none');
  const own = { name, isEmbedded: false, url, client };
  return { ...own, token: token ?? '', parts: async () => parts };
};

/**
 * Finds what a command is about. `--stack` wins, then `--url`, then the stack on `--data-dir`, then the default address of
 * `npm start`.
 */
export const findTarget = (world: World, options: Options): Promise<Target> => {
  const stack = textIn(options, 'stack');
  return stack === undefined ? embedded(world, options) : deployed(world, options, stack);
};

const PATIENCE_MS = 5_000;

/** The client itself would try for a minute. A person who forgot to start the stack is told at once. */
const checkReached = async ({ url }: Target): Promise<void> => {
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (cause) {
    throw new CommandError(EXIT.unanswered, `job-fanin does not answer: ${reasonOf(cause)}`, {
      where: url,
      remedy:
        'start it with npm start, name its address with --url, or a deployed one with --stack',
    });
  }
};

/** The same, for commands that call the public API: a deployed one lets in only a caller with a token. */
export const findCallable = async (world: World, options: Options): Promise<Target> => {
  const target = await findTarget(world, options);
  if (target.token !== '') {
    await checkReached(target);
    return target;
  }
  throw usageError(
    'no token of a caller',
    'set JOB_FANIN_TOKEN, or --token-file, to the token of a bearer caller in the callers secret',
    target.name,
  );
};
