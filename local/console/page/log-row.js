import { callUrl, clock, count, counted, h, intentUrl, jobUrl, span, statusText } from './dom.js';

/** One line of what happens. */

const ENTRY = {
  intents: (e) => [
    h('b', {}, counted(e.intents, 'wish', 'wishes')),
    ` by ${e.way}: ${e.operation}, ${counted(e.jobs, 'job')} `,
    h('a', { href: intentUrl(e.intent_id) }, 'latest'),
  ],
  refused: (e) => [
    h('b', {}, `${counted(e.count, 'request')} refused`),
    ` (${e.way}, ${e.status})`,
  ],
  batch: (e) => [
    h('b', {}, `batch ${e.batch}`),
    `: ${counted(e.messages, 'message')}, ${counted(e.jobs, 'job')}${e.again > 0 ? `, ${count(e.again)} again` : ''}`,
  ],
  'batch-end': (e) => [
    `batch ${e.batch} done after ${span(e.ms)}`,
    e.back > 0 ? `; ${counted(e.back, 'message')} back to the queue` : '',
  ],
  call: (e) => [
    h('a', { href: callUrl(e.call) }, 'call'),
    ` ${e.operation}: ${e.jobs} of ${e.limit} jobs`,
  ],
  look: (e) => [
    h('a', { href: callUrl(e.call) }, 'look'),
    ` at ${counted(e.jobs, 'job')} (${e.operation})`,
  ],
  reply: (e) => [
    h('a', { href: callUrl(e.call) }, 'reply'),
    ` to a ${e.of}: `,
    h('b', { class: e.status === null || e.status >= 300 ? 'hue rejected' : '' }, statusText(e)),
    ` after ${span(e.ms)}`,
  ],
  results: (e) => [
    h('b', { class: `hue ${e.outcome}` }, `${count(e.count)} ${e.outcome}`),
    `${e.evidence ? `, ${e.evidence}` : ''}${e.error ? `, ${e.error}` : ''}: ${e.operation} `,
    h('a', { href: jobUrl(e.operation, e.project_id, e.job_id) }, e.job_id),
  ],
};

export const logRow = (entry) =>
  h(
    'li',
    {},
    h('time', {}, clock(entry.at)),
    h('span', {}, ENTRY[entry.kind]?.(entry) ?? entry.kind),
  );
