import { ProblemError } from '../../clients/typescript/src/errors.ts';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import { isObject, parseJson } from '../../shared/json/json.ts';
import type { Target } from '../target/target.ts';
import { bad, type Finding, type MakeChecks, ok, warning } from './check.ts';
import { clockFinding } from './clock.ts';

const PATIENCE_MS = 10_000;

interface Answered {
  readonly status: number;
  readonly date: string | null;
  readonly text: string;
}

/** The answer in full: a body that is left unread holds the process up. */
const ask = async (url: string, path: string): Promise<Answered> => {
  const response = await fetch(new URL(path, url.endsWith('/') ? url : `${url}/`), {
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const { status, headers } = response;
  return { status, date: headers.get('date'), text: await response.text() };
};

const reach = async ({ url, isEmbedded }: Target): Promise<Finding> => {
  const remedy = isEmbedded
    ? 'start the embedded stack with npm start, or name another with --url or --stack'
    : 'check the output ApiUrl, and whether a proxy stands in between';
  const answered = await ask(url, 'openapi.json').catch(() => undefined);
  if (answered === undefined) return bad(`${url} does not answer`, remedy);
  return answered.status === 200
    ? ok(`${url} answers`)
    : bad(`${url} answers ${answered.status}: it is not job-fanin's`, remedy);
};

/** Of the embedded stack: each part that is down. */
const health = async ({ url }: Target): Promise<Finding> => {
  const parsed = parseJson((await ask(url, 'healthz')).text);
  const parts = parsed.ok && isObject(parsed.value) ? parsed.value.parts : undefined;
  const down = Object.entries(isObject(parts) ? parts : {}).filter(([, state]) => state !== 'ok');
  return down.length === 0
    ? ok('every part works')
    : bad(down.map(([name, state]) => `${name} ${state}`).join('; '), 'start the stack again');
};

/** An id that was never given out. A caller that is let in is told that it has no such intent: no metric counts that. */
const letIn = async ({ client, token }: Target, signal: AbortSignal): Promise<Finding> => {
  if (token === '')
    return warning(
      'no token: only commands of operators work',
      'set JOB_FANIN_TOKEN, or --token-file, to the token of a bearer caller',
    );
  try {
    await client.status(newIntentId(), { signal, deadlineMs: PATIENCE_MS });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.status !== 404) throw error;
  }
  return ok('the caller is let in');
};

/** The public API: whether it answers, lets the caller in, and has our time. */
export const apiChecks: MakeChecks = (world, target) => [
  // The embedded stack tells its other parts by this address.
  { name: 'public API', comesFirst: target.isEmbedded, run: () => reach(target) },
  ...(target.isEmbedded ? [{ name: 'embedded stack', run: () => health(target) }] : []),
  { name: 'caller', run: () => letIn(target, world.signal) },
  {
    name: 'clock',
    run: async () => clockFinding((await ask(target.url, 'openapi.json')).date, world.now()),
  },
];
