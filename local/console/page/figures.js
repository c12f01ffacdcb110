import { count, counted, h, percent, span } from './dom.js';

/** The counters since the start. */

const NONE = {
  jobs: 0,
  intents: 0,
  calls: 0,
  call_jobs: 0,
  call_room: 0,
  fewest: 0,
  p50: null,
  p99: null,
};

const figure = (name, value, note) =>
  h('div', {}, h('dt', {}, name), h('dd', {}, value), h('dd', { class: 'note' }, note));

export const figures = ({
  jobs,
  intents,
  calls,
  call_jobs,
  call_room,
  fewest,
  p50,
  p99,
} = NONE) => [
  figure('Jobs', count(jobs), counted(intents, 'wish', 'wishes')),
  figure('Calls', count(calls), calls === 0 ? '' : `${(call_jobs / calls).toFixed(1)} jobs each`),
  figure('Fill', percent(call_jobs, call_room), 'of the limit'),
  figure(
    'Amplification',
    fewest === 0 ? '–' : `${(calls / fewest).toFixed(2)}×`,
    `fewest: ${count(fewest)}`,
  ),
  figure('Time to verdict', span(p50), `p50 · p99 ${span(p99)}`),
];
