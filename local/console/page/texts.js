import { state } from './state.js';

/** The same wish as a curl command, as a program of the client, and on the command line. */

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const SHORT = { 'dli.run': 'run', 'dli.stop': 'stop', 'drs.start': 'start' };

const flags = (options) =>
  Object.entries(options).map(([name, value]) => {
    const spelt = name.replaceAll('_', '-');
    if (value === true) return `--${spelt}`;
    return value === false ? `--no-${spelt}` : `--${spelt} ${quote(String(value))}`;
  });

/** The public token is written out. Another one stays in the environment. */
const bearer = () =>
  state.about?.token
    ? `'authorization: Bearer ${state.about.token}'`
    : '"authorization: Bearer $JOB_FANIN_TOKEN"';

export const curlText = (intent) =>
  `curl -sS -X POST ${location.origin}/v1/intents \\
  -H ${bearer()} \\
  -H 'content-type: application/json' \\
  -d ${quote(JSON.stringify(intent))}`;

export const clientText = (intent) =>
  `import { createClient } from 'job-fanin-client';

const client = createClient({
  url: '${location.origin}',
  token: ${state.about?.token ? `'${state.about.token}'` : '() => process.env.JOB_FANIN_TOKEN'},
});
const receipt = await client.submit(${JSON.stringify(intent, null, 2)});
const { jobs } = await client.settled(receipt.intent_id);`;

export const cliText = ({ operation, project_id, jobs, options = {}, correlation_id }) => {
  const ids = jobs.map((job) => (typeof job === 'string' ? job : job.job_id));
  const { job_id: _, ...ofJob } = typeof jobs[0] === 'object' ? jobs[0] : {};
  const parts = [
    'npx job-fanin',
    SHORT[operation] ?? operation,
    ...ids.map((id) => (/^[\w-]+$/.test(id) ? id : quote(id))),
    `--project ${project_id}`,
    ...flags({ ...options, ...ofJob }),
    ...(correlation_id ? [`--correlation-id ${quote(correlation_id)}`] : []),
  ];
  return parts.join(' ');
};
