import * as v from 'valibot';
import type { Environment } from '../../shared/json/settings.ts';
import { CommandError, EXIT } from '../exit.ts';
import { reasonOf } from '../text/reason.ts';
import { type ClientConfig, type Parts, partsOf } from './parts.ts';

const texts = v.record(v.string(), v.string());

/** What `GET /local/stack` answers. */
const schema = v.object({ region: v.string(), outputs: texts, endpoints: texts });

const PATIENCE_MS = 10_000;

const unreachable = (url: string, what: string, remedy: string): CommandError =>
  new CommandError(EXIT.unanswered, what, { where: url, remedy });

const ask = async (url: string, token: string): Promise<Response> => {
  try {
    return await fetch(new URL('/local/stack', url), {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (cause) {
    throw unreachable(
      url,
      `the embedded stack does not answer: ${reasonOf(cause)}`,
      'start it with npm start, name its address with --url, or a deployed one with --stack',
    );
  }
};

/** The embedded servers take any key. A real one beside them takes that of the shell. */
const credentialsIn = (environment: Environment) => ({
  accessKeyId: environment.AWS_ACCESS_KEY_ID || 'local',
  secretAccessKey: environment.AWS_SECRET_ACCESS_KEY || 'local',
  ...(environment.AWS_SESSION_TOKEN && { sessionToken: environment.AWS_SESSION_TOKEN }),
});

/** The parts of the embedded stack at this address, as it tells them itself. */
export const readEmbedded = async (options: {
  readonly url: string;
  readonly token: string;
  readonly environment: Environment;
}): Promise<Parts> => {
  const { url, token, environment } = options;
  const response = await ask(url, token);
  if (response.status === 403)
    throw unreachable(
      url,
      'the embedded stack shows its parts to its own machine alone',
      'set JOB_FANIN_TOKEN to its DEV_TOKEN',
    );
  const read = v.safeParse(schema, await response.json().catch(() => undefined));
  if (!read.success)
    throw unreachable(
      url,
      'this is no embedded stack of this release',
      'name a deployed stack with --stack; for an embedded one, start this release',
    );
  const { region, outputs, endpoints } = read.output;
  const config = (service: string): ClientConfig => {
    const endpoint = service === 'lambda' ? url : endpoints[service];
    const own = { region, credentials: credentialsIn(environment), maxAttempts: 3 };
    return endpoint === undefined ? own : { ...own, endpoint };
  };
  return partsOf({ ApiUrl: url, ...outputs }, config, url);
};
