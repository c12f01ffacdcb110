import { counted, h, jobUrl } from './dom.js';

/** Jobs that wait, why, and until when. */

export const waitRow = ({ why, count: n, until, operation, project_id, job_id }) =>
  h(
    'li',
    { class: 'wait' },
    why === 'others'
      ? h('span', {}, h('b', {}, counted(n, 'more job')), ' that the ledger was not asked about')
      : h(
          'span',
          {},
          h('b', {}, counted(n, 'job')),
          ` of ${operation}: ${why} `,
          h('a', { href: jobUrl(operation, project_id, job_id) }, job_id),
        ),
    h('span', { class: 'count', 'data-until': until }, ''),
  );
