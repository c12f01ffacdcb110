import { callUrl, clock, count, counted, h, hueOf, statusText } from './dom.js';

/** One batch in the list of batches. */

const bar = ({ call, operation, jobs, limit, status, fault }) =>
  h(
    'a',
    {
      class: `bar ${hueOf(operation)} ${status === null || status >= 300 ? 'wrong' : ''}`,
      href: callUrl(call),
      'aria-label': `${operation}, ${jobs} of ${limit} jobs, ${statusText({ status, fault })}`,
      title: `${operation} · ${jobs} of ${limit} jobs · ${statusText({ status, fault })}`,
    },
    bars(jobs / limit),
  );

const bars = (share) => {
  const filled = h('i');
  filled.style.width = `${Math.max(4, Math.min(100, share * 100))}%`;
  return filled;
};

const outcomeTags = ({ outcomes, back = 0 }) => [
  ...Object.entries(outcomes).map(([outcome, n]) =>
    h('span', { class: `tag hue ${outcome}` }, `${count(n)} ${outcome}`),
  ),
  back > 0 && h('span', { class: 'tag' }, `${count(back)} back to the queue`),
];

export const batchRow = (batch) => {
  const { at, intents, again, calls, call_count: all } = batch;
  const came = again > 0 ? ` (${count(again)} again)` : '';
  return h(
    'li',
    { class: 'batch' },
    h('span', { class: 'soft mono' }, clock(at)),
    h('span', {}, `${counted(intents, 'wish', 'wishes')}${came} → ${counted(all, 'call')}`),
    h('span', { class: 'row' }, outcomeTags(batch)),
    h('span'),
    h('span', { class: 'bars' }, calls.slice(0, 20).map(bar)),
    h('span', { class: 'soft small' }, batch.looks > 0 ? counted(batch.looks, 'look') : ''),
  );
};
