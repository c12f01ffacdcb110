import { ask, sendIntent } from './api.js';
import { counted, h, show } from './dom.js';
import { copyable, previewText } from './preview.js';
import { samples } from './samples.js';
import { sayer } from './sayer.js';
import { makeForm, readForm, refill } from './send-form.js';
import { state } from './state.js';
import { clientText, cliText, curlText } from './texts.js';
import { during, newIds } from './wishes.js';

/** The page by which an intent is sent. */

/** Plans an intent by the service's own reader and planner. */
const plan = (intent) =>
  ask('/local/console/preview', { method: 'POST', text: JSON.stringify(intent) }).then(
    ({ body }) => body,
    (error) => ({ ok: false, faults: [{ pointer: '', detail: error.message }] }),
  );

/** What stands beside the form: what the intent would become, and the same by other means. */
const makeBeside = (readIntent) => {
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
    const intent = readIntent();
    show(texts, JSON.stringify(intent), () => [
      h('h2', {}, 'The same by other means'),
      copyable('curl', curlText(intent)),
      copyable('client', clientText(intent)),
      copyable('command line', cliText(intent)),
    ]);
    const planned = await plan(intent);
    if (mine === asked)
      show(preview, JSON.stringify(planned), () => [
        h('h2', {}, 'Preview'),
        ...previewText(planned),
      ]);
  };
  return { preview, texts, refresh };
};

const send = (intent, say) =>
  sendIntent(intent).then(
    (receipt) => say(`Accepted, ${counted(receipt.job_count, 'job')}: `, receipt.intent_id),
    (error) =>
      say(
        [error.message, ...error.faults.map(({ pointer, detail }) => `${pointer} ${detail}`)].join(
          ' ',
        ),
      ),
  );

const head = () =>
  h(
    'div',
    { class: 'lead' },
    h('h1', {}, 'Send'),
    h(
      'p',
      {},
      'One intent: an operation on jobs of one project. The preview is made by the service’s own reader and planner.',
    ),
  );

/** Shows the form; returns the end of it. */
export const showSend = (root, _, query) => {
  const parts = makeForm(state.about.operations);
  const { form, operation, submit, row, showOptions } = parts;
  const { said, say } = sayer();
  const readIntent = () => readForm(form, row());
  const { preview, texts, refresh } = makeBeside(readIntent);
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
    during(submit, () => send(readIntent(), say));
  });
  root.replaceChildren(
    head(),
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
