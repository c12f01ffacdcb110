import { ask, get, sendIntent } from './api.js';
import { counted, h, intentUrl, show } from './dom.js';
import { state } from './state.js';
import { clientText, cliText, curlText } from './texts.js';
import { during, newIds, PROJECT } from './wishes.js';

/** The form by which an intent is sent. Its fields are those of the operation's own schemas. */

const field = (name, control, note) =>
  h('label', {}, name, control, note && h('span', { class: 'small soft' }, note));

const optionControl = ({ name, kind, words, needed }) => {
  if (kind === 'text') return h('input', { name, autocomplete: 'off' });
  const values = kind === 'flag' ? ['true', 'false'] : words;
  return h(
    'select',
    { name },
    !needed && h('option', { value: '' }, 'not sent'),
    values.map((value) => h('option', { value }, value)),
  );
};

const idsIn = (text) => text.split(/[^\w-]+/).filter((id) => id !== '');

const readOptions = (form, fields) =>
  Object.fromEntries(
    fields.flatMap(({ name, kind }) => {
      const value = form.elements.namedItem(name)?.value ?? '';
      if (value === '') return [];
      return [[name, kind === 'flag' ? value === 'true' : value]];
    }),
  );

const readForm = (form, row) => {
  const { value: project } = form.elements.namedItem('project');
  const ids = idsIn(form.elements.namedItem('ids').value);
  const options = readOptions(
    form,
    row.fields.filter((one) => one.of === 'call'),
  );
  const ofJob = readOptions(
    form,
    row.fields.filter((one) => one.of === 'job'),
  );
  const correlation = form.elements.namedItem('correlation').value;
  const isPlain = Object.keys(ofJob).length === 0;
  return {
    operation: row.name,
    project_id: project,
    jobs: ids.map((job_id) => (isPlain ? job_id : { job_id, ...ofJob })),
    ...(Object.keys(options).length > 0 && { options }),
    ...(correlation !== '' && { correlation_id: correlation }),
  };
};

const copyable = (name, text) => {
  const button = h('button', { type: 'button', 'aria-label': `Copy: ${name}` }, 'Copy');
  const pre = h('pre', { tabindex: 0, 'aria-label': name }, text);
  // From another machine the page has no clipboard, as it comes without TLS. Then the text is selected.
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(pre);
      button.textContent = 'Selected';
    }
  };
  button.addEventListener('click', copy);
  return h('div', { class: 'stack' }, h('h3', {}, name), h('div', { class: 'copy' }, pre, button));
};

const previewText = (preview) => {
  if (!preview.ok)
    return [
      h('p', {}, 'The service would refuse this:'),
      h(
        'ul',
        { class: 'faults' },
        preview.faults
          .slice(0, 8)
          .map(({ pointer, detail }) => h('li', {}, `${pointer} ${detail}`)),
      ),
    ];
  return [
    h(
      'p',
      {},
      h('b', {}, `${counted(preview.jobs, 'job')}, ${counted(preview.calls.length, 'call')}`),
      ' if nothing else waits.',
    ),
    h(
      'ul',
      { class: 'list' },
      preview.calls
        .slice(0, 8)
        .map(({ request, jobs, options }) =>
          h(
            'li',
            {},
            h('code', {}, request),
            ` with ${counted(jobs.length, 'job')}`,
            Object.keys(options).length > 0 && [', ', h('code', {}, JSON.stringify(options))],
          ),
        ),
    ),
  ];
};

const makeForm = (forms) => {
  const operation = h(
    'select',
    { name: 'operation' },
    forms.map(({ name }) => h('option', { value: name }, name)),
  );
  const options = h('div', { class: 'half' });
  const submit = h('button', { class: 'main', type: 'submit' }, 'Send');
  const form = h(
    'form',
    { class: 'panel stack' },
    h(
      'div',
      { class: 'half' },
      field('Operation', operation),
      field(
        'Project',
        h('input', { name: 'project', value: PROJECT, autocomplete: 'off', spellcheck: 'false' }),
      ),
    ),
    field(
      'Job ids',
      h('textarea', { name: 'ids', spellcheck: 'false' }),
      'Paste them with any separator.',
    ),
    options,
    field(
      'Correlation id',
      h('input', { name: 'correlation', autocomplete: 'off' }),
      'A name of your own. It comes back in each result.',
    ),
    h('div', { class: 'row' }, submit),
  );
  const row = () => forms.find(({ name }) => name === operation.value);
  const showOptions = () =>
    show(options, row().name, () =>
      row().fields.map((one) =>
        field(
          `${one.name}, ${one.of === 'call' ? 'per call' : 'for each job'}`,
          optionControl(one),
        ),
      ),
    );
  showOptions();
  return { form, operation, submit, row, showOptions };
};

/** Fills the form with an intent that came before. */
const refill = async ({ form, operation, showOptions }, id) => {
  const { intent } = await get('/local/console/intent', { id });
  const set = (name, value) => {
    const control = form.elements.namedItem(name);
    if (control !== null && value !== undefined) control.value = String(value);
  };
  operation.value = intent.operation;
  showOptions();
  set('project', intent.project_id);
  set('ids', intent.jobs.map(({ job_id }) => job_id).join('\n'));
  set('correlation', intent.message?.correlation_id);
  const [first] = intent.jobs;
  const ofJob = typeof first?.job === 'object' ? first.job : {};
  for (const [name, value] of Object.entries({ ...intent.message?.options, ...ofJob }))
    set(name, value);
};

/** A line that tells what came of a press, with links to intents. */
const sayer = () => {
  const said = h('p', { role: 'status', class: 'small' });
  const say = (text, ...ids) =>
    said.replaceChildren(text, ...ids.flatMap((id) => [h('a', { href: intentUrl(id) }, id), ' ']));
  return { said, say };
};

const nameOf = (file) => file.split('/').at(-1);

const sendSample = async (file, say) => {
  const text = JSON.stringify({ file });
  try {
    const { body } = await ask('/local/console/sample', { method: 'POST', text });
    const taken = `${nameOf(file)} was taken`;
    if (body.intents.length === 0) say(`${taken}: see the flow.`);
    else say(`${taken}: `, ...body.intents);
  } catch (error) {
    say(error.message);
  }
};

const samples = () => {
  const { said, say } = sayer();
  const { samples: all = [] } = state.about;
  const choice = h(
    'select',
    {},
    all.map(({ file, way }) => h('option', { value: file }, `${nameOf(file)}: ${way}`)),
  );
  const button = h('button', { type: 'button' }, 'Send the sample');
  button.addEventListener('click', () => during(button, () => sendSample(choice.value, say)));
  return h(
    'section',
    { class: 'panel stack samples' },
    h('h2', {}, 'Or a sample from events/'),
    field(
      'Sample',
      choice,
      'The stack sends it as its sender would, and signs what comes to a hook. A webhook that comes again is the same intent.',
    ),
    h('div', {}, button),
    said,
  );
};

/** Shows the form; returns the end of it. */
export const showSend = (root, _, query) => {
  const parts = makeForm(state.about.operations);
  const { form, operation, submit, row, showOptions } = parts;
  const { said, say } = sayer();
  const preview = h('section', {
    class: 'panel stack',
    'aria-label': 'Preview',
    'aria-live': 'polite',
  });
  const texts = h('section', { class: 'panel stack', 'aria-label': 'The same by other means' });
  let asked = 0;
  const refresh = async () => {
    asked += 1;
    const mine = asked;
    const intent = readForm(form, row());
    show(texts, JSON.stringify(intent), () => [
      h('h2', {}, 'The same by other means'),
      copyable('curl', curlText(intent)),
      copyable('client', clientText(intent)),
      copyable('command line', cliText(intent)),
    ]);
    const planned = await ask('/local/console/preview', {
      method: 'POST',
      text: JSON.stringify(intent),
    }).catch((error) => ({
      body: { ok: false, faults: [{ pointer: '', detail: error.message }] },
    }));
    if (mine === asked)
      show(preview, JSON.stringify(planned.body), () => [
        h('h2', {}, 'Preview'),
        ...previewText(planned.body),
      ]);
  };
  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 150);
  };
  form.addEventListener('input', soon);
  operation.addEventListener('change', () => {
    showOptions();
    soon();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    during(submit, () =>
      sendIntent(readForm(form, row())).then(
        (receipt) => say(`Accepted, ${counted(receipt.job_count, 'job')}: `, receipt.intent_id),
        (error) =>
          say(
            [
              error.message,
              ...error.faults.map(({ pointer, detail }) => `${pointer} ${detail}`),
            ].join(' '),
          ),
      ),
    );
  });
  root.replaceChildren(
    h(
      'div',
      { class: 'lead' },
      h('h1', {}, 'Send'),
      h(
        'p',
        {},
        'One intent: an operation on jobs of one project. The preview is made by the service’s own reader and planner.',
      ),
    ),
    h(
      'div',
      { class: 'two' },
      h('div', { class: 'stack' }, form, said, samples()),
      h('div', { class: 'stack' }, preview, texts),
    ),
  );
  const begin = query.repeat
    ? refill(parts, query.repeat).catch((error) => say(error.message))
    : Promise.resolve();
  if (!query.repeat) form.elements.namedItem('ids').value = newIds(5).join(', ');
  begin.then(refresh);
  return () => clearTimeout(timer);
};
