import { get } from './api.js';
import { facts, json, section, story, title } from './blocks.js';
import { callUrl, clock, counted, h, intentUrl, span, statusText } from './dom.js';

/** The page of one job. */

const resultsOf = (events) =>
  events.flatMap(({ detail }) => (Array.isArray(detail.results) ? detail.results : [detail]));

const resultText = ({
  outcome,
  evidence,
  error,
  call,
  queued_ms: queued,
  upstream_ms: upstream,
}) => [
  h('b', { class: `hue ${outcome}` }, outcome),
  `${evidence ? ` by ${evidence} evidence` : ''}${error ? `: ${error.code}: ${error.message}` : ''}`,
  call ? ` (a call of ${counted(call.size, 'job')}, attempt ${call.attempts}` : ' (no call',
  `; ${span(queued)} queued, ${span(upstream)} upstream)`,
];

const intentStory = ({ intent_id, at, way, operation, message }) => ({
  at,
  hue: 'c0',
  text: [
    h('a', { href: intentUrl(intent_id) }, 'wish'),
    ` ${operation}${way ? ` by ${way}` : ''}${message?.caller ? `, caller ${message.caller}` : ''}: accepted`,
  ],
});

const callStory = (one) => ({
  at: one.at,
  hue: one.status === null || one.status >= 300 ? 'rejected' : 'c1',
  text: [
    h('a', { href: callUrl(one.call) }, one.kind),
    ` ${one.operation} with ${counted(one.jobs, 'job')}: ${statusText(one)}${one.ms === undefined ? '' : ` after ${span(one.ms)}`}`,
  ],
});

const resultStory = (result) => ({
  at: Date.parse(result.settled_at),
  hue: result.outcome,
  text: resultText(result),
});

const effectRows = ({ status, effects }) => [
  h('p', {}, 'Status now: ', h('b', {}, status)),
  effects.length === 0
    ? h('p', { class: 'soft' }, 'Nothing was carried out.')
    : h(
        'ol',
        {},
        effects.map((effect) => h('li', {}, h('b', {}, effect.effect), ` at ${clock(effect.at)}`)),
      ),
];

export const jobPage = async ({ service, project, job }) => {
  const told = await get('/local/console/job', { service, project, job });
  const results = resultsOf(told.events).filter((one) => one.job_id === job);
  return [
    title(`${service.toUpperCase()} job of project ${project}`, job),
    section(
      'Its history',
      told.intents.length + told.calls.length + results.length === 0
        ? h('p', { class: 'empty' }, 'The console has seen nothing of this job.')
        : story([
            ...told.intents.map(intentStory),
            ...told.calls.map(callStory),
            ...results.map(resultStory),
          ]),
    ),
    h(
      'div',
      { class: 'half' },
      section(
        'What the ledger knows',
        told.why.length === 0
          ? h('p', { class: 'empty' }, 'The ledger could not be asked.')
          : facts(told.why),
        h(
          'p',
          { class: 'small soft' },
          'The same by the command line: ',
          h('code', {}, `job-fanin why ${job} --project ${project}`),
        ),
      ),
      section(
        'What the upstream really did',
        told.upstream
          ? effectRows(told.upstream)
          : h('p', { class: 'empty' }, 'The upstream is another server.'),
      ),
    ),
    results.length > 0 && section('Result events', json(told.events.map(({ detail }) => detail))),
  ];
};
