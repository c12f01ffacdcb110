import { ask, get, put, sendIntent } from './api.js';
import { counted, h, intentUrl, jobUrl } from './dom.js';
import { latestBatch, state } from './state.js';
import { during, newIds, PROJECT, sendMany } from './wishes.js';

/** Five steps. Each sends real wishes, and checks what became of them by what the stack itself shows. */

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const waitFor = async (check, what, withinMs = 60_000) => {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end)
      throw new Error(`${what} takes longer than usual. The flow shows what it waits for.`);
    await pause(300);
  }
};

const settled = (id) =>
  waitFor(async () => {
    const told = await get('/local/console/intent', { id }).catch(() => undefined);
    return told && told.intent.settled === told.intent.job_count ? told.intent : undefined;
  }, 'This intent');

const submit = (jobs) =>
  sendIntent({
    operation: 'dli.run',
    project_id: PROJECT,
    jobs,
    options: { resume_savepoint: true },
  });

const factsOf = (job) => get('/local/console/job', { service: 'dli', project: PROJECT, job });

const resetUpstream = () => ask('/local/upstream', { method: 'DELETE' });

const outcomes = ({ jobs }) => {
  const by = Map.groupBy(jobs, ({ outcome }) => outcome);
  return [...by].map(([outcome, some]) => `${some.length} ${outcome}`).join(', ');
};

const manyWishes = async (say) => {
  await resetUpstream();
  const before = state.figures ?? { jobs: 0, calls: 0 };
  await sendMany(newIds(200));
  say('200 wishes were taken. The batch gathers.');
  const after = await waitFor(() => {
    const { figures } = state;
    const done = Object.values(figures.outcomes).reduce((sum, n) => sum + n, 0);
    return figures.calls > before.calls && done >= figures.jobs ? figures : undefined;
  }, 'The batch');
  return `${after.jobs - before.jobs} wishes of one job each became ${counted(after.calls - before.calls, 'call')}. Each call takes 100 jobs.`;
};

const oneJob = async () => {
  const batch = latestBatch();
  if (batch === undefined || batch.calls.length === 0)
    throw new Error('Take the first step before this one.');
  const { call } = await get('/local/console/call', { id: batch.calls[0].call });
  const [job] = call.job_ids;
  const { events } = await factsOf(job);
  return [
    'Its wish, the call that it went with, and its verdict: ',
    h('a', { href: jobUrl(call.operation, call.project_id, job) }, job),
    `. It has ${counted(events.length, 'result event')}.`,
  ];
};

const oneBadId = async (say) => {
  await resetUpstream();
  const jobs = newIds(20);
  const bad = jobs[13];
  await put('/local/upstream', { '*': { badIds: [bad], refuseWhole: true } });
  const { intent_id: id } = await submit(jobs);
  say('20 jobs are under way, one of them does not exist.');
  const before = state.figures.calls;
  const intent = await settled(id);
  await pause(400);
  await resetUpstream();
  const { calls } = await factsOf(bad);
  return [
    'The upstream refused the whole call. ',
    h('a', { href: intentUrl(id) }, outcomes(intent)),
    `, in ${counted(state.figures.calls - before, 'call')}. The bad id was in ${counted(calls.filter(({ kind }) => kind === 'call').length, 'of them', 'of them')}.`,
  ];
};

const refused = async (say) => {
  await resetUpstream();
  await put('/local/upstream', { '*': { faults: { throttle: 1 }, retryAfterSeconds: 2 } });
  const { intent_id: id } = await submit(newIds(30));
  say('The upstream refuses every call. The wishes wait; see the cool-down in the flow.');
  await waitFor(
    async () => state.waiting.some(({ until }) => until !== undefined),
    'The first refusal',
    20_000,
  ).catch(() => undefined);
  await pause(2500);
  await resetUpstream();
  say('The upstream takes calls again. One probe goes first.');
  const intent = await settled(id);
  return ['Nothing was lost: ', h('a', { href: intentUrl(id) }, outcomes(intent)), '.'];
};

const lostReply = async (say) => {
  await resetUpstream();
  await put('/local/upstream', { '*': { next: ['reset'] } });
  const jobs = newIds(4);
  const { intent_id: id } = await submit(jobs);
  say('The call was served, and its reply was killed. We look before we repeat.');
  const intent = await settled(id);
  const told = await Promise.all(jobs.map(factsOf));
  const calls = Math.max(
    ...told.map((one) => one.calls.filter(({ kind }) => kind === 'call').length),
  );
  const effects = Math.max(...told.map((one) => one.upstream.effects.length));
  if (calls !== 1 || effects !== 1)
    throw new Error(
      `Each job should have been sent once. One was sent ${calls} times, and carried out ${effects} times.`,
    );
  const looks = Math.max(
    ...told.map((one) => one.calls.filter(({ kind }) => kind === 'look').length),
  );
  return [
    'Nothing was sent twice: each job was in one call, the upstream carried it out once, and ',
    counted(looks, 'look'),
    ' showed it. ',
    h(
      'a',
      { href: jobUrl('dli.run', PROJECT, jobs[0]) },
      `${outcomes(intent)}, by ${intent.jobs[0].evidence} evidence`,
    ),
    '.',
  ];
};

const STEPS = [
  [
    'Many wishes, few calls',
    'Two hundred callers each want one job run. They come by the native route, by the vendor’s own route, and by invocation.',
    'Send 200 wishes',
    manyWishes,
  ],
  [
    'One job, all of its history',
    'Every id leads to what happened: the wish, the call with its request and reply, the result event.',
    'Find one job',
    oneJob,
  ],
  [
    'One bad id hurts only itself',
    'Twenty jobs, one of which does not exist, and an upstream that refuses the whole call for it.',
    'Send a bad id',
    oneBadId,
  ],
  [
    'The upstream refuses everything',
    'It answers 429 to each call. Calls stop for a cool-down, and one probe finds out that it is over.',
    'Break and mend it',
    refused,
  ],
  [
    'Kill a reply, and see that nothing is sent twice',
    'The upstream carries the call out, and the reply is lost. To send it again could use up a savepoint, so a look at the job decides.',
    'Kill a reply',
    lostReply,
  ],
];

const stepRow = ([name, text, label, work], i) => {
  const output = h('output', { 'aria-label': `What came of step ${i + 1}` });
  const button = h('button', { type: 'button', class: i === 0 ? 'main' : '' }, label);
  const row = h(
    'li',
    { class: 'step' },
    h('span', { class: 'number', 'aria-hidden': 'true' }, String(i + 1)),
    h('h2', {}, name),
    h('p', {}, text),
    h('div', { class: 'row' }, button),
    output,
  );
  const say = (...content) => output.replaceChildren(...content);
  button.addEventListener('click', () =>
    during(button, async () => {
      try {
        say(...[await work(say)].flat());
        row.classList.add('done');
      } catch (error) {
        say(error.message);
      }
    }),
  );
  return row;
};

/** Shows the tour. */
export const showTour = (root) => {
  root.replaceChildren(
    h(
      'div',
      { class: 'lead' },
      h('h1', {}, 'Five steps'),
      h(
        'p',
        {},
        'Each step sends real jobs to the simulated upstream, and checks the promise by the stack’s own records. Keep the flow open in another window to watch.',
      ),
    ),
    h('ol', { class: 'list panel', 'aria-label': 'Steps' }, STEPS.map(stepRow)),
  );
  return () => undefined;
};
