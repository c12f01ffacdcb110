import { title } from './blocks.js';
import { callPage } from './call-page.js';
import { h, isHeld } from './dom.js';
import { intentPage } from './intent-page.js';
import { jobPage } from './job-page.js';

/** The pages of one job, one intent and one call. */

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
