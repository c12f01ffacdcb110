/** Requests to the stack, with the token of the development callers where the page knows one. */

const KEPT = 'job-fanin-token';
let token = sessionStorage.getItem(KEPT) ?? undefined;

export const setToken = (value, keep = false) => {
  token = value;
  if (keep) sessionStorage.setItem(KEPT, value);
};

export const hasToken = () => token !== undefined;

/** A reload asks for another one. */
export const forgetToken = () => {
  token = undefined;
  sessionStorage.removeItem(KEPT);
};

const proof = () => (token === undefined ? {} : { authorization: `Bearer ${token}` });

export class ApiError extends Error {
  constructor(status, body) {
    super(body?.detail ?? body?.message ?? body?.error_msg ?? `The stack answered ${status}.`);
    this.status = status;
    this.faults = Array.isArray(body?.errors) ? body.errors : [];
  }
}

const NO_CALLER =
  'The stack knows no caller by this token, and took nothing. Load the page again, and give the token of a caller.';

export const ask = async (path, { method = 'GET', text, headers = {} } = {}) => {
  const type = text === undefined ? {} : { 'content-type': 'application/json' };
  const reply = await fetch(path, {
    method,
    body: text,
    headers: { ...proof(), ...type, ...headers },
  });
  const said = await reply.text();
  let body;
  try {
    body = JSON.parse(said);
  } catch {
    body = { message: said.slice(0, 200) };
  }
  if (reply.status === 401) {
    forgetToken();
    throw new ApiError(401, { detail: NO_CALLER });
  }
  if (!reply.ok) throw new ApiError(reply.status, body);
  return { body, headers: reply.headers };
};

export const get = async (path, query) =>
  (await ask(query === undefined ? path : `${path}?${new URLSearchParams(query)}`)).body;

export const put = (path, value) => ask(path, { method: 'PUT', text: JSON.stringify(value) });

export const sendIntent = async (intent) =>
  (await ask('/v1/intents', { method: 'POST', text: JSON.stringify(intent) })).body;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Reads the fields of one server-sent event. */
const readEvent = (block) => {
  const event = { id: undefined, data: '' };
  for (const line of block.split('\n')) {
    if (line.startsWith('id: ')) event.id = line.slice(4);
    if (line.startsWith('data: ')) event.data += line.slice(6);
  }
  return event;
};

const runOf = (id) => id?.split('-')[0];

async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) yield readEvent(block);
  }
}

/**
 * Follows the stream for good. After a break it goes on from the last id. `EventSource` cannot send a token, so this reads
 * the stream itself.
 */
export const follow = async ({ onFrame, onLink }) => {
  let last;
  for (;;) {
    try {
      const resumed = last === undefined ? {} : { 'last-event-id': last };
      const reply = await fetch('/local/console/stream', { headers: { ...proof(), ...resumed } });
      if (reply.status === 403) return onLink('denied');
      if (!reply.ok) throw new Error(`status ${reply.status}`);
      onLink('live');
      for await (const { id, data } of eventsOf(reply.body)) {
        if (id === undefined) continue;
        // A stack that was started anew has another run in its ids, and tells all that it knows.
        onFrame(JSON.parse(data), runOf(id) !== runOf(last));
        last = id;
      }
    } catch {
      // The stack was stopped, or the network is gone. It is tried again below.
    }
    onLink('away');
    await pause(1000);
  }
};
