import { follow, forgetToken, get, hasToken, setToken } from './api.js';
import { showBreak } from './break.js';
import { showDetail } from './detail.js';
import { h } from './dom.js';
import { showFlow } from './flow.js';
import { showSend } from './send.js';
import { changed, state, takeFrame } from './state.js';
import { showTour } from './tour.js';

/** The console: finds the page by the address, and follows the stack. */

const main = document.querySelector('#main');
const link = document.querySelector('#link');

const PAGES = {
  '': showFlow,
  send: showSend,
  break: showBreak,
  tour: showTour,
  job: showDetail,
  intent: showDetail,
  call: showDetail,
};
const TITLES = {
  '': 'Flow',
  send: 'Send',
  break: 'Break it',
  tour: 'Tour',
  job: 'Job',
  intent: 'Intent',
  call: 'Call',
};

let end = () => undefined;
let shown;

const showPage = () => {
  const [page = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const known = Object.hasOwn(PAGES, page) ? page : '';
  end();
  document.title = `${TITLES[known]} · job-fanin`;
  for (const one of document.querySelectorAll('.top nav a'))
    one.toggleAttribute('aria-current', one.getAttribute('href') === `#/${known}`);
  for (const one of document.querySelectorAll('[aria-current]'))
    one.setAttribute('aria-current', 'page');
  end =
    PAGES[known](main, known, Object.fromEntries(new URLSearchParams(search))) ?? (() => undefined);
  if (shown !== undefined) main.focus({ preventScroll: false });
  shown = known;
  scrollTo(0, 0);
};

const whyToken = (denied, wasWrong) => {
  if (wasWrong)
    return 'That was not the token. From another machine, this page needs the stack’s DEV_TOKEN.';
  return denied
    ? 'From another machine, this page needs the stack’s DEV_TOKEN.'
    : 'This stack has callers of its own. To send, give the bearer token of one; without it you can look.';
};

const tokenForm = (denied, wasWrong = false) => {
  const input = h('input', {
    type: 'password',
    name: 'token',
    autocomplete: 'off',
    required: true,
  });
  const form = h(
    'form',
    { class: 'panel stack' },
    h('h1', {}, 'Which token?'),
    h('p', { role: 'status' }, whyToken(denied, wasWrong)),
    h('label', {}, 'Token', input),
    h(
      'div',
      { class: 'row' },
      h('button', { class: 'main', type: 'submit' }, 'Go on'),
      !denied && h('button', { type: 'button', onclick: () => begin() }, 'Only look'),
    ),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    setToken(input.value, true);
    start();
  });
  main.replaceChildren(form);
  input.focus();
};

const WORDS = { live: 'live', away: 'reconnecting', denied: 'no access' };

const begin = () => {
  addEventListener('hashchange', showPage);
  showPage();
  follow({
    onFrame: takeFrame,
    onLink: (is) => {
      state.link = is;
      link.textContent = WORDS[is];
      link.toggleAttribute('data-on', is === 'live');
      changed();
    },
  });
};

const start = async () => {
  try {
    state.about = await get('/local/console/about');
  } catch (error) {
    if (error.status === 403) {
      const wasWrong = hasToken();
      forgetToken();
      return tokenForm(true, wasWrong);
    }
    main.replaceChildren(
      h(
        'p',
        { class: 'panel' },
        'The stack does not answer. Start it with npm start, and load this page again.',
      ),
    );
    return undefined;
  }
  document.querySelector('#version').textContent = `job-fanin ${state.about.version}`;
  if (state.about.token !== undefined) setToken(state.about.token);
  return hasToken() ? begin() : tokenForm(false);
};

document.querySelector('#skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});

start();
