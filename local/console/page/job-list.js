import { outcomeTag } from './blocks.js';
import { callUrl, count, h, jobUrl } from './dom.js';

/** The jobs of an intent or a call, and what became of each. */

const MOST_ROWS = 500;

/** What became of a job; or where it went on, if another call or look gave the verdict. */
const verdictOf = (one) =>
  one.next
    ? h(
        'span',
        {},
        'none: it went on in ',
        h('a', { href: callUrl(one.next.call) }, `a later ${one.next.kind}`),
      )
    : outcomeTag(one);

const sumOf = (jobs) =>
  [
    ...Map.groupBy(
      jobs,
      ({ outcome, next }) => outcome ?? (next ? 'went on' : 'without a verdict yet'),
    ),
  ]
    .map(([outcome, some]) => `${count(some.length)} ${outcome}`)
    .join(', ');

export const jobList = (operation, project, jobs) => [
  h('p', {}, h('b', {}, `${sumOf(jobs)}.`)),
  h(
    'ul',
    { class: 'list jobs scroll', tabindex: 0, 'aria-label': 'Jobs' },
    jobs
      .slice(0, MOST_ROWS)
      .map((one) =>
        h(
          'li',
          {},
          h('a', { class: 'mono', href: jobUrl(operation, project, one.job_id) }, one.job_id),
          verdictOf(one),
        ),
      ),
  ),
  jobs.length > MOST_ROWS && h('p', { class: 'soft small' }, `The first ${MOST_ROWS} are listed.`),
];
