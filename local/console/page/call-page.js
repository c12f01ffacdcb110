import { get } from './api.js';
import { facts, pretty, section, title } from './blocks.js';
import { h, span, statusText } from './dom.js';
import { jobList } from './job-list.js';

/** The page of one call, or of one look. */

const wireText = ({ headers, body }, first) =>
  h(
    'pre',
    { tabindex: 0 },
    `${first}\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n')}\n\n${pretty(body)}`,
  );

const wireSections = ({ wire, kind }) => {
  if (wire === undefined)
    return section(
      'On the wire',
      h('p', { class: 'empty' }, 'The texts are kept of the latest 300 requests alone.'),
    );
  const { request, reply } = wire;
  return h(
    'div',
    { class: 'half' },
    section('Request, secrets blanked', wireText(request, `${request.method} ${request.path}`)),
    section(
      'Reply',
      reply
        ? wireText(reply, `HTTP ${reply.status}`)
        : h('p', {}, `None was sent: to job-fanin this ${kind} may or may not have been served.`),
    ),
  );
};

export const callPage = async ({ id }) => {
  const { call, verdicts } = await get('/local/console/call', { id });
  const { operation, project_id: project, job_ids: jobs } = call;
  return [
    title(call.kind === 'call' ? `Call: ${operation}` : 'Look at the state of jobs', id),
    section(
      'In short',
      facts([
        ['jobs', call.limit ? `${jobs.length} of ${call.limit} that fit` : String(jobs.length)],
        ['project', project],
        ['options', JSON.stringify(call.options)],
        ['answer', statusText(call)],
        ['fault', call.fault],
        ['time', call.ms === undefined ? undefined : span(call.ms)],
        ['batch', call.batch === undefined ? undefined : String(call.batch)],
      ]),
    ),
    wireSections(call),
    section(
      `Its jobs, and what came of them by this ${call.kind}`,
      jobList(operation, project, verdicts),
    ),
  ];
};
