import type { Handled } from './batch.ts';
import type { Request } from './request.ts';

/** A call or a look, as the simulator has decided on it. */
export type Arrived = Pick<Handled, 'call' | 'look'> & {
  readonly requestId: string;
  readonly request: Pick<Request, 'method' | 'path' | 'headers' | 'body'>;
  /** The answer. Undefined if there is none: the request hangs, or its connection is reset. */
  readonly reply?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
};

/** Sees a request when it has arrived. The function that it returns is called when the answer goes out, or the connection ends. */
export type WireWatch = (arrived: Arrived) => () => void;

/** Tells the watch of a call or a look, and of its answer. All else passes as it is. */
export const watchedEnding = (
  watch: WireWatch | undefined,
  request: Request,
  handled: Handled,
  requestId: string,
): Handled => {
  const { ending, call, look } = handled;
  if (watch === undefined || (call === undefined && look === undefined)) return handled;
  const replied = typeof ending === 'string' ? undefined : ending;
  const body = typeof replied?.body === 'function' ? replied.body(requestId) : replied?.body;
  const answered = watch({
    requestId,
    request,
    ...(call && { call }),
    ...(look && { look }),
    ...(replied && body !== undefined && { reply: { ...replied, body } }),
  });
  if (replied === undefined) answered();
  return {
    ...handled,
    answered: (status) => {
      handled.answered(status);
      answered();
    },
  };
};
