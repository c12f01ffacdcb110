import { get } from './api.js';
import { facts, json, section, title } from './blocks.js';
import { h, repeatUrl } from './dom.js';
import { jobList } from './job-list.js';

/** The page of one intent. */

export const intentPage = async ({ id }) => {
  const { intent, events, event_count: all } = await get('/local/console/intent', { id });
  const { operation, project_id: project, message = {} } = intent;
  return [
    h(
      'div',
      { class: 'between' },
      title(`Intent: ${operation}`, id),
      h('a', { href: repeatUrl(id) }, 'Repeat this intent'),
    ),
    section(
      'As it came',
      facts([
        ['way in', intent.way],
        ['caller', message.caller],
        ['project', project],
        ['jobs', `${intent.settled} of ${intent.job_count} settled`],
        ['options', message.options && JSON.stringify(message.options)],
        ['accepted', message.accepted_at ?? new Date(intent.at).toISOString()],
        ['deadline', message.expires_at],
        ['correlation id', message.correlation_id],
        ['sequence', message.sequence],
        ['after', message.after ?? message.after_name],
      ]),
    ),
    section(
      'Jobs',
      intent.jobs.length === 0
        ? h(
            'p',
            { class: 'empty' },
            'It is on the queue: its jobs are known once its batch has begun.',
          )
        : jobList(operation, project, intent.jobs),
    ),
    events.length > 0 &&
      section(`Result events (${all})`, json(events.slice(-20).map(({ detail }) => detail))),
  ];
};
