import { get } from './api.js';
import { h, show } from './dom.js';
import { PROJECT } from './wishes.js';

/** The form of an intent. Its fields are those of the operation's own schemas. */

export const field = (name, control, note) =>
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

export const readForm = (form, row) => {
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

const layOut = ({ operation, options, submit }) =>
  h(
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

export const makeForm = (forms) => {
  const operation = h(
    'select',
    { name: 'operation' },
    forms.map(({ name }) => h('option', { value: name }, name)),
  );
  const options = h('div', { class: 'half' });
  const submit = h('button', { class: 'main', type: 'submit' }, 'Send');
  const form = layOut({ operation, options, submit });
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
export const refill = async ({ form, operation, showOptions }, id) => {
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
