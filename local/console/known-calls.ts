import type { Arrived } from '../upstream/wire-watch.ts';
import { makeBoundedList } from './bounded-list.ts';

/** One side of an exchange as it stood on the wire. */
export interface WireText {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A call upstream, or a look at jobs. */
export interface KnownCall {
  readonly kind: 'call' | 'look';
  /** The request's id, as in `X-Request-Id`. */
  readonly call: string;
  readonly at: number;
  readonly operation: string;
  readonly project_id: string;
  readonly job_ids: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** How many jobs a call takes. */
  readonly limit?: number;
  /** The batch that it belongs to. */
  readonly batch?: number;
  readonly fault?: string;
  status: number | null;
  /** Milliseconds from the request to its answer, or to the end of its connection. */
  ms?: number;
  /** Of the latest calls alone. */
  wire?: {
    readonly request: WireText & { readonly method: string; readonly path: string };
    readonly reply?: WireText & { readonly status: number };
  };
}

const MOST_CALLS = 5_000;
const MOST_WIRES = 300;
const MOST_TEXT = 64 * 1_024;

/** Headers whose values prove who sends. */
const SECRET = /^(authorization|x-auth-token|x-security-token|cookie|x-subject-token)$/i;

const blanked = (headers: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, SECRET.test(name) ? '•••' : value]),
  );

const cut = (text: string): string =>
  text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)}… (${text.length} characters)`;

/** The exchange as texts, its secrets blanked. */
export const wireOf = ({ request, reply }: Arrived): NonNullable<KnownCall['wire']> => ({
  request: {
    method: request.method,
    path: request.path,
    headers: blanked(request.headers),
    body: cut(request.body),
  },
  ...(reply && {
    reply: { status: reply.status, headers: blanked(reply.headers), body: cut(reply.body) },
  }),
});

/** Keeps the latest calls and looks, and the wire of the very latest. */
export const keepCalls = () => {
  const calls = makeBoundedList<KnownCall>(MOST_CALLS);
  const wired: KnownCall[] = [];
  return {
    add: (call: KnownCall): void => {
      calls.add(call);
      wired.push(call);
      if (wired.length > MOST_WIRES) delete wired.shift()?.wire;
    },
    all: (): readonly KnownCall[] => calls.all(),
    of: (id: string): KnownCall | undefined => calls.all().findLast(({ call }) => call === id),
    naming: (project: string, job: string): readonly KnownCall[] =>
      calls.all().filter((one) => one.project_id === project && one.job_ids.includes(job)),
  };
};

export type Calls = ReturnType<typeof keepCalls>;
