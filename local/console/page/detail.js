import { get } from './api.js';
import {
  callUrl,
  clock,
  count,
  counted,
  h,
  intentUrl,
  isHeld,
  jobUrl,
  repeatUrl,
  span,
  statusText,
} from './dom.js';

/** The pages of one job, one intent and one call. */

const facts = (rows) =>
  h(
    'dl',
    { class: 'facts' },
    rows
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
  );

const section = (title, ...content) =>
  h('section', { class: 'panel' }, h('h2', {}, title), ...content);

const json = (value) => h('pre', { tabindex: 0 }, JSON.stringify(value, null, 2));

const pretty = (text) => {
  try {
    // A number that JavaScript would round is shown as it came.
    const value = JSON.parse(text);
    const again = JSON.stringify(value);
    return again === text.replace(/\s/g, '') ? JSON.stringify(value, null, 2) : text;
  } catch {
    return text;
  }
};

const outcomeTag = (state) =>
  state?.outcome === undefined
    ? h('span', { class: 'tag' }, 'no verdict yet')
    : h(
        'span',
        { class: `tag hue ${state.outcome}` },
        `${state.outcome}${state.evidence ? `, ${state.evidence}` : ''}`,
      );

const title = (kind, id) =>
  h('div', {}, h('p', { class: 'soft' }, kind), h('h1', { class: 'id' }, id));

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

const story = (items) =>
  h(
    'ol',
    { class: 'story' },
    items
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, hue, text }) =>
        h('li', { class: hue }, h('span', { class: 'soft mono' }, clock(at)), ' ', text),
      ),
  );

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

const jobPage = async ({ service, project, job }) => {
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

const jobList = (operation, project, jobs) => [
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

const intentPage = async ({ id }) => {
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

const callPage = async ({ id }) => {
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

const PAGES = { job: jobPage, intent: intentPage, call: callPage };

/** Shows one thing, and follows it for a while: until it has its verdict, it is read again each second. */
export const showDetail = (root, page, query) => {
  let ended = false;
  let key = '';
  const refresh = async () => {
    const content = await PAGES[page](query).catch((error) => [
      title(page, query.id ?? query.job ?? ''),
      h('p', { class: 'panel' }, error.message),
    ]);
    const elements = content.filter(Boolean);
    const text = elements.map((one) => one.textContent).join('\n');
    if (ended || text === key || isHeld(root)) return;
    key = text;
    root.replaceChildren(...elements);
  };
  refresh();
  const timer = setInterval(refresh, 1500);
  return () => {
    ended = true;
    clearInterval(timer);
  };
};
