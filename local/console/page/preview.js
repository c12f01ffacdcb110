import { counted, h } from './dom.js';

/** What an intent would become, and the same by other means. */

export const copyable = (name, text) => {
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

export const previewText = (preview) => {
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
